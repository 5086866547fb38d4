import { join, resolve } from 'node:path';
import type { Clock } from '../contract/clock.ts';
import type { Journal } from '../contract/journal.ts';
import type { Liveness } from '../contract/processes.ts';
import type { Entry, JournalRecord, Owner } from '../contract/record.ts';
import { problem, RekeyError } from '../errors/index.ts';
import { genesis } from './chain.ts';
import { diskFiles, type Files, usable } from './files.ts';
import { refuseOlder } from './format.ts';
import { ownedJournal, plansIn } from './owned-journal.ts';
import { isAlive, isSameProcess, ownerText, whoAmI } from './owner.ts';
import { type Claim, claimAfter, claimRun, fileSystemNow, type Past } from './ownership.ts';
import { isFull, Reserve, reservePerPlan } from './reserve.ts';
import { checkedRunId, isRunId } from './run-id.ts';
import { directoryOf, type RunPlace, readSegments, type Segments, segmentOf } from './segments.ts';

const takeOverAfterMs = 10 * 60_000;

/** A journal as read by somebody who does not own it. */
export interface JournalReading {
  readonly records: readonly JournalRecord[];
  readonly head: string;
  /** The newest owner, and whether it still runs. */
  readonly owner: Owner;
  readonly runner: Liveness;
  /** The oldest format in which a part of it is written. */
  readonly format: number;
}

/** The journals of one state directory. Every method throws `state-dir-unwritable` when the directory can't be used. */
export interface JournalStore {
  /** Begins the journal of a new run with its plans. Throws `run-held` when there is one. */
  create(run: string, submitted: Entry & { readonly t: 'submitted' }): Promise<Journal>;
  /**
   * Owns a run's journal. `back`: only to take back what it did, which is done with one of an older format, too. Throws `run-held`,
   * `take-over-needed`, `take-over-too-early`, `journal-older`, and what `read` throws.
   */
  open(run: string, options?: { readonly takeOver?: boolean; readonly back?: boolean }): Promise<Journal>;
  /** Changes nothing and waits for nobody. Throws `run-not-found`, `journal-damaged`, `record-malformed`, `journal-newer`. */
  read(run: string): Promise<JournalReading>;
  /** All runs, oldest first; one whose journal can't be read comes with its error. */
  list(): Promise<readonly ({ readonly run: string } & (JournalReading | { readonly error: RekeyError }))[]>;
}

/** What a store may be given: its file operations, and whom to tell when a journal can no longer be written. */
export interface StoreOptions {
  readonly files?: Files;
  /** How much room is kept for each plan of a run, in bytes. */
  readonly reservePerPlan?: number;
  /** Told once, when the disk is full and the room that was kept is let go of. */
  onFull?(): void;
  onLost?(error: RekeyError): void;
}

// A journal closed by this process is free although its owner, this process, lives.
const openHere = new Set<string>();

