import { TagSet } from './tag-set.ts';

interface Changing {
  readonly time: number;
  standingAt(time: number): this;
}

/** What a world looked like a while ago, for reads that are answered by a replica which lags behind. */
export class Past<W extends Changing> {
  private readonly world: W;
  private longestMs = 0;
  private copies: { readonly from: number; readonly world: W }[] = [];

  constructor(world: W) {
    this.world = world;
  }

  /** Remembers from now on how it was up to `ms` ago. */
  reach(ms: number): void {
    this.longestMs = Math.max(this.longestMs, ms);
    // What was before nobody knows any more: it is taken to have been as it is.
    if (this.copies.length === 0) this.copies.push({ from: Number.NEGATIVE_INFINITY, world: copyOf(this.world) });
  }

  /** To be called after each change: what is there now holds until the next one. */
  keep(): void {
    const { time } = this.world;
    const needed = time - this.longestMs;
    const { copies } = this;
    if (copies.at(-1)?.from === time) copies.pop();
    while ((copies[1]?.from ?? Number.POSITIVE_INFINITY) <= needed) copies.shift();
    copies.push({ from: time, world: copyOf(this.world) });
  }

  /** The account as it was `ms` ago, or as long ago as is remembered. */
  ago(ms: number): W {
    const time = this.world.time - ms;
    const held = this.copies.findLast(({ from }) => from <= time) ?? this.copies[0];
    return held ? held.world.standingAt(Math.max(time, held.from)) : this.world;
  }
}

// Everything that isn't copied (clock, ids, limits) is the world's own, by the prototype.
function copyOf<W extends object>(world: W): W {
  const known = new Map<object, object>();
  const own = Object.entries(world).flatMap(([name, value]) =>
    value instanceof Map || isPlain(value) ? [[name, copied(value, known)]] : [],
  );
  return Object.assign(Object.create(world) as W, Object.fromEntries(own));
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function copied(value: unknown, known: Map<object, object>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const met = known.get(value);
  if (met) return met;
  const copy = emptied(value);
  // Bytes, dates and whatever has a class of its own never change, or are not shown.
  if (!copy) return value;
  known.set(value, copy);
  if (copy instanceof Map) for (const [name, one] of value as Map<unknown, unknown>) copy.set(name, copied(one, known));
  else if (copy instanceof Set) for (const one of value as Set<unknown>) copy.add(copied(one, known));
  else if (Array.isArray(copy)) for (const one of value as unknown[]) copy.push(copied(one, known));
  else if (!(copy instanceof TagSet))
    for (const name of Object.keys(value)) Reflect.set(copy, name, copied(Reflect.get(value, name), known));
  return copy;
}

function emptied(value: object): object | undefined {
  if (value instanceof TagSet) return value.copy();
  if (value instanceof Map) return new Map();
  if (value instanceof Set) return new Set();
  if (Array.isArray(value)) return [];
  return isPlain(value) ? {} : undefined;
}
