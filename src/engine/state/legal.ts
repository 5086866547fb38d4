import type { Entry } from '../../contract/record.ts';
import { problem } from '../../errors/index.ts';
import { keyText } from './key.ts';
import type { Phase, PlanState, RunState } from './run-state.ts';

export type PhaseEntry = Extract<
  Entry,
  { t: 'intent' | 'spawned' | 'answered' | 'surplus' | 'kept' | 'reopened' | 'done' | 'failed' }
>;
export type PlanEntry = Extract<Entry, { plan: string }>;

/** How far a thing done has come. `new`: nothing was sent, or what takes something back begins anew. */
type PhaseStatus = 'new' | 'in flight' | 'done' | 'failed';

/**
 * The states of a phase in which each of its records may come. `undo`: also these, for what takes something back: it has no
 * next generation, so it is tried again as it is.
 */
const legal: Readonly<Record<PhaseEntry['t'], { readonly in: readonly PhaseStatus[]; readonly undo?: PhaseStatus[] }>> =
  {
    intent: { in: ['new', 'in flight'], undo: ['failed'] },
    spawned: { in: ['new', 'in flight', 'done', 'failed'] },
    answered: { in: ['in flight', 'failed'] },
    surplus: { in: ['in flight', 'done', 'failed'] },
    kept: { in: ['in flight', 'done', 'failed'] },
    reopened: { in: ['failed'], undo: ['new', 'done'] },
    done: { in: ['new', 'in flight'], undo: ['failed'] },
    failed: { in: ['new', 'in flight'], undo: ['failed'] },
  };

/** Throws record-illegal when `entry` can't follow what is known: a bug of ours, or somebody's pen in the journal. */
export function refuseIllegal(state: RunState, entry: Entry): void {
  const why = illegal(state, entry);
  if (why === undefined) return;
  const record = 'key' in entry && entry.key ? `${entry.t} of ${keyText(entry.key)}` : nameOf(entry);
  throw problem('record-illegal', { run: state.run, number: state.records + 1, record, why });
}

function nameOf(entry: Entry): string {
  const step = 'step' in entry ? `/${entry.step}` : '';
  return 'plan' in entry ? `${entry.t} of ${entry.plan}${step}` : entry.t;
}

/** Why this record can't come now; undefined when it can. */
function illegal(state: RunState, entry: Entry): string | undefined {
  switch (entry.t) {
    case 'open':
    case 'interrupted':
      return undefined;
    case 'submitted':
      return state.sources.length > 0 ? 'the plans of this run were submitted before' : undefined;
    case 'command':
      return state.sources.length === 0 ? 'no plan was submitted' : undefined;
    default: {
      const name = 'plan' in entry ? entry.plan : entry.key.plan;
      const plan = state.plans.get(name);
      if (!plan && state.plans.size >= state.sources.length) return `the plan ${name} was not submitted`;
      if (plan?.finished && entry.t !== 'stopped' && entry.t !== 'looked') return `the plan is ${plan.finished}`;
      return 'plan' in entry ? illegalOfPlan(plan, entry) : illegalOfPhase(plan?.phases.get(keyText(entry.key)), entry);
    }
  }
}

function illegalOfPhase(phase: Phase | undefined, entry: PhaseEntry): string | undefined {
  const status = statusOf(phase);
  const { in: states, undo = [] } = legal[entry.t];
  const allowed = entry.key.undo === undefined ? states : [...states, ...undo];
  if (!allowed.includes(status)) return `it is ${status}`;
  // What was found done, and what only looks, has sent nothing.
  if (entry.t === 'done' && entry.changed && status === 'new') return 'it has changed something without an intent';
  return undefined;
}

function statusOf(phase: Phase | undefined): PhaseStatus {
  if (phase?.end) return phase.end.is;
  return phase && phase.sent > 0 ? 'in flight' : 'new';
}

function illegalOfPlan(plan: PlanState | undefined, entry: PlanEntry): string | undefined {
  switch (entry.t) {
    case 'gate':
      return plan?.gates.has(entry.step) ? 'the gate has been reached before' : undefined;
    case 'passed': {
      const gate = plan?.gates.get(entry.step);
      if (!gate) return 'the gate was never reached';
      return gate.passed ? 'the gate has been passed before' : undefined;
    }
    case 'unwinding':
      // A person's rollback takes over an unwinding that the plan has begun by itself.
      return plan?.unwinding?.over === false && (entry.stop || !plan.unwinding.stop)
        ? 'it is being unwound already'
        : undefined;
    case 'unwound':
      return plan?.unwinding?.over === false ? undefined : 'it was not being unwound';
    default:
      return undefined;
  }
}
