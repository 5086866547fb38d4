import type { GateStep } from '../../contract/plan.ts';
import type { PlanRun } from '../plan-run.ts';
import type { PlanState } from '../state/run-state.ts';
import type { TargetState } from '../target/drift.ts';

/** Looks at the target. */
export type Look = () => Promise<TargetState>;

/** How one kind of gate holds up a plan. */
export interface Gate<G extends GateStep> {
  /** Passes it, waits for it when the run stays (`--wait`), or throws Paused. */
  pass<S>(run: PlanRun<S>, step: G, look: Look): Promise<void>;
  /** Is nothing left to wait for, as the records tell? */
  isPassed(state: PlanState, step: G): boolean;
}
