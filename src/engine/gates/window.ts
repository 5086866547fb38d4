import { Cron } from 'croner';
import type { Window, WindowStep } from '../../contract/plan.ts';
import type { PlanRun } from '../plan-run.ts';
import { cutOverBegunAt } from '../state/cut-over.ts';
import type { Gate } from './gate.ts';
import { waitAtGate } from './wait-at-gate.ts';

/** Opens when a cut-over may begin; one that has begun passes. It is asked anew each time, so nothing of it is on record. */
export const windowGate: Gate<WindowStep> = {
  async pass(run, step) {
    if (cutOverBegunAt(run.ports.registry, run.state) === undefined) await waitForWindow(run, step.id);
  },
  isPassed: () => true,
};

/** May a cut-over begin at this moment? */
export function mayBegin<S>(run: PlanRun<S>): boolean {
  const now = run.ports.clock.now();
  const { window } = run.plan;
  return !window || run.state.writePoint !== undefined || nextBeginning(window, now) <= now;
}

/** Resolves when a cut-over may begin; throws Paused when this process does not stay. One that has begun may always go on. */
export async function waitForWindow<S>(run: PlanRun<S>, step: string): Promise<void> {
  const { window } = run.plan;
  if (!window || run.state.writePoint !== undefined) return;
  for (;;) {
    const opensAt = nextBeginning(window, run.ports.clock.now());
    if (opensAt <= run.ports.clock.now()) return;
    await waitAtGate(run, { step, gate: 'window', until: opensAt });
  }
}

/** The first moment from `now` on at which a cut-over may begin, in ms: `now` itself inside a window and before its cutoff. */
export function nextBeginning(window: Window, now: number): number {
  const cron = new Cron(window.cron, { timezone: window.timezone });
  const lastMs = window.durationMs - window.cutoffMs;
  // A window that has opened and not yet closed opened within the last `durationMs`.
  for (let at = now - lastMs; ; ) {
    const opens = cron.nextRun(new Date(at))?.getTime();
    if (opens === undefined) return Number.POSITIVE_INFINITY;
    if (opens > now) return opens;
    if (now < opens + lastMs) return now;
    at = opens;
  }
}
