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
  const { window } = run.plan;
  return !window || run.state.writePoint !== undefined || closedForMs(run, window) <= 0;
}

// The Date of an answer is to the second, and has been on its way.
const alikeMs = 60_000;

/** How long it still is until the window is open by the runner's clock and by AWS's: either can be wrong, or have been set. */
function closedForMs<S>(run: PlanRun<S>, window: Window): number {
  const { clock, remoteNow } = run.ports;
  const now = clock.now();
  const there = remoteNow?.() ?? now;
  const times = Math.abs(there - now) > alikeMs ? [now, there] : [now];
  return Math.max(...times.map((time) => nextBeginning(window, time) - time));
}

/** Resolves when a cut-over may begin; throws Paused when this process does not stay. One that has begun may always go on. */
export async function waitForWindow<S>(run: PlanRun<S>, step: string): Promise<void> {
  const { window } = run.plan;
  if (!window || run.state.writePoint !== undefined) return;
  for (;;) {
    const leftMs = closedForMs(run, window);
    if (leftMs <= 0) return;
    await waitAtGate(run, { step, gate: 'window', until: run.ports.clock.now() + leftMs });
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
