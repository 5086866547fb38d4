import type { Tag } from '@aws-sdk/client-ec2';
import type { AwsContext } from '../../aws/services.ts';
import { marker, tagValue } from '../../aws/tags.ts';
import { unseenMs } from '../../contract/settle.ts';

/** Something that a call may have made. */
export interface Candidate<T> {
  readonly id: string;
  readonly thing: T;
  /** When AWS says that it was made, in ms. */
  readonly at: number;
  /** Made from what the call names, and described as the call describes it. */
  readonly fits: boolean;
}

// What the clock of the runner may have drifted from that of AWS since its last answer.
const driftMs = 5_000;

/**
 * Of what a call may have made, what is ours. Tags get copied, so a tag proves nothing: what is not on record as ours
 * has to fit the call, to have been made within one of its sends that was never answered, and of each such send there is at
 * most one. All others are somebody else's. Both the oldest first.
 */
export function madeBySends<T>(
  candidates: readonly Candidate<T>[],
  { unanswered, isOurs }: { readonly unanswered: readonly number[]; isOurs(id: string): boolean },
): { readonly ours: readonly T[]; readonly foreign: readonly Candidate<T>[] } {
  const open = [...unanswered].sort((a, b) => a - b);
  const takesPlace = ({ at }: Candidate<T>) => {
    const place = open.findIndex((sentAt) => at >= sentAt - driftMs && at <= sentAt + unseenMs);
    if (place >= 0) open.splice(place, 1);
    return place >= 0;
  };
  // What a look has found has its place among the sends before anything else.
  const known = candidates.filter(({ id }) => isOurs(id));
  for (const one of known) takesPlace(one);
  const found = candidates.filter((one) => !known.includes(one)).sort((a, b) => a.at - b.at);
  const proved = found.filter((one) => one.fits && takesPlace(one));
  return {
    ours: [...known, ...proved].sort((a, b) => a.at - b.at).map(({ thing }) => thing),
    foreign: found.filter((one) => !proved.includes(one)),
  };
}

/** What may have been made by a call: what carries its token, and of the rest what has lost its tags and is not on record yet. */
export function mayBeMade<T extends { readonly Tags?: Tag[] | undefined }>(
  ctx: AwsContext,
  withToken: readonly T[],
  others: readonly T[],
  idOf: (thing: T) => string | undefined,
): readonly T[] {
  const ids = withToken.map(idOf);
  const lost = others.filter(
    (one) => tagValue(one.Tags, marker.token) === undefined && !ids.includes(idOf(one)) && !ctx.isOurs(idOf(one) ?? ''),
  );
  return [...withToken, ...lost];
}

/** Tells of what carries this run's tags without being proved to be of it. */
export function tellForeign(
  ctx: AwsContext,
  foreign: readonly { readonly id: string; readonly thing: { readonly Tags?: Tag[] | undefined } }[],
  what: string,
): void {
  for (const { id, thing } of foreign) {
    if (tagValue(thing.Tags, marker.run) !== ctx.run) continue;
    ctx.announce(`${id} carries the tags of ${what}, and nothing proves that this run made it: it is kept`);
  }
}
