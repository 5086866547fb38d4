import type { Filter } from '@aws-sdk/client-rds';
import type { World } from '../../world.ts';
import type { Kind } from '../kinds/kind.ts';
import type { BackupsOf, Resource } from '../model/alike.ts';
import { named, visible } from '../naming/find.ts';
import { folded, markedPage, passing } from '../naming/select.ts';

interface ListAsked {
  readonly Filters?: readonly Filter[] | undefined;
  readonly MaxRecords?: number | undefined;
  readonly Marker?: string | undefined;
}

/** The views of those that a Describe call asks for, and where its next page begins. */
export function list<T extends Resource>(world: World, kind: Kind<T>, name: string | undefined, asked: ListAsked) {
  const { parameters } = kind;
  const test = passing<T>(asked.Filters, {
    [parameters.identifierFilter]: (one) => [...one.answersTo, ...one.answersTo.map((each) => kind.arn(world, each))],
    [parameters.resourceFilter]: (one) => one.resourceId,
    ...kind.filters(world),
    domain: () => undefined,
    engine: (one) => one.engine,
  });
  const all = name ? [named(world, kind, name)] : [...kind.all(world).values()];
  const chosen = all.filter((one) => one.visibleFrom <= world.time && test(one));
  const { items, ...rest } = markedPage(chosen, asked, (one) => one.identifier);
  const views = items.map((one) => {
    // Under a name that it is on its way to, it shows that name.
    const shown = name && visible(world, kind, folded(name)) === one ? folded(name) : one.identifier;
    const view = kind.view(world, one);
    return one.answersTo.includes(shown)
      ? { ...view, [parameters.identifier]: shown, [parameters.arn]: kind.arn(world, shown) }
      : view;
  });
  return { views, rest };
}

/** The automated backups that a Describe call asks for, and where its next page begins. */
export function listBackups<T extends Resource>(
  world: World,
  kind: Kind<T>,
  asked: ListAsked & { readonly name: string | undefined; readonly resourceId: string | undefined },
) {
  const test = passing<BackupsOf<T>>(asked.Filters, {
    status: (one) => (one.retained ? 'retained' : 'active'),
    [kind.parameters.identifierFilter]: (one) => [one.identifier, kind.arn(world, one.identifier)],
    [kind.parameters.resourceFilter]: (one) => one.resourceId,
  });
  const chosen = [...kind.backups(world).values()].filter(
    (one) =>
      (asked.resourceId === undefined || one.resourceId === asked.resourceId) &&
      (asked.name === undefined || one.identifier === folded(asked.name)) &&
      test(one),
  );
  return markedPage(chosen, asked, (one) => one.id);
}
