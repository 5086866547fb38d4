import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { formatOf, type JournalRecord, type Owner } from '../contract/record.ts';
import { problem } from '../errors/index.ts';
import { genesis, longestLine, newline, type Place, type Scan, Scanner, type TakeRecord } from './chain.ts';
import { type Files, systemCode } from './files.ts';

/** Where a run's journal is. */
export interface RunPlace {
  readonly run: string;
  readonly stateDir: string;
  /** It is owned only to be taken back: then this is what errors name as the next command. */
  readonly back?: boolean;
}

/** What all segments of a run come to, read and checked. */
export interface Walk<T> {
  /** What has taken its records. */
  readonly taker: T;
  readonly count: number;
  readonly head: string;
  /** The newest segment, and who wrote it. */
  readonly epoch: number;
  readonly owner: Owner;
  /** The oldest format in which a part of it is written. */
  readonly format: number;
  /** By epoch, the length of what counts in it, in bytes. */
  readonly lengths: { readonly [epoch: string]: number };
  /** What follows it in a segment and does not count, in bytes. */
  readonly torn: readonly { readonly file: string; readonly bytes: number }[];
}

/** All segments of a run, with their records. */
export interface Segments extends Omit<Walk<never>, 'taker'> {
  readonly records: readonly JournalRecord[];
}

/** Takes the records of a journal, in order. */
interface Taker {
  readonly take: TakeRecord;
}

/** The directory of a run. */
export function directoryOf(place: RunPlace): string {
  return join(place.stateDir, 'runs', place.run);
}

/** The path of a segment. */
export function segmentOf(place: RunPlace, epoch: number): string {
  return join(directoryOf(place), `${String(epoch).padStart(6, '0')}.jsonl`);
}

/** The path of a file of its own that is to be put in place by a link. */
export function draftOf(place: RunPlace): string {
  return join(directoryOf(place), `.${process.pid}-${randomBytes(6).toString('hex')}.tmp`);
}

/** Reads a run's segments and changes nothing. Throws what `walkSegments` throws. */
export async function readSegments(files: Files, place: RunPlace): Promise<Segments> {
  const { taker, ...walk } = await walkSegments(files, place, () => {
    const records: JournalRecord[] = [];
    return { records, take: (record: JournalRecord) => void records.push(record) };
  });
  return { ...walk, records: taker.records };
}

/**
 * Reads a run's segments, up to the epoch `last` if given, and changes nothing. Holds no record itself: a taker made by `fresh`
 * sees each of them, and is given back. Throws `run-not-found`, `journal-damaged`, `record-malformed`, `journal-newer`.
 */
export async function walkSegments<T extends Taker>(
  files: Files,
  place: RunPlace,
  fresh: () => T,
  last = Number.POSITIVE_INFINITY,
): Promise<Walk<T>> {
  const { ending, ...seen } = await walkAsSealed(files, place, fresh(), last);
  if (seen.epoch === 1 || ending.t !== 'open') return seen;
  // The newest segment holds no more than its owner. If the one before it has grown beyond the seal, that owner died
  // before it could see so, and its segment counts for nothing.
  const { epoch, owner } = seen;
  const before = await walkSegments(files, place, fresh, epoch - 1);
  if (before.head === ending.follows) return seen;
  const torn = [...before.torn, { file: segmentOf(place, epoch), bytes: seen.lengths[epoch] ?? 0 }];
  return { ...before, epoch, owner, torn, lengths: { ...before.lengths, [epoch]: 0 } };
}

/** The kind of the last record, and the hash of the one before it. */
interface Ending {
  t: JournalRecord['t'] | undefined;
  follows: string;
}

