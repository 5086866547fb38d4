import type { GateStep } from '../../contract/plan.ts';
import type { PlanRun } from '../plan-run.ts';
import type { PlanState } from '../state/run-state.ts';

/** How one kind of gate holds up a plan. */
export interface Gate<G extends GateStep> {
  /** Passes it, waits for it when the run stays (`--wait`), or throws Paused. */
  pass<S>(run: PlanRun<S>, step: G): Promise<void>;
  /** Is nothing left to wait for, as the records tell? */
  isPassed(state: PlanState, step: G): boolean;
}
