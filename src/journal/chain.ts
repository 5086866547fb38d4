import { createHash } from 'node:crypto';
import type { Entry, JournalRecord } from '../contract/record.ts';
import { problem } from '../errors/index.ts';

/** The hash before the first record. */
export const genesis = '0'.repeat(64);

const newline = 0x0a;
const tail = /^,"hash":"([0-9a-f]{64})"}$/;
const tailLength = ',"hash":""}'.length + 64;

const known: { readonly [T in Entry['t']]: true } = {
  open: true,
  submitted: true,
  command: true,
  observed: true,
  intent: true,
  answered: true,
  surplus: true,
  done: true,
  failed: true,
  reopened: true,
  retired: true,
  gate: true,
  passed: true,
  announced: true,
  'write-point': true,
  unwinding: true,
  kept: true,
  stale: true,
  drifted: true,
  unwound: true,
  stopped: true,
  finished: true,
  interrupted: true,
};

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

/** Reads the lines of a segment. A last line without its newline counts if its hash is right, else it is torn; throws `journal-damaged` at anything else. */
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
    const record = hash === undefined ? 'its hash is not right' : recordOf(line);
    if (hash === undefined || typeof record === 'string') {
      const { first, ...where } = place;
      throw problem('journal-damaged', { ...where, record: first + records.length, why: String(record) });
    }
    records.push(record);
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

function recordOf(line: Buffer): JournalRecord | string {
  const value: unknown = JSON.parse(`${line.toString('utf8', 0, line.length - tailLength)}}`);
  const t = typeof value === 'object' && value !== null && 't' in value ? String(value.t) : undefined;
  if (t === undefined) return 'it is not a record';
  if (!Object.hasOwn(known, t)) return `it is a ${JSON.stringify(t)}, unknown here: written by a newer rekey?`;
  return value as JournalRecord;
}

function hashOf(previousHash: string, prefix: string | Buffer): string {
  return createHash('sha256').update(previousHash).update(prefix).digest('hex');
}
