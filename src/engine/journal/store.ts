import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { Clock } from '../../contract/clock.ts';
import type { Journal } from '../../contract/journal.ts';
import type { Entry, JournalRecord, Owner } from '../../contract/record.ts';
import { problem, RekeyError } from '../../errors/index.ts';
import { chained, genesis } from './chain.ts';
import { type AppendFile, diskFiles, type Files, systemCode } from './files.ts';
import { groupCommit, stamped } from './group-commit.ts';
import { isAlive, isSameProcess, type Liveness, ownerText, whoAmI } from './owner.ts';
import { checkedRunId, isRunId } from './run-id.ts';
import { directoryOf, type RunPlace, readSegments, type Segments, segmentOf } from './segments.ts';

const heartbeatMs = 30_000;
const takeOverAfterMs = 10 * 60_000;

/** A journal as read by somebody who does not own it. */
export interface JournalReading {
  readonly records: readonly JournalRecord[];
  readonly head: string;
  /** The newest owner, and whether it still runs. */
  readonly owner: Owner;
  readonly runner: Liveness;
}

/** The journals of one state directory. Every method throws `state-dir-unwritable` when the directory can't be used. */
export interface JournalStore {
  /** Begins the journal of a new run with its plans. Throws `run-held` when there is one. */
  create(run: string, submitted: Entry & { readonly t: 'submitted' }): Promise<Journal>;
  /** Owns a run's journal. Throws `run-held`, `take-over-needed`, `take-over-too-early`, `run-not-found`, `journal-damaged`. */
  open(run: string, options?: { readonly takeOver?: boolean }): Promise<Journal>;
  /** Changes nothing and waits for nobody. Throws `run-not-found`, `journal-damaged`. */
  read(run: string): Promise<JournalReading>;
  /** All runs, oldest first; one whose journal is damaged comes with its error. */
  list(): Promise<readonly ({ readonly run: string } & (JournalReading | { readonly error: RekeyError }))[]>;
}

/** What a store may be given: its file operations, and whom to tell when a journal can no longer be written. */
export interface StoreOptions {
  readonly files?: Files;
  onLost?(error: RekeyError): void;
}

type Past = Pick<Segments, 'records' | 'head' | 'epoch' | 'lengths'>;

interface Claim {
  readonly epoch: number;
  readonly records: readonly JournalRecord[];
  readonly head: string;
  readonly file: AppendFile;
}

// A journal closed by this process is free although its owner, this process, lives.
const openHere = new Set<string>();

