import type { Clock } from '../contract/clock.ts';
import type { Journal } from '../contract/journal.ts';
import type { Entry, JournalRecord } from '../contract/record.ts';
import { problem, RekeyError } from '../errors/index.ts';
import { chained, longestLine } from './chain.ts';
import { asRecord } from './record-schema.ts';
import type { RunPlace } from './segments.ts';

/** A record on its way to disk. */
export interface Pending {
  readonly record: JournalRecord;
  readonly line: string;
}

/** Where the records of a journal go. */
export interface Sink {
  /** Resolves when all are on disk; an error is the journal's end. */
  write(batch: readonly Pending[]): Promise<void>;
  /** Rejects when the journal has another owner by now; that is its end. */
  stillOurs(): Promise<void>;
  /** Is the disk full, so that what is written goes into room that was kept? */
  isFull?(): boolean;
  /** No write is under way or will follow. */
  close(): Promise<void>;
  /** Told once, when the journal can no longer be written. */
  onLost?(error: RekeyError): void;
}

/** A journal that can be told from outside that it is lost. */
export interface CommittedJournal extends Journal {
  lose(error: unknown): void;
}

interface Waiting {
  readonly stamped: Stamped;
  resolve(): void;
  reject(error: unknown): void;
}

/** A record as it is written, and as it will be read. */
export interface Stamped {
  readonly json: string;
  readonly record: JournalRecord;
}

/** The record that `entry` becomes now. Throws `record-unwritable` for one that could not be read back: written, it would be the last that anybody reads of this journal. */
export function stamped(place: RunPlace, entry: Entry, clock: Pick<Clock, 'now'>): Stamped {
  const json = JSON.stringify({ ...entry, at: new Date(clock.now()).toISOString() });
  // A character is three bytes at most, and the hash comes on top.
  const read = json.length > longestLine / 4 ? { why: 'it is too long' } : asRecord(JSON.parse(json));
  if ('record' in read) return { json, record: read.record };
  throw problem('record-unwritable', { ...place, kind: entry.t, why: read.why });
}

/** A journal whose appends, made while a write is under way, share the next one. After the first error every append rejects with it. */
export function groupCommit(
  place: RunPlace,
  past: { readonly records: readonly JournalRecord[]; readonly head: string },
  clock: Pick<Clock, 'now'>,
  sink: Sink,
): CommittedJournal {
  const records = [...past.records];
  let head = past.head;
  let queue: Waiting[] = [];
  let writing: Promise<void> | undefined;
  let lost: RekeyError | undefined;
  let closing: Promise<void> | undefined;

  function lose(error: unknown): void {
    if (lost !== undefined) return;
    const reason = error instanceof Error ? error.message : String(error);
    lost = error instanceof RekeyError ? error : problem('journal-not-written', { ...place, reason }, error);
    sink.onLost?.(lost);
  }

  async function writeAll(): Promise<void> {
    while (queue.length > 0) {
      // The rest of this turn's appends come along.
      await Promise.resolve();
      const batch = queue;
      queue = [];
      if (lost === undefined) await writeBatch(batch).catch(lose);
      for (const waiting of batch) lost === undefined ? waiting.resolve() : waiting.reject(lost);
    }
    writing = undefined;
  }

  async function writeBatch(batch: readonly Waiting[]): Promise<void> {
    let last = head;
    const pending = batch.map(({ stamped: { json, record } }): Pending => {
      const { line, hash } = chained(json, last);
      last = hash;
      return { record, line };
    });
    await sink.write(pending);
    for (const { record } of pending) records.push(record);
    head = last;
  }

  return {
    run: place.run,
    records,
    get head() {
      return head;
    },
    get full() {
      return sink.isFull?.() === true;
    },
    async append(entry) {
      if (lost !== undefined) throw lost;
      if (closing !== undefined) throw problem('journal-not-written', { ...place, reason: 'it has been closed' });
      const record = stamped(place, entry, clock);
      await new Promise<void>((resolve, reject) => {
        queue.push({ stamped: record, resolve, reject });
        writing ??= writeAll();
      });
    },
    async stillOurs() {
      if (lost === undefined) await sink.stillOurs().catch(lose);
      if (lost !== undefined) throw lost;
    },
    close() {
      closing ??= Promise.resolve(writing).then(() => sink.close());
      return closing;
    },
    lose,
  };
}
