import type { HoldStep } from '../../contract/plan.ts';
import type { Gate } from './gate.ts';
import { waitAtGate } from './wait-at-gate.ts';

/** Opens some time after it was first reached; the journal keeps when, so that no resume begins it anew. */
export const holdGate: Gate<HoldStep> = {
  async pass(run, step) {
    const known = run.state.gates.get(step.id);
    if (known?.passed) return;
    const until = known?.until ?? run.ports.clock.now() + step.forMs;
    if (!known) await run.append({ t: 'gate', plan: run.plan.name, step: step.id, until });
    if (run.ports.clock.now() < until) await waitAtGate(run, step.id, 'hold', until);
    await run.append({ t: 'passed', plan: run.plan.name, step: step.id });
  },
  isPassed: (state, step) => state.gates.get(step.id)?.passed === true,
};
