import type { Clock } from '../contract/clock.ts';
import type { Journal } from '../contract/journal.ts';
import { problem, RekeyError } from '../errors/index.ts';
import type { Files } from './files.ts';
import { groupCommit } from './group-commit.ts';
import type { Claim } from './ownership.ts';
import { type RunPlace, segmentOf } from './segments.ts';

const heartbeatMs = 30_000;

/** The journal of a run that this process has claimed, with its heartbeat. Appends reject with `journal-taken-over` or `journal-not-written`, for good. */
export async function ownedJournal(
  files: Files,
  place: RunPlace,
  clock: Pick<Clock, 'now'>,
  claim: Claim,
  told: { released(): void; onLost?(error: RekeyError): void },
): Promise<Journal> {
  const { file } = claim;
  const segment = segmentOf(place, claim.epoch);
  const next = segmentOf(place, claim.epoch + 1);
  // Whoever takes over measures the heartbeat's age by the file system's clock.
  const skewMs = (await files.modifiedMs(segment).catch(closed)) - Date.now();

  async function closed(error: unknown): Promise<never> {
    await file.close();
    throw error;
  }

  async function refuseIfTakenOver(): Promise<void> {
    if (await files.exists(next)) throw problem('journal-taken-over', { ...place, file: next });
  }

  async function beat(): Promise<void> {
    await refuseIfTakenOver();
    await files.touch(segment, Date.now() + skewMs);
  }

  // It only tells others how old the owner is: what fails for once is tried again on the next beat, and an append finds out for itself.
  const failed = (error: unknown) => {
    if (endsRun(error)) journal.lose(error);
  };
  const heart = setInterval(() => beat().catch(failed), heartbeatMs);
  heart.unref();

  const journal = groupCommit(place, claim, clock, {
    async write(batch) {
      await refuseIfTakenOver();
      await file.append(Buffer.from(batch.map(({ line }) => line).join('')));
      await file.datasync();
      // A process that was suspended after the first look must not act on a record its successor has not read.
      await refuseIfTakenOver();
    },
    stillOurs: refuseIfTakenOver,
    close() {
      clearInterval(heart);
      return file.close().finally(told.released);
    },
    onLost(error) {
      clearInterval(heart);
      told.onLost?.(error);
    },
  });
  return journal;
}

/** Somebody else owns the run, or its journal is gone. */
function endsRun(error: unknown): boolean {
  return error instanceof RekeyError || (error as NodeJS.ErrnoException).code === 'ENOENT';
}
