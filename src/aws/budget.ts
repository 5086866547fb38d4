import type { Clock } from '../contract/clock.ts';

interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

// EC2's published token buckets, per account, Region and action (facts §6.1).
const byAction = new Map<string, Rate>([
  ...each(['CreateSnapshot', 'CreateVolume', 'DeleteSnapshot', 'DeleteVolume'], { burst: 100, perSecond: 5 }),
  ...each(['CreateTags', 'DeleteTags'], { burst: 100, perSecond: 10 }),
  ...each(['StartInstances', 'RunInstances'], { burst: 5, perSecond: 2 }),
]);
const reading: Rate = { burst: 100, perSecond: 20 };
const mutating: Rate = { burst: 50, perSecond: 5 };
// KMS and STS allow far more than a run ever asks; this only keeps a loop of ours from becoming a flood.
const otherService: Rate = { burst: 100, perSecond: 50 };
// The account has other users, and what is sent evenly may arrive in a bunch.
const ourShare = 0.9;

/** Lets calls go out no faster than AWS takes them, so that nothing is sent in order to be refused. */
export class Budget {
  readonly #clock: Clock;
  readonly #freeAt = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when `call` ("ec2:CreateSnapshot") may be sent, or at once when `signal` aborts. Calls of one action go in the order in which they asked. */
  async take(call: string, signal?: AbortSignal): Promise<void> {
    const rate = rateOf(call);
    const intervalMs = 1_000 / (rate.perSecond * ourShare);
    const burstMs = (rate.burst * ourShare - 1) * intervalMs;
    const now = this.#clock.now();
    // A bucket as one number: when it would be full again. A call may go `burstMs` before that.
    const fullAt = Math.max(now, this.#freeAt.get(call) ?? now);
    this.#freeAt.set(call, fullAt + intervalMs);
    const at = fullAt - burstMs;
    if (at > now) await this.#clock.sleepUntil(at, signal);
  }
}

function rateOf(call: string): Rate {
  const [service, action = ''] = call.split(':');
  if (service !== 'ec2') return otherService;
  return byAction.get(action) ?? (isReading(action) ? reading : mutating);
}

/** Does an operation of this name change nothing? */
export function isReading(operation: string): boolean {
  return /^(Describe|Get|List)/.test(operation);
}

function each(actions: readonly string[], rate: Rate): [string, Rate][] {
  return actions.map((action) => [action, rate]);
}