/** The journals in `stateDir`, which is made when the first run is. */
export function openStore(stateDir: string, clock: Pick<Clock, 'now'>, options: StoreOptions = {}): JournalStore {
  const files = options.files ?? diskFiles;
  const placeOf = (run: string): RunPlace => ({ run: checkedRunId(run, stateDir), stateDir });

  async function create(run: string, submitted: Entry): Promise<Journal> {
    const place = placeOf(run);
    return holding(place, async (release) => {
      await files.makeDirectory(directoryOf(place));
      const none: Past = { records: [], head: genesis, epoch: 0, lengths: {} };
      return own(place, await claim(place, none, await whoAmI(), [submitted]), release);
    });
  }

  async function open(run: string, { takeOver = false } = {}): Promise<Journal> {
    const place = placeOf(run);
    return holding(place, async (release) => {
      const seen = await readSegments(files, place);
      const me = await whoAmI();
      const runner = isSameProcess(seen.owner, me) ? 'dead' : await isAlive(seen.owner, me);
      if (runner === 'alive') throw problem('run-held', { ...place, owner: ownerText(seen.owner) });
      if (runner === 'unknown') await mayTakeOver(place, seen, takeOver);
      return own(place, await claim(place, seen, me, [], runner === 'unknown'), release);
    });
  }

  async function mayTakeOver(place: RunPlace, seen: Segments, takeOver: boolean): Promise<void> {
    const seenMs = await files.modifiedMs(segmentOf(place, seen.epoch));
    const told = { ...place, owner: ownerText(seen.owner), seenAt: new Date(seenMs).toISOString() };
    if (!takeOver) throw problem('take-over-needed', told);
    const fromMs = seenMs + takeOverAfterMs;
    if ((await fileSystemNow(place)) < fromMs) {
      throw problem('take-over-too-early', { ...told, from: new Date(fromMs).toISOString() });
    }
  }

  // The heartbeat may come from another machine through a shared file system, whose clock is not ours.
  async function fileSystemNow(place: RunPlace): Promise<number> {
    const probe = temporary(place);
    await (await files.create(probe)).close();
    try {
      return await files.modifiedMs(probe);
    } finally {
      await files.remove(probe);
    }
  }

  /** Links the next segment, which begins with its owner and `more`. */
  async function claim(
    place: RunPlace,
    past: Past,
    by: Owner,
    more: readonly Entry[],
    mayLive = false,
  ): Promise<Claim> {
    // What the last owner wrote may not be on disk yet; it must not be sealed before it is.
    if (past.epoch > 0) await files.sync(segmentOf(place, past.epoch));
    const epoch = past.epoch + 1;
    const records = [...past.records];
    let head = past.head;
    let text = '';
    for (const entry of [{ t: 'open', epoch, by, sealed: past.lengths } as const, ...more]) {
      const json = stamped(entry, clock);
      const { line, hash } = chained(json, head);
      records.push(JSON.parse(json) as JournalRecord);
      head = hash;
      text += line;
    }
    const file = await appear(place, segmentOf(place, epoch), text);
    if (!mayLive) return { epoch, records, head, file };
    // An owner that only slept may have written between our reading and our link. Its appends resolve only if there is
    // no next segment after their sync, so all it acted on is there now: our segment then counts for nothing and
    // the next one goes on from that owner's end.
    const late = await readSegments(files, place, past.epoch);
    if (late.head === past.head) return { epoch, records, head, file };
    await file.close();
    await files.sync(segmentOf(place, past.epoch));
    return claim(place, { ...late, epoch, lengths: { ...late.lengths, [epoch]: 0 } }, by, more);
  }

  async function own(place: RunPlace, claimed: Claim, release: () => void): Promise<Journal> {
    const { file } = claimed;
    const segment = segmentOf(place, claimed.epoch);
    const next = segmentOf(place, claimed.epoch + 1);
    const skewMs = (await files.modifiedMs(segment)) - Date.now();
    const refuseIfTakenOver = async () => {
      if (await files.exists(next)) throw problem('journal-taken-over', { ...place, file: next });
    };
    const beat = async () => {
      await refuseIfTakenOver();
      await files.touch(segment, Date.now() + skewMs);
    };
    const heart = setInterval(() => beat().catch((error) => journal.lose(error)), heartbeatMs);
    heart.unref();
    const journal = groupCommit(place, claimed, clock, {
      async write(batch) {
        await refuseIfTakenOver();
        await file.append(Buffer.from(batch.map(({ line }) => line).join('')));
        await file.datasync();
        await refuseIfTakenOver();
      },
      close() {
        clearInterval(heart);
        return file.close().finally(release);
      },
      onLost(error) {
        clearInterval(heart);
        options.onLost?.(error);
      },
    });
    return journal;
  }

  /** Puts a complete segment in its place, on disk, or throws `run-held` when another runner was first. */
  async function appear(place: RunPlace, segment: string, text: string): Promise<AppendFile> {
    const draft = temporary(place);
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

  async function holding(place: RunPlace, work: (release: () => void) => Promise<Journal>): Promise<Journal> {
    const directory = resolve(directoryOf(place));
    if (openHere.has(directory)) throw problem('run-held', { ...place, owner: `this process (${process.pid})` });
    openHere.add(directory);
    const release = () => void openHere.delete(directory);
    return usable(() => work(release)).catch((error) => {
      release();
      throw error;
    });
  }

  async function usable<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (systemCode(error) === undefined) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw problem('state-dir-unwritable', { stateDir, reason }, error);
    }
  }

  async function read(run: string): Promise<JournalReading> {
    const place = placeOf(run);
    const { records, head, owner } = await usable(() => readSegments(files, place));
    const me = await whoAmI();
    const closedHere = isSameProcess(owner, me) && !openHere.has(resolve(directoryOf(place)));
    return { records, head, owner, runner: closedHere ? 'dead' : await isAlive(owner, me) };
  }

  async function list() {
    const names = await usable(() => namesIn(join(stateDir, 'runs')));
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

function temporary(place: RunPlace): string {
  return join(directoryOf(place), `.${process.pid}-${randomBytes(6).toString('hex')}.tmp`);
}
