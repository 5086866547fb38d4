import type { Clock } from '../contract/clock.ts';
import { type Entry, type JournalRecord, journalFormat, type Owner } from '../contract/record.ts';
import { problem } from '../errors/index.ts';
import { chained } from './chain.ts';
import { type AppendFile, type Files, systemCode } from './files.ts';
import { stamped } from './group-commit.ts';
import { directoryOf, draftOf, type RunPlace, readSegments, type Segments, segmentOf } from './segments.ts';

/** What a new segment goes on from. */
export type Past = Pick<Segments, 'records' | 'head' | 'epoch' | 'lengths'>;

/** A segment of ours, in place and on disk. */
export interface Claim {
  readonly epoch: number;
  readonly records: readonly JournalRecord[];
  readonly head: string;
  readonly file: AppendFile;
}

/** Who becomes the owner; `tookOver`: from one of which nobody knows whether it still lives. */
export interface Claimant {
  readonly by: Owner;
  readonly tookOver?: boolean;
}

/** Makes `by` the owner of a run with a segment that begins with it and `more`. Throws `run-held` when another was faster. */
export async function claimRun(
  files: Files,
  place: RunPlace,
  clock: Pick<Clock, 'now'>,
  past: Past,
  { by, tookOver = false }: Claimant,
  more: readonly Entry[] = [],
): Promise<Claim> {
  // What the last owner wrote may not be on disk yet; it must not be sealed before it is.
  for (let older = past.epoch; older > 0; older -= 1) {
    await files.sync(segmentOf(place, older));
    if (past.lengths[older] !== 0) break;
  }
  const epoch = past.epoch + 1;
  const records = [...past.records];
  let head = past.head;
  let text = '';
  const open = { t: 'open', format: journalFormat, epoch, by, sealed: past.lengths } as const;
  for (const entry of [tookOver ? { ...open, tookOver } : open, ...more]) {
    const { json, record } = stamped(place, entry, clock);
    const { line, hash } = chained(json, head);
    records.push(record);
    head = hash;
    text += line;
  }
  return { epoch, records, head, file: await appear(files, place, segmentOf(place, epoch), text) };
}

/** `claimRun` after an owner that may have written until it was seen dead, or was only asleep. Its appends resolve only if there is no next segment after their sync, so once ours is linked, all that it acted on can be read: if that is more than we sealed, one more segment goes on from the true end. */
export async function claimAfter(
  files: Files,
  place: RunPlace,
  clock: Pick<Clock, 'now'>,
  past: Past,
  claimant: Claimant,
): Promise<Claim> {
  const claim = await claimRun(files, place, clock, past, claimant);
  const end = await readSegments(files, place).catch(async (error) => {
    await claim.file.close();
    throw error;
  });
  if (end.head === claim.head) return claim;
  await claim.file.close();
  return claimAfter(files, place, clock, end, claimant);
}

/** The file system's own time, in ms since 1970: a heartbeat may come from another machine, whose clock is not ours. */
export async function fileSystemNow(files: Files, place: RunPlace): Promise<number> {
  const probe = draftOf(place);
  await (await files.create(probe)).close();
  try {
    return await files.modifiedMs(probe);
  } finally {
    await files.remove(probe);
  }
}

// A link is all or nothing: a segment is never seen without its first record.
async function appear(files: Files, place: RunPlace, segment: string, text: string): Promise<AppendFile> {
  const draft = draftOf(place);
  const file = await files.create(draft);
  try {
    await file.append(Buffer.from(text));
    await file.datasync();
    await files.link(draft, segment);
    await files.remove(draft);
    await files.sync(directoryOf(place));
    return file;
  } catch (error) {
    await file.close();
    await files.remove(draft);
    if (systemCode(error) !== 'EEXIST') throw error;
    throw problem('run-held', { ...place, owner: 'another runner that was faster' }, error);
  }
}
