/** A seeded stream of numbers: the same seed gives the same stream on every machine. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** In [from, to). */
  between(from: number, to: number): number;
  hex(digits: number): string;
  bytes(length: number): Uint8Array;
}

/** The stream of `seed` called `name`; streams of different names don't disturb each other. */
export function randomOf(seed: number, name: string): Random {
  let state = seed | 0;
  for (const char of name) state = Math.imul(state ^ char.charCodeAt(0), 0x01000193) | 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const bytes = (length: number) => Uint8Array.from({ length }, () => Math.floor(next() * 256));
  return {
    next,
    between: (from, to) => from + next() * (to - from),
    hex: (digits) =>
      Buffer.from(bytes(Math.ceil(digits / 2)))
        .toString('hex')
        .slice(0, digits),
    bytes,
  };
}
