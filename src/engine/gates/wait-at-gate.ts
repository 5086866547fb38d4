import type { GateStep } from '../../contract/plan.ts';
import type { PlanRun } from '../plan-run.ts';
import { Paused } from '../stops.ts';
import { waitUntil } from '../wait.ts';

/**
 * Waits until the gate opens, and no longer than `atMostMs`. Throws Paused when this process does not stay, Interrupted when it
 * is asked to stop.
 */
export async function waitAtGate<S>(
  run: PlanRun<S>,
  { step, gate, until }: { readonly step: string; readonly gate: GateStep['gate']; readonly until: number },
  atMostMs = Number.POSITIVE_INFINITY,
): Promise<void> {
  run.ports.emit({ type: 'gate.waiting', plan: run.plan.name, step, gate, until });
  if (!run.ports.wait) throw new Paused(step, until);
  await waitUntil(run.ports, Math.min(until, run.ports.clock.now() + atMostMs));
}
