import { join } from 'node:path';
import { formatOf, type JournalRecord, type Owner } from '../contract/record.ts';
import { problem } from '../errors/index.ts';
import { genesis, scan } from './chain.ts';
import { type Files, systemCode } from './files.ts';

/** Where a run's journal is. */
export interface RunPlace {
  readonly run: string;
  readonly stateDir: string;
}

/** All segments of a run, read and checked. */
export interface Segments {
  readonly records: readonly JournalRecord[];
  /** The hash of each record. */
  readonly hashes: readonly string[];
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

/** The directory of a run. */
export function directoryOf(place: RunPlace): string {
  return join(place.stateDir, 'runs', place.run);
}

/** The path of a segment. */
export function segmentOf(place: RunPlace, epoch: number): string {
  return join(directoryOf(place), `${String(epoch).padStart(6, '0')}.jsonl`);
}

/** Reads a run's segments, up to the epoch `last` if given, and changes nothing. Throws `run-not-found` and `journal-damaged`. */
export async function readSegments(files: Files, place: RunPlace, last?: number): Promise<Segments> {
  const seen = await readAsSealed(files, place, last ?? Number.POSITIVE_INFINITY);
  if (seen.epoch === 1 || seen.records.at(-1)?.t !== 'open') return seen;
  // The newest segment holds no more than its owner. If the one before it has grown beyond the seal, that owner died
  // before it could see so, and its segment counts for nothing.
  const { epoch, owner } = seen;
  const before = await readSegments(files, place, epoch - 1);
  if (before.head === seen.hashes.at(-2)) return seen;
  const torn = [...before.torn, { file: segmentOf(place, epoch), bytes: seen.lengths[epoch] ?? 0 }];
  return { ...before, epoch, owner, torn, lengths: { ...before.lengths, [epoch]: 0 } };
}

async function readAsSealed(files: Files, place: RunPlace, last: number): Promise<Segments> {
  const epochs = await epochsOf(files, place, last);
  const contents = await Promise.all(epochs.map((epoch) => files.read(segmentOf(place, epoch))));
  // The newest segment says how much of each older one counts. Its own line is checked by the chain, further down.
  const seals = sealsIn(contents.at(-1));
  const records: JournalRecord[] = [];
  const hashes: string[] = [];
  const lengths: { [epoch: string]: number } = {};
  const torn: { file: string; bytes: number }[] = [];
  let head = genesis;
  let owner: Owner | undefined;
  let format = Number.POSITIVE_INFINITY;
  for (const [index, content] of contents.entries()) {
    const epoch = index + 1;
    const file = segmentOf(place, epoch);
    const number = records.length + 1;
    const damaged = (why: string) => problem('journal-damaged', { ...place, file, record: number, why });
    if (epochs[index] !== epoch) throw damaged('this segment is missing');
    const newest = epoch === contents.length;
    const sealed = newest ? undefined : seals?.[epoch];
    if (!newest && seals !== undefined && sealed === undefined) throw damaged('no later segment seals this one');
    if (sealed !== undefined && sealed > content.length) {
      throw damaged(`the segment was sealed at ${sealed} bytes and is ${content.length} bytes long`);
    }
    const counted = content.subarray(0, sealed ?? content.length);
    const found = scan(counted, head, { ...place, file, first: number });
    lengths[epoch] = found.bytes;
    if (found.bytes < content.length) torn.push({ file, bytes: content.length - found.bytes });
    if (sealed === 0) continue;
    if (sealed !== undefined && found.torn > 0) throw damaged('the segment was sealed within a record');
    const opening = found.records[0];
    if (opening?.t !== 'open' || opening.epoch !== epoch) throw damaged('the segment does not begin with its owner');
    owner = opening.by;
    format = Math.min(format, formatOf(opening));
    head = found.head;
    records.push(...found.records);
    hashes.push(...found.hashes);
    const submitted = found.records.find((record) => record.t === 'submitted');
    if (submitted && submitted.run !== place.run) throw damaged(`this is the journal of run ${submitted.run}`);
  }
  if (owner === undefined) throw problem('run-not-found', place);
  return { records, hashes, head, epoch: contents.length, owner, format, lengths, torn };
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

function sealsIn(newest: Buffer | undefined): { readonly [epoch: string]: number | undefined } | undefined {
  const line = newest?.toString('utf8').split('\n', 1)[0] ?? '';
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
