import { problem } from '../errors/index.ts';
import { diskFiles, type Files, usable } from './files.ts';
import { checkedRunId } from './run-id.ts';
import { readSegments } from './segments.ts';

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
  const read = await usable(stateDir, () => readSegments(options.files ?? diskFiles, place));
  const { records, hashes, head, epoch, format, torn } = read;
  const at = options.head === undefined ? 0 : hashes.indexOf(options.head) + 1;
  if (options.head !== undefined && at === 0) {
    throw problem('head-mismatch', { ...place, expected: options.head, head, records: records.length });
  }
  const proves =
    at === 0
      ? 'no record was changed or taken out of the middle; whole records cut off at the end show only against a head you know (--head HASH, printed at every exit)'
      : at === records.length
        ? 'no record was changed, taken out or cut off: the head you know is the last record'
        : `no record up to ${at}, whose hash is the head you know, was changed, taken out or cut off; ${records.length - at} came after it`;
  return { records: records.length, segments: epoch, format, head, torn, proves };
}