/** The journals in `stateDir`, which is made when the first run is. */
export function openStore(stateDir: string, clock: Pick<Clock, 'now'>, options: StoreOptions = {}): JournalStore {
  const files = options.files ?? diskFiles;
  const placeOf = (run: string): RunPlace => ({ run: checkedRunId(run, stateDir), stateDir });

  const { onLost, onFull, reservePerPlan: perPlan = reservePerPlan } = options;

  const owned = (place: RunPlace, claim: Claim, full: boolean, released: () => void) =>
    ownedJournal(
      files,
      place,
      clock,
      claim,
      { reserve: new Reserve(files, place), full },
      {
        released,
        ...(onLost && { onLost }),
        ...(onFull && { onFull }),
      },
    );

  async function create(run: string, submitted: Entry & { t: 'submitted' }): Promise<Journal> {
    const place = placeOf(run);
    return holding(place, async (release) => {
      await files.makeDirectory(directoryOf(place));
      await new Reserve(files, place).take(perPlan * plansIn([submitted]));
      const none: Past = { records: [], head: genesis, epoch: 0, lengths: {} };
      const claim = await claimRun(files, place, clock, none, { by: await whoAmI() }, [submitted]);
      return owned(place, claim, false, release);
    });
  }

  async function open(run: string, { takeOver = false, back = false } = {}): Promise<Journal> {
    const place = { ...placeOf(run), back };
    return holding(place, async (release) => {
      const seen = await readSegments(files, place);
      if (!back) refuseOlder({ ...place, format: seen.format });
      const me = await whoAmI();
      const runner = isSameProcess(seen.owner, me) ? 'dead' : await isAlive(seen.owner, me);
      if (runner === 'alive') throw problem('run-held', { ...place, owner: ownerText(seen.owner) });
      if (runner === 'unknown') await mayTakeOver(place, seen, takeOver);
      const claimant = { by: me, tookOver: runner === 'unknown' };
      const reserve = new Reserve(files, place);
      let full = false;
      const claimed = await claimAfter(files, place, clock, seen, claimant).catch(async (error) => {
        full = isFull(error) && (await reserve.release());
        if (!full) throw error;
        // It may have come as far as to be in place.
        return claimAfter(files, place, clock, await readSegments(files, place), claimant);
      });
      full ||= !(await hasRoom(claimed, () => reserve.take(perPlan * plansIn(seen.records))));
      if (full) onFull?.();
      return owned(place, claimed, full, release);
    });
  }

  /** False where the disk is full; rejects for all else, and the run is not owned then. */
  async function hasRoom({ file }: Claim, take: () => Promise<void>): Promise<boolean> {
    try {
      await take();
      return true;
    } catch (error) {
      if (isFull(error)) return false;
      await file.close();
      throw error;
    }
  }

  async function mayTakeOver(place: RunPlace, seen: Segments, takeOver: boolean): Promise<void> {
    const seenMs = await files.modifiedMs(segmentOf(place, seen.epoch));
    const told = { ...place, owner: ownerText(seen.owner), seenAt: new Date(seenMs).toISOString() };
    if (!takeOver) throw problem('take-over-needed', told);
    const fromMs = seenMs + takeOverAfterMs;
    if ((await fileSystemNow(files, place)) < fromMs) {
      throw problem('take-over-too-early', { ...told, from: new Date(fromMs).toISOString() });
    }
  }

  async function holding(place: RunPlace, work: (release: () => void) => Promise<Journal>): Promise<Journal> {
    const directory = resolve(directoryOf(place));
    if (openHere.has(directory)) throw problem('run-held', { ...place, owner: `this process (${process.pid})` });
    openHere.add(directory);
    const release = () => void openHere.delete(directory);
    return usable(stateDir, () => work(release)).catch((error) => {
      release();
      throw error;
    });
  }

  async function read(run: string): Promise<JournalReading> {
    const place = placeOf(run);
    const { records, head, owner, format } = await usable(stateDir, () => readSegments(files, place));
    const me = await whoAmI();
    const closedHere = isSameProcess(owner, me) && !openHere.has(resolve(directoryOf(place)));
    return { records, head, owner, format, runner: closedHere ? 'dead' : await isAlive(owner, me) };
  }

  async function list() {
    const names = await usable(stateDir, () => namesIn(join(stateDir, 'runs')));
    const runs = names.filter(isRunId).sort();
    const found = await Promise.all(
      runs.map(async (run) => {
        try {
          return { run, ...(await read(run)) };
        } catch (error) {
          if (!(error instanceof RekeyError)) throw error;
          // A directory without a segment is of a run that never began.
          return error.code === 'run-not-found' ? undefined : { run, error };
        }
      }),
    );
    return found.filter((run) => run !== undefined);
  }

  async function namesIn(directory: string): Promise<readonly string[]> {
    return (await files.exists(directory)) ? files.list(directory) : [];
  }

  return { create, open, read, list };
}
