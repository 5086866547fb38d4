import type { Delete } from '../document/schema.ts';

/** What data of the two was compared, as far as that is on record. */
export function comparisons({ snapshots, asksForSnapshot, said, judgedBy }: Delete): string[] {
  const blocks = snapshots.map(({ id, takenAt, comparedWith }, at) =>
    at < snapshots.length - 1
      ? `the proof snapshot ${id}, taken at ${takenAt}, grew too old, and another took its place`
      : said.length === 0 && comparedWith !== null
        ? `no changed block of the proof snapshot ${id}, taken at ${takenAt}, against the final snapshot ${comparedWith}`
        : `a proof snapshot ${id}, taken at ${takenAt}, was to be compared with ${comparedWith ?? 'the final snapshot, which is not on record'}: what came of it stands in what was said`,
  );
  const none = asksForSnapshot === false ? ['the plan asks for no comparison of blocks'] : [];
  const absent =
    asksForSnapshot === true && snapshots.length === 0 ? ['no proof snapshot is on record: see what was said'] : [];
  const asked = judgedBy.flatMap(({ asked: words, step, at }) =>
    words.length === 0
      ? []
      : [`${words.length} of the plan's own questions answered alike or well, by ${step} at ${at}`],
  );
  return [...blocks, ...none, ...absent, ...asked];
}
