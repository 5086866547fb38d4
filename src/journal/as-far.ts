import type { JournalRecord } from '../contract/record.ts';
import { RekeyError } from '../errors/index.ts';
import { genesis } from './chain.ts';
import { diskFiles, type Files, usable } from './files.ts';
import { checkedRunId } from './run-id.ts';
import { walkSegments } from './segments.ts';

/** What of a journal can be read. */
export interface ReadAsFar {
  readonly records: readonly JournalRecord[];
  /** The hash of the last of them. */
  readonly head: string;
  /** What is wrong behind it; undefined where the journal is whole. */
  readonly damage: RekeyError | undefined;
}

const ofDamage: readonly string[] = ['journal-damaged', 'record-malformed', 'journal-newer'];

/**
 * Reads a run's journal up to where it is damaged, for who only tells of it: nobody may act on a part of a journal. Throws
 * `run-not-found`, `state-dir-unwritable`, and what is wrong where not even a plan can be read.
 */
export async function readAsFar(stateDir: string, run: string, files: Files = diskFiles): Promise<ReadAsFar> {
  const place = { run: checkedRunId(run, stateDir), stateDir };
  let records: JournalRecord[] = [];
  let head = genesis;
  const fresh = () => {
    records = [];
    head = genesis;
    const take = (record: JournalRecord, hash: string) => {
      records.push(record);
      head = hash;
    };
    return { take };
  };
  try {
    await usable(stateDir, () => walkSegments(files, place, fresh));
    return { records, head, damage: undefined };
  } catch (error) {
    const told = error instanceof RekeyError && ofDamage.includes(error.code);
    if (!told || !records.some(({ t }) => t === 'submitted')) throw error;
    return { records, head, damage: error };
  }
}
