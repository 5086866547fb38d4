import type { Entry, JournalRecord } from './record.ts';

/** One run's journal, owned by this process. */
export interface Journal {
  readonly run: string;
  /** All records so far, this process's included. */
  readonly records: readonly JournalRecord[];
  /** Hash of the last record. */
  readonly head: string;
  /** The disk is full: what is written goes into room that was kept for the way back. */
  readonly full: boolean;
  /** Resolves when the record is on disk. Appends side by side share one sync. Rejects, for good, when another owner has taken over or the disk fails. */
  append(entry: Entry): Promise<void>;
  /** Rejects when another owner has taken over, or the journal is lost: asked right before what is sent. */
  stillOurs(): Promise<void>;
  close(): Promise<void>;
}
