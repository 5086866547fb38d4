/** What a volume holds: its first data, and every write since as a count, a running hash and the latest records. */
export interface Content {
  readonly data: string;
  readonly count: number;
  readonly chain: string;
  readonly log: readonly string[];
}

// With the count and the hash nothing is lost by keeping only the last records, and a volume stays below 64 KiB.
const keptRecords = 32;
/** The most bytes of first data that a volume may hold. */
export const longestData = 32_768;

export function firstContent(data: string): Content {
  return { data, count: 0, chain: '0000000000000000', log: [] };
}

export interface Write {
  readonly sequence: number;
  readonly at: number;
  readonly by: string;
}

/** `content` after `count` writes, the first of which is `first` and which follow each other every `everyMs`. */
export function written(content: Content, first: Write, count: number, everyMs: number): Content {
  let high = Number.parseInt(content.chain.slice(0, 8), 16);
  let low = Number.parseInt(content.chain.slice(8), 16);
  const log = content.log.slice(-keptRecords);
  for (let i = 0; i < count; i++) {
    const sequence = first.sequence + i;
    const at = first.at + i * everyMs;
    // Not cryptographic: it must tell a lost, doubled or reordered write, a hundred million times a minute.
    high = Math.imul(high ^ sequence, 0x85ebca6b) ^ (low >>> 13);
    low = Math.imul(low ^ (at % 4_294_967_296), 0xc2b2ae35) ^ (high >>> 16) ^ Math.floor(at / 4_294_967_296);
    if (count - i <= keptRecords) log.push(`${sequence} ${new Date(at).toISOString()} ${first.by}`);
  }
  const chain = [high, low].map((lane) => (lane >>> 0).toString(16).padStart(8, '0')).join('');
  return { data: content.data, count: content.count + count, chain, log: log.slice(-keptRecords) };
}

const bytesOf = new WeakMap<Content, Uint8Array>();

export function contentBytes(content: Content): Uint8Array {
  const bytes = bytesOf.get(content) ?? Buffer.from(JSON.stringify(content));
  bytesOf.set(content, bytes);
  return bytes;
}

const contents = new WeakMap<Uint8Array, Content>();

/** The inverse of `contentBytes`; the bytes are our own, so their shape is not checked again. */
export function contentOf(bytes: Uint8Array): Content {
  const content = contents.get(bytes) ?? (JSON.parse(Buffer.from(bytes).toString('utf8')) as Content);
  contents.set(bytes, content);
  return content;
}
