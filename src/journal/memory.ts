import type { Journal } from '../contract/journal.ts';
import { type Entry, type JournalRecord, journalFormat } from '../contract/record.ts';
import { chained, genesis } from './chain.ts';
import { groupCommit, stamped } from './group-commit.ts';

/** What becomes of an append: it is written; the process dies before or after it is on disk (it never settles, nor does any later one); or this and every later one rejects with the error. */
export type AppendFate = 'written' | 'crash-before' | 'crash-after' | Error;

/** What a test may decide. */
export interface MemoryHooks {
  /** Asked for each record on its way to disk; `number` counts the journal's records from 1, `open` records included. */
  onAppend?(record: JournalRecord, number: number): AppendFate;
  /** Throws when another owner is to have taken over. */
  stillOurs?(): void;
  /** Is the disk full, so that what is written goes into room that was kept? */
  isFull?(): boolean;
  /** Time for the records' `at`, in ms since 1970; Date.now by default. */
  now?(): number;
}

/** A journal in memory. `disk` is what a process that comes after a crash would find: reopen with `memoryJournal(run, journal.disk)`. */
export interface MemoryJournal extends Journal {
  readonly disk: readonly JournalRecord[];
}

/** A journal without files, with the appends of the real one. Like it, begins its part with an `open` record. */
export function memoryJournal(
  run: string,
  past: readonly JournalRecord[] = [],
  hooks: MemoryHooks = {},
): MemoryJournal {
  const clock = { now: hooks.now ?? Date.now };
  const epoch = past.filter((record) => record.t === 'open').length + 1;
  const by = {
    host: 'memory',
    machine: 'memory',
    boot: 'memory',
    pidNamespace: 'memory',
    pid: 1,
    started: String(epoch),
  };
  const place = { run, stateDir: '.rekey' };
  const opening: Entry = { t: 'open', format: journalFormat, epoch, by, sealed: {} };
  const disk = [...past, stamped(place, opening, clock).record];
  const head = disk.reduce((hash, record) => chained(JSON.stringify(record), hash).hash, genesis);
  let crashed = false;
  const journal = groupCommit(place, { records: disk, head }, clock, {
    async write(batch) {
      for (const { record } of batch) {
        const fate = hooks.onAppend?.(record, disk.length + 1) ?? 'written';
        if (fate instanceof Error) throw fate;
        if (fate !== 'crash-before') disk.push(record);
        crashed ||= fate !== 'written';
        if (crashed) return new Promise(() => undefined);
      }
    },
    stillOurs: async () => hooks.stillOurs?.(),
    isFull: () => hooks.isFull?.() === true,
    async close() {},
  });
  return {
    run,
    disk,
    records: journal.records,
    get head() {
      return journal.head;
    },
    get full() {
      return journal.full;
    },
    append: journal.append,
    stillOurs: journal.stillOurs,
    close: async () => (crashed ? undefined : journal.close()),
  };
}
