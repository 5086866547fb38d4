import type { Clock } from '../contract/clock.ts';
import type { Journal } from '../contract/journal.ts';
import type { Entry, JournalRecord } from '../contract/record.ts';
import { problem, RekeyError } from '../errors/index.ts';
import { type Files, usable } from './files.ts';
import { groupCommit } from './group-commit.ts';
import type { Claim } from './ownership.ts';
import { isFull, type Reserve } from './reserve.ts';
import { type RunPlace, segmentOf } from './segments.ts';

const heartbeatMs = 30_000;

/** The journal of a run that this process has claimed, with its heartbeat. Appends reject with `journal-taken-over` or `journal-not-written`, for good. */
export async function ownedJournal(
  files: Files,
  place: RunPlace,
  clock: Pick<Clock, 'now'>,
  claim: Claim,
  kept: { readonly reserve: Reserve; readonly full: boolean },
  told: { released(): void; onLost?(error: RekeyError): void; onFull?(): void },
): Promise<Journal> {
  const { file } = claim;
  let { full } = kept;
  const segment = segmentOf(place, claim.epoch);
  const next = segmentOf(place, claim.epoch + 1);
  // Whoever takes over measures the heartbeat's age by the file system's clock.
  let length = await file.length().catch(closed);
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

  /** On a full disk it goes on in the room that was kept; what is there of it already is not written twice. */
  async function put(bytes: Buffer): Promise<void> {
    try {
      await file.append(bytes);
    } catch (error) {
      if (!isFull(error) || !(await kept.reserve.release())) throw error;
      full = true;
      told.onFull?.();
      await file.append(bytes.subarray((await file.length()) - length));
    }
    await file.datasync();
    length += bytes.length;
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
      await put(Buffer.from(batch.map(({ line }) => line).join('')));
      // A process that was suspended after the first look must not act on a record its successor has not read.
      await refuseIfTakenOver();
    },
    stillOurs: refuseIfTakenOver,
    isFull: () => full,
    async close() {
      clearInterval(heart);
      try {
        await file.close();
        if (isOver(journal.records) || cameToNothing(journal.records))
          await usable(place.stateDir, () => kept.reserve.release());
      } finally {
        told.released();
      }
    },
    onLost(error) {
      clearInterval(heart);
      told.onLost?.(error);
    },
  });
  return journal;
}

/** Nothing more is written of a run whose plans have all ended. */
function isOver(records: readonly JournalRecord[]): boolean {
  const plans = plansIn(records);
  const ended = new Set(records.flatMap((record) => (record.t === 'finished' ? [record.plan] : [])));
  return plans > 0 && ended.size === plans;
}

/** Of a run that was stopped before it sent anything, nothing can have to be taken back. */
function cameToNothing(records: readonly JournalRecord[]): boolean {
  return records.some(({ t }) => t === 'stopped') && !records.some(({ t }) => t === 'intent');
}

/** How many plans were submitted. */
export function plansIn(records: readonly Entry[]): number {
  return records.reduce((sum, record) => sum + (record.t === 'submitted' ? record.plans.length : 0), 0);
}

/** Somebody else owns the run, or its journal is gone. */
function endsRun(error: unknown): boolean {
  return error instanceof RekeyError || (error as NodeJS.ErrnoException).code === 'ENOENT';
}
