import type { Clock } from '../contract/clock.ts';
import { type Turn, TurnOver, type Turns, type Urgency } from '../contract/turns.ts';
import { type Hold, Line, type Rate } from './line.ts';

const starts: Rate = { burst: 5, perSecond: 2 };
// EC2's published token buckets, per account, Region and action (facts §6.1).
const byAction = new Map<string, Rate>([
  ...each(['CreateSnapshot', 'CreateVolume', 'DeleteSnapshot', 'DeleteVolume'], { burst: 100, perSecond: 5 }),
  ...each(['CreateTags', 'DeleteTags'], { burst: 100, perSecond: 10 }),
  ...each(['StartInstances', 'RunInstances'], starts),
  // AWS takes more of them; but what is stopped has to be started again, and would only stand in that line.
  ...each(['StopInstances'], starts),
]);
const reading: Rate = { burst: 100, perSecond: 20 };
const mutating: Rate = { burst: 50, perSecond: 5 };
// KMS and STS allow far more than a run ever asks; this only keeps a loop of ours from becoming a flood.
const otherService: Rate = { burst: 100, perSecond: 50 };
// Of LookupEvents, in an account and Region.
const lookups: Rate = { burst: 2, perSecond: 2 };
// The account has other users, and what is sent evenly may arrive in a bunch.
const ourShare = 0.9;

/** A call that goes out in a turn of its own. */
interface Sending {
  readonly call: string;
  readonly hold: Hold;
  readonly leavesBy: number;
}

/** Lets calls go out no faster than AWS takes them, so that nothing is sent in order to be refused. */
export class Budget implements Turns {
  readonly #clock: Clock;
  readonly #lines = new Map<string, Line>();
  /** Calls that go out in a turn of their own and have not been sent yet. Those of one name are alike: the first that is sent takes the first turn. */
  readonly #sending = new Set<Sending>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async next(call: string, urgency: Urgency, signal: AbortSignal): Promise<Turn> {
    const line = this.#line(call);
    const hold = await line.next(urgency, signal);
    return {
      holds: () => line.holds(hold),
      giveBack: () => line.giveBack(hold),
      use: async (send, withinMs) => {
        const sending = { call, hold, leavesBy: this.#clock.now() + withinMs * this.#clock.speed };
        this.#sending.add(sending);
        try {
          return await send();
        } finally {
          this.#sending.delete(sending);
          line.giveBack(hold);
        }
      },
    };
  }

  /**
   * Resolves when `call` may be sent, or at once when `signal` aborts; at once also where it goes out in a turn of its own. Gives
   * what is to be asked right before it leaves, which throws TurnOver when its turn is over by then.
   */
  async take(call: string, signal?: AbortSignal): Promise<() => void> {
    const line = this.#line(call);
    const sending = [...this.#sending].find((one) => one.call === call);
    if (!sending) {
      line.spend(await line.next('aside', signal));
      return () => {};
    }
    this.#sending.delete(sending);
    line.spend(sending.hold);
    return () => {
      if (this.#clock.now() <= sending.leavesBy) return;
      throw new TurnOver(`${call} was delayed, so it was not sent; rekey checks again and then sends it`);
    };
  }

  #line(call: string): Line {
    const known = this.#lines.get(call);
    if (known) return known;
    const line = new Line(
      this.#clock,
      rateOf(call),
      // Whoever is stopped now would stand behind them.
      () => ![...this.#lines.values()].some((one) => one.holdsUpAnOutage),
      () => {
        for (const one of this.#lines.values()) if (one !== line) one.serve();
      },
    );
    this.#lines.set(call, line);
    return line;
  }
}

function rateOf(call: string): Rate {
  const { burst, perSecond } = rateAllowed(call);
  return { burst: burst * ourShare, perSecond: perSecond * ourShare };
}

function rateAllowed(call: string): Rate {
  const [service, action = ''] = call.split(':');
  if (service === 'cloudtrail') return lookups;
  if (service !== 'ec2') return otherService;
  return byAction.get(action) ?? (isReading(action) ? reading : mutating);
}

/** Does an operation of this name change nothing? */
export function isReading(operation: string): boolean {
  return /^(Describe|Get|List|Lookup)/.test(operation);
}

function each(actions: readonly string[], rate: Rate): [string, Rate][] {
  return actions.map((action) => [action, rate]);
}
