import type { Need } from '../contract/step.ts';
import { type Report, written } from './problem.ts';
import type { Outline } from './steps.ts';
import { member, type Node, textOf } from './tree.ts';

/** A target's plan has the steps that it can't be without, each at its place and for all of its items. */
export function checkNeeds<S>(outlines: readonly Outline<S>[], needs: readonly Need[], report: Report): void {
  // What a step of an unknown type was meant to be, nobody knows.
  if (outlines.some(({ definition, gate }) => definition === undefined && gate === undefined)) return;
  for (const need of needs) checkNeed(outlines, need, report);
}

function checkNeed<S>(outlines: readonly Outline<S>[], need: Need, report: Report): void {
  const having = outlines.filter((one) => isOf(need.of)(one) && isMeant(one, need));
  const [first] = having;
  if (first === undefined) return;
  const { found, fitting } = candidates(outlines, need);
  const place = placeOf(outlines, need);
  const wanted = need.given === undefined ? `\`${need.needs}\`` : `\`${need.needs}\` with \`${need.given}\``;
  if (fitting.length === 0) {
    const [misplaced] = found;
    if (misplaced) report(misplaced.node.at, `\`${misplaced.id}\` is not ${place}: ${need.why}`, `move it ${place}`);
    else report(first.node.at, `\`${first.id}\` needs a step ${wanted}: ${need.why}`, `put one ${place}`);
    return;
  }
  for (const one of having) checkItems(outlines, { need, one, fitting, wanted }, report);
}

/** Of each thing that `one` goes over, and made from it where that is asked for. */
function checkItems<S>(
  outlines: readonly Outline<S>[],
  { need, one, fitting, wanted }: { need: Need; one: Outline<S>; fitting: readonly Outline<S>[]; wanted: string },
  report: Report,
): void {
  const [nearest] = fitting;
  if (nearest === undefined) return;
  if (need.sameItems && !fitting.some((fit) => eachOf(fit) === eachOf(one))) {
    const each = eachOf(one);
    const hint = each === undefined ? 'give it no `each`' : `give it the same each: ${written(each)}`;
    report(nearest.node.at, `\`${nearest.id}\` does not go over the same items as \`${one.id}\`: ${need.why}`, hint);
  } else if (need.through !== undefined && !fitting.some(({ id }) => leadsTo(outlines, one, need.through ?? '', id))) {
    const at = member(member(one.node, 'with'), need.through)?.at ?? one.node.at;
    const message = `\`with.${need.through}\` of \`${one.id}\` does not come from ${wanted}: ${need.why}`;
    report(at, message, `take it from \`${nearest.id}\`: ${written(`steps.${nearest.id}`)}`);
  }
}

function candidates<S>(outlines: readonly Outline<S>[], need: Need) {
  const found = outlines.filter((one) => isOf(need.needs)(one) && isGiven(one, need.given));
  const lower = need.after === undefined ? -1 : outlines.findLastIndex(isOf(need.after));
  const upper = outlines.findIndex(isUpper(need));
  const fitting = found.filter((one) => {
    const at = outlines.indexOf(one);
    return at > lower && (upper === -1 || at < upper);
  });
  return { found, fitting };
}

/** Is it one of those that the needed step goes before? */
function isUpper({ before }: Need) {
  return <S>(one: Outline<S>): boolean => before !== undefined && isOf(before)(one);
}

function isMeant<S>(one: Outline<S>, { when }: Need): boolean {
  return when === undefined || textOf(member(member(one.node, 'with'), when.given)) === when.as;
}

function isGiven<S>(one: Outline<S>, name: string | undefined): boolean {
  return name === undefined || member(member(one.node, 'with'), name) !== undefined;
}

function placeOf<S>(outlines: readonly Outline<S>[], need: Need): string {
  const lower = need.after === undefined ? undefined : outlines.findLast(isOf(need.after))?.id;
  const upper = outlines.find(isUpper(need))?.id;
  return (
    [lower && `after \`${lower}\``, upper && `before \`${upper}\``].filter(Boolean).join(' and ') || 'into the plan'
  );
}

/** Does what a step is given, or what that was made from, come from this one? */
function leadsTo<S>(outlines: readonly Outline<S>[], from: Outline<S>, name: string, id: string): boolean {
  const given = member(member(from.node, 'with'), name);
  if (given?.kind !== 'ref' || given.path[0] !== 'steps') return false;
  const source = outlines.slice(0, outlines.indexOf(from)).find((one) => one.id === given.path[1]);
  return source !== undefined && (source.id === id || leadsTo(outlines, source, name, id));
}

function isOf(type: string) {
  return <S>({ node, gate }: Outline<S>): boolean =>
    (gate === undefined ? textOf(member(node, 'uses')) : `gate: ${gate}`) === type;
}

function eachOf<S>({ node }: Outline<S>): string | undefined {
  const each: Node | undefined = member(node, 'each');
  return each?.kind === 'ref' ? each.path.join('.') : undefined;
}
