import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { type JournalRecord, journalFormat } from '../contract/record.ts';
import { problem, type RekeyError } from '../errors/index.ts';
import { newerFormat } from './format.ts';
import { asRecord } from './record-schema.ts';

/** The hash before the first record. */
export const genesis = '0'.repeat(64);

export const newline = 0x0a;
const tail = /^,"hash":"([0-9a-f]{64})"}$/;
const tailLength = ',"hash":""}'.length + 64;

/** A record as its line on disk, newline included, and the hash that the next one builds on. */
export function chained(json: string, previousHash: string): { line: string; hash: string } {
  const prefix = json.slice(0, -1);
  const hash = hashOf(previousHash, prefix);
  return { line: `${prefix},"hash":"${hash}"}\n`, hash };
}

/** What the lines of a segment come to. `bytes` is how long its whole records are, `torn` how many bytes follow them. */
export interface Scan {
  readonly records: number;
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

/** Sees each record of a scan, with its hash. */
export type TakeRecord = (record: JournalRecord, hash: string) => void;

/** Longer than any line that rekey writes: what goes on without an end must not fill the memory. */
export const longestLine = 128 * 2 ** 20;

/**
 * Reads the lines of a segment, which come in pieces of any length. A last line without its newline counts if its hash is right,
 * else it is torn; throws `journal-damaged` at any other line whose hash is not right, `record-malformed` at one that is no
 * record, `journal-newer` at one that begins a newer format.
 */
export class Scanner {
  private readonly place: Place;
  private readonly take: TakeRecord;
  private head: string;
  private records = 0;
  private bytes = 0;
  /** The line that has begun and not ended. */
  private begun: Buffer[] = [];
  private begunBytes = 0;

  constructor(previousHash: string, place: Place, take: TakeRecord) {
    this.head = previousHash;
    this.place = place;
    this.take = take;
  }

  /** Takes in more bytes; it keeps none of the piece itself. */
  push(piece: Buffer): void {
    let at = 0;
    for (let end = piece.indexOf(newline); end >= 0; end = piece.indexOf(newline, at)) {
      const line = this.whole(piece.subarray(at, end));
      const hash = rightHash(line, this.head);
      if (hash === undefined) throw this.damaged('its hash is not right');
      this.count(line, hash, line.length + 1);
      at = end + 1;
    }
    if (at === piece.length) return;
    this.begun.push(Buffer.from(piece.subarray(at)));
    this.begunBytes += piece.length - at;
    if (this.begunBytes > longestLine) throw this.damaged(`it is longer than ${longestLine} bytes`);
  }

  /** No more bytes come. */
  end(): Scan {
    const line = this.whole(Buffer.of());
    const hash = rightHash(line, this.head);
    if (hash !== undefined) this.count(line, hash, line.length);
    // After a right line only a newline was ever written: something else there is no torn line but a changed byte.
    else if (rightHash(line.subarray(0, -1), this.head) !== undefined) throw this.damaged('its hash is not right');
    const torn = hash === undefined ? line.length : 0;
    return { records: this.records, head: this.head, bytes: this.bytes, torn };
  }

  private whole(last: Buffer): Buffer {
    if (this.begun.length === 0) return last;
    const line = Buffer.concat([...this.begun, last]);
    this.begun = [];
    this.begunBytes = 0;
    return line;
  }

  private count(line: Buffer, hash: string, bytes: number): void {
    const { first, ...where } = this.place;
    this.take(recordIn(line, { ...where, record: first + this.records }), hash);
    this.head = hash;
    this.records += 1;
    this.bytes += bytes;
  }

  private damaged(why: string): RekeyError {
    const { first, ...where } = this.place;
    return problem('journal-damaged', { ...where, record: first + this.records, why });
  }
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
