import { type Random, randomOf } from '../random.ts';

/** Who made a call, as CloudTrail tells it. */
export interface Caller {
  readonly arn: string;
  readonly user: string;
  readonly accessKey: string;
  readonly userAgent: string;
}

/** What a call was about, in CloudTrail's own words for types. */
export interface Resource {
  readonly ResourceType: string;
  readonly ResourceName: string;
}

/** One changing call, as the event history shows it from `shownAt` on. */
export interface TrailEvent {
  readonly id: string;
  /** In ms, to the second. */
  readonly at: number;
  readonly shownAt: number;
  readonly source: string;
  readonly name: string;
  readonly caller: Caller;
  readonly resources: readonly Resource[];
  /** The event itself, as JSON. */
  readonly record: string;
}

// LookupEvents reaches back so far (facts: CloudTrail).
const keptMs = 90 * 86_400_000;
// "Typically within 15 minutes": AWS promises no time, so that here all of it is used [U].
const latestMs = 14.5 * 60_000;

/** The event history of the account: all changing calls of the last 90 days, each shown some minutes late. */
export class Trail {
  readonly #random: Random;
  #events: TrailEvent[] = [];

  constructor(seed: number) {
    this.#random = randomOf(seed, 'trail');
  }

  /** Puts down a call that was made at `time`, in ms. `record` is given its id and time. */
  add(
    time: number,
    call: Pick<TrailEvent, 'source' | 'name' | 'caller' | 'resources'>,
    record: (id: string, at: string) => object,
  ): void {
    const digits = this.#random.hex(32);
    const id = [8, 12, 16, 20].reduceRight((text, at) => `${text.slice(0, at)}-${text.slice(at)}`, digits);
    const at = Math.floor(time / 1000) * 1000;
    const shownAt = time + this.#random.between(0, latestMs);
    const text = JSON.stringify(record(id, new Date(at).toISOString().replace('.000', '')));
    // They stand in the order of their times: the oldest go first.
    while ((this.#events[0]?.at ?? at) < at - keptMs) this.#events.shift();
    this.#events.push({ ...call, id, at, shownAt, record: text });
  }

  /** How many it holds. */
  get kept(): number {
    return this.#events.length;
  }

  /** What is shown at `time`, the newest first. */
  shownAt(time: number): readonly TrailEvent[] {
    return this.#events.filter((one) => one.shownAt <= time && one.at >= time - keptMs).sort((a, b) => b.at - a.at);
  }
}
