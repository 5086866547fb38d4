import type { RunEvent } from '../contract/event.ts';
import type { Plan } from '../contract/plan.ts';
import { type JournalRecord, journalFormat } from '../contract/record.ts';
import type { Registry } from '../contract/step.ts';
import { apply, fold } from '../engine/state/fold.ts';
import { planOf, type RunState } from '../engine/state/run-state.ts';
import { type PlanStatus, planStatus } from './plan-status.ts';

/** How the plans of a run stand while a process is at them: takes in each record once, and says anew only of a plan that has changed. */
export class LiveStatus<S> {
  private readonly plans: ReadonlyMap<string, Plan>;
  private readonly registry: Registry<S>;
  private readonly state: RunState;
  private readonly said = new Map<string, PlanStatus>();

  /** `records`: those of before the first event. */
  constructor(plans: readonly Plan[], registry: Registry<S>, records: readonly JournalRecord[]) {
    this.plans = new Map(plans.map((plan) => [plan.name, plan]));
    this.registry = registry;
    this.state = fold(records);
  }

  /** Takes in what an event has put on record. */
  take(event: RunEvent): void {
    if (event.type !== 'record') return;
    const { entry } = event;
    apply(this.state, entry, event.at);
    const plan = 'plan' in entry ? entry.plan : 'key' in entry ? entry.key?.plan : undefined;
    if (plan === undefined) this.said.clear();
    else this.said.delete(plan);
  }

  /** How the plan of this name stands now. Throws for one that is not of this run. */
  of(name: string): PlanStatus {
    const known = this.said.get(name);
    if (known) return known;
    const plan = this.plans.get(name);
    if (!plan) throw new Error(`no plan ${name} in this run`);
    const { run, format } = this.state;
    const how = { run, alive: true, older: format < journalFormat };
    const status = planStatus(plan, this.registry, planOf(this.state, name), how);
    this.said.set(name, status);
    return status;
  }
}
