import { basename } from 'node:path';
import type { PlanSource } from '../../src/contract/plan.ts';
import { instancePlan, inWorld, type ProcessOptions, type World } from '../support/world.ts';
import { type Counts, type SweepName, tally } from './tally.ts';

/**
 * `inWorld`, with each of its histories counted as one of this sweep. Without a wire, unless `wired`: what the wire may do
 * to a value is another sweep's question (hell), and a history is the same call by call (seeds.test.ts).
 */
export function swept(sweep: SweepName, { wired = false } = {}): typeof inWorld {
  tally({ sweep, plan: '' });
  return async (scenario, body, seed, options) => {
    const counted = new Counted();
    let failures = 0;
    try {
      return await inWorld(
        scenario,
        async (world) => {
          counted.watch(world);
          try {
            return await body(world);
          } finally {
            counted.end(world);
          }
        },
        seed,
        { wired, ...options },
      );
    } catch (error) {
      failures = 1;
      throw error;
    } finally {
      tally({ sweep, ...counted.figures(), histories: 1, failures });
    }
  };
}

/** What happens in one history, counted where it happens, since rules and processes leave no trace of it. */
class Counted {
  private readonly plans = new Set<string>();
  private readonly faults = new Map<string, number>();
  private readonly codes = new Map<string, number>();
  private evaluations: Counts = {};
  private processes = 0;
  private crashes = 0;
  private calls = 0;

  watch(world: World): void {
    const { faults } = world.account;
    const live = world.process.bind(world);
    world.process = async (past, options = {}) => {
      this.processes++;
      for (const plan of options.plans ?? [instancePlan]) this.plans.add(nameOf(plan));
      const life = await live(past, options);
      if (life.result === 'died') {
        this.crashes++;
        add(this.faults, crashName(options.crash));
      }
      return life;
    };
    const strike = faults.strike.bind(faults);
    faults.strike = (...call) => {
      const struck = strike(...call);
      const [when, , operation] = call;
      if (struck) add(this.faults, `${struck.kind} ${when}`);
      if (struck?.kind === 'error') add(this.codes, `${struck.error.code} on ${operation}`);
      return struck;
    };
  }

  end(world: World): void {
    this.calls = Object.values(world.state().calls).reduce((sum, times) => sum + times, 0);
    this.evaluations = Object.fromEntries(world.auditor.evaluations);
  }

  figures() {
    return {
      plan: [...this.plans].sort().join(' + ') || 'none',
      processes: this.processes,
      crashes: this.crashes,
      calls: this.calls,
      evaluations: this.evaluations,
      faults: Object.fromEntries(this.faults),
      codes: Object.fromEntries(this.codes),
    };
  }
}

/** The name under which a shipped plan stands in the table. */
const nameOf = ({ file }: Pick<PlanSource, 'file'>) => basename(file, '.yaml');

function crashName(crash: ProcessOptions['crash']): string {
  if (crash?.record) return `crash at a record, ${crash.record.when.replace('crash-', '')}`;
  return `crash at a call, ${crash?.call?.when ?? 'by itself'}`;
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