async function walkAsSealed<T extends Taker>(
  files: Files,
  place: RunPlace,
  taker: T,
  last: number,
): Promise<Walk<T> & { readonly ending: Ending }> {
  const epochs = await epochsOf(files, place, last);
  // The newest segment says how much of each older one counts. Its own line is checked by the chain, further down.
  const seals = await sealsIn(files, place, epochs.at(-1));
  const lengths: { [epoch: string]: number } = {};
  const torn: { file: string; bytes: number }[] = [];
  const ending: Ending = { t: undefined, follows: genesis };
  let count = 0;
  let head = genesis;
  let owner: Owner | undefined;
  let format = Number.POSITIVE_INFINITY;
  for (const [index, found] of epochs.entries()) {
    const epoch = index + 1;
    const file = segmentOf(place, epoch);
    const first = count + 1;
    const damaged = (why: string) => problem('journal-damaged', { ...place, file, record: first, why });
    if (found !== epoch) throw damaged('this segment is missing');
    const newest = epoch === epochs.length;
    const sealed = newest ? undefined : seals?.[epoch];
    if (!newest && seals !== undefined && sealed === undefined) throw damaged('no later segment seals this one');
    let opening: JournalRecord | undefined;
    const take: TakeRecord = (record, hash) => {
      opening ??= record;
      if (record.t === 'submitted' && record.run !== place.run)
        throw damaged(`this is the journal of run ${record.run}`);
      taker.take(record, hash);
      ending.t = record.t;
      ending.follows = head;
      head = hash;
    };
    const segment = await scanFile(files, { ...place, file, first }, { previousHash: head, sealed, take });
    if (sealed !== undefined && sealed > segment.length) {
      throw damaged(`the segment was sealed at ${sealed} bytes and is ${segment.length} bytes long`);
    }
    lengths[epoch] = segment.bytes;
    if (segment.bytes < segment.length) torn.push({ file, bytes: segment.length - segment.bytes });
    if (sealed === 0) continue;
    if (sealed !== undefined && segment.torn > 0) throw damaged('the segment was sealed within a record');
    if (opening?.t !== 'open' || opening.epoch !== epoch) throw damaged('the segment does not begin with its owner');
    owner = opening.by;
    format = Math.min(format, formatOf(opening));
    count += segment.records;
  }
  if (owner === undefined) throw problem('run-not-found', place);
  return { taker, count, head, epoch: epochs.length, owner, format, lengths, torn, ending };
}

/** Scans the first `sealed` bytes of a segment, or all of them; `length` is how long the file is. */
async function scanFile(
  files: Files,
  place: Place,
  how: { readonly previousHash: string; readonly sealed: number | undefined; readonly take: TakeRecord },
): Promise<Scan & { readonly length: number }> {
  const scanner = new Scanner(how.previousHash, place, how.take);
  const { sealed = Number.POSITIVE_INFINITY } = how;
  let length = 0;
  await files.read(place.file, (bytes) => {
    if (length < sealed) scanner.push(bytes.subarray(0, sealed - length));
    length += bytes.length;
    return true;
  });
  return { ...scanner.end(), length };
}

async function epochsOf(files: Files, place: RunPlace, last: number): Promise<readonly number[]> {
  try {
    const names = await files.list(directoryOf(place));
    const epochs = names.filter((name) => /^\d{6}\.jsonl$/.test(name)).map((name) => Number.parseInt(name, 10));
    return epochs.filter((epoch) => epoch <= last).sort((a, b) => a - b);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') throw problem('run-not-found', place, error);
    throw error;
  }
}

async function sealsIn(
  files: Files,
  place: RunPlace,
  newest: number | undefined,
): Promise<{ readonly [epoch: string]: number | undefined } | undefined> {
  const line = newest === undefined ? '' : await firstLine(files, segmentOf(place, newest));
  try {
    const opening: unknown = JSON.parse(line);
    const sealed = typeof opening === 'object' && opening !== null && 'sealed' in opening ? opening.sealed : undefined;
    return typeof sealed === 'object' && sealed !== null ? { ...sealed } : undefined;
  } catch (error) {
    // Without seals the older segments are read whole, and the chain then names this line as the damaged one.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The first line of a file; of one that has none within the longest line, as much. */
async function firstLine(files: Files, file: string): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  await files.read(file, (bytes) => {
    const end = bytes.indexOf(newline);
    pieces.push(Buffer.from(bytes.subarray(0, end < 0 ? bytes.length : end)));
    length += bytes.length;
    return end < 0 && length <= longestLine;
  });
  return Buffer.concat(pieces).toString('utf8');
}
