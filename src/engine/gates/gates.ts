import type { GateStep } from '../../contract/plan.ts';
import type { PlanRun } from '../plan-run.ts';
import type { PlanState } from '../state/run-state.ts';
import type { Gate, Look } from './gate.ts';
import { holdGate } from './hold.ts';
import { windowGate } from './window.ts';

/** Every kind of gate. A new one is a definition here, its step in contract/plan and its shape in plan/shape. */
const gates: { readonly [K in GateStep['gate']]: Gate<Extract<GateStep, { readonly gate: K }>> } = {
  window: windowGate,
  hold: holdGate,
};

/** Passes the gate, waits for it when the run stays (`--wait`), or throws Paused. */
export function passGate<S>(run: PlanRun<S>, step: GateStep, look: Look): Promise<void> {
  return gateOf(step).pass(run, step, look);
}

/** Is nothing left to wait for at this gate, as the records tell? */
export function isPassed(state: PlanState, step: GateStep): boolean {
  return gateOf(step).isPassed(state, step);
}

// The definition under a step's own kind takes that step, which the compiler can't follow through the look-up.
const gateOf = (step: GateStep) => gates[step.gate] as Gate<GateStep>;
