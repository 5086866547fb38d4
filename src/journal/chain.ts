import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { type JournalRecord, journalFormat } from '../contract/record.ts';
import { problem } from '../errors/index.ts';
import { newerFormat } from './format.ts';
import { asRecord } from './record-schema.ts';

/** The hash before the first record. */
export const genesis = '0'.repeat(64);

const newline = 0x0a;
const tail = /^,"hash":"([0-9a-f]{64})"}$/;
const tailLength = ',"hash":""}'.length + 64;

/** A record as its line on disk, newline included, and the hash that the next one builds on. */
export function chained(json: string, previousHash: string): { line: string; hash: string } {
  const prefix = json.slice(0, -1);
  const hash = hashOf(previousHash, prefix);
  return { line: `${prefix},"hash":"${hash}"}\n`, hash };
}

/** What a segment holds. `bytes` is how long its whole records are, `torn` how many bytes follow them. */
export interface Scan {
  readonly records: readonly JournalRecord[];
  readonly hashes: readonly string[];
  readonly head: string;
  readonly bytes: number;
  readonly torn: number;
}

/** Where a scan takes place, for its errors: `first` is the number in the journal of the segment's first record. */
export interface Place {
  readonly run: string;
  readonly stateDir: string;
  readonly file: string;
  readonly first: number;
}

/** Reads the lines of a segment. A last line without its newline counts if its hash is right, else it is torn; throws `journal-damaged` at any other line whose hash is not right, `record-malformed` at one that is no record, `journal-newer` at one that begins a newer format. */
export function scan(bytes: Buffer, previousHash: string, place: Place): Scan {
  const records: JournalRecord[] = [];
  const hashes: string[] = [];
  let head = previousHash;
  let at = 0;
  while (at < bytes.length) {
    const end = bytes.indexOf(newline, at);
    const line = bytes.subarray(at, end < 0 ? bytes.length : end);
    const hash = rightHash(line, head);
    // After a right line only a newline was ever written: something else there is no torn line but a changed byte.
    if (hash === undefined && end < 0 && rightHash(line.subarray(0, -1), head) === undefined) break;
    const { first, ...where } = place;
    const number = first + records.length;
    if (hash === undefined)
      throw problem('journal-damaged', { ...where, record: number, why: 'its hash is not right' });
    records.push(recordIn(line, { ...where, record: number }));
    hashes.push(hash);
    head = hash;
    at = end < 0 ? bytes.length : end + 1;
  }
  return { records, hashes, head, bytes: at, torn: bytes.length - at };
}

function rightHash(line: Buffer, previousHash: string): string | undefined {
  const split = line.length - tailLength;
  if (split < 0) return undefined;
  const hash = tail.exec(line.toString('latin1', split))?.[1];
  return hash !== undefined && hash === hashOf(previousHash, line.subarray(0, split)) ? hash : undefined;
}

function recordIn(line: Buffer, where: { run: string; stateDir: string; file: string; record: number }): JournalRecord {
  const read = isUtf8(line)
    ? readRecord(`${line.toString('utf8', 0, line.length - tailLength)}}`)
    : { why: 'it is not UTF-8' };
  if ('record' in read) return read.record;
  if ('format' in read) throw problem('journal-newer', { ...where, format: read.format, current: journalFormat });
  throw problem('record-malformed', { ...where, why: read.why });
}

// Whoever can compute a hash can chain anything: that the hash is right says nothing of what is in the line.
function readRecord(json: string): ReturnType<typeof asRecord> | { readonly format: number } {
  try {
    const value: unknown = JSON.parse(json);
    const format = newerFormat(value);
    return format === undefined ? asRecord(value) : { format };
  } catch (error) {
    if (error instanceof SyntaxError) return { why: 'it is not JSON' };
    throw error;
  }
}

function hashOf(previousHash: string, prefix: string | Buffer): string {
  return createHash('sha256').update(previousHash).update(prefix).digest('hex');
}
