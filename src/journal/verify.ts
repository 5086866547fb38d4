import type { JournalRecord } from '../contract/record.ts';
import { problem } from '../errors/index.ts';
import { diskFiles, type Files, usable } from './files.ts';
import { checkedRunId } from './run-id.ts';
import { walkSegments } from './segments.ts';

/** What a journal without damage holds. */
export interface VerifiedJournal {
  readonly records: number;
  readonly segments: number;
  /** The oldest format in which a part of it is written. */
  readonly format: number;
  readonly head: string;
  /** Bytes after the last whole record of a segment: what a crash cut short. They were never acted on. */
  readonly torn: readonly { readonly file: string; readonly bytes: number }[];
  /** How far this proves that nothing is missing, in a sentence. */
  readonly proves: string;
}

/** Checks every byte of a run's journal and changes nothing. Throws `run-not-found`, `journal-damaged`, `record-malformed`, `journal-newer`, `state-dir-unwritable`, and `head-mismatch` when no record has the hash `head`. */
export async function verifyJournal(
  stateDir: string,
  run: string,
  options: { readonly head?: string; readonly files?: Files } = {},
): Promise<VerifiedJournal> {
  const place = { run: checkedRunId(run, stateDir), stateDir };
  const known = options.head;
  const walk = await usable(stateDir, () => walkSegments(options.files ?? diskFiles, place, () => lookoutFor(known)));
  const { taker, count: records, head, epoch, format, torn } = walk;
  const { at } = taker;
  if (known !== undefined && at === 0) {
    throw problem('head-mismatch', { ...place, expected: known, head, records });
  }
  const proves =
    at === 0
      ? 'no record was changed or taken out of the middle; whole records cut off at the end show only against a head you know (--head HASH, printed at every exit)'
      : at === records
        ? 'no record was changed, taken out or cut off: the head you know is the last record'
        : `no record up to ${at}, whose hash is the head you know, was changed, taken out or cut off; ${records - at} came after it`;
  return { records, segments: epoch, format, head, torn, proves };
}

/** Sees records go by and holds none; `at` is the number of the first whose hash is `head`, 0 for none. */
function lookoutFor(head: string | undefined) {
  let number = 0;
  const lookout = {
    at: 0,
    take: (_record: JournalRecord, hash: string) => {
      number += 1;
      if (hash === head && lookout.at === 0) lookout.at = number;
    },
  };
  return lookout;
}
