import { Cron } from 'croner';
import type { GateStep, Window } from '../../contract/plan.ts';
import type { PlanRun } from '../plan-run.ts';
import { cutOverBegunAt } from '../state/cut-over.ts';
import { Paused } from '../stops.ts';
import { waitUntil } from '../wait.ts';

/** Passes the gate, waits for it when the run stays (`--wait`), or throws Paused. */
export async function passGate<S>(run: PlanRun<S>, step: GateStep): Promise<void> {
  if (step.gate === 'hold') await hold(run, step);
  else if (cutOverBegunAt(run.ports.registry, run.state) === undefined) await waitForWindow(run, step.id);
}

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
    await wait(run, step, 'window', opensAt);
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

async function hold<S>(run: PlanRun<S>, step: GateStep): Promise<void> {
  const known = run.state.gates.get(step.id);
  if (known?.passed) return;
  const until = known?.until ?? run.ports.clock.now() + step.forMs;
  if (!known) await run.append({ t: 'gate', plan: run.plan.name, step: step.id, until });
  if (run.ports.clock.now() < until) await wait(run, step.id, 'hold', until);
  await run.append({ t: 'passed', plan: run.plan.name, step: step.id });
}

async function wait<S>(run: PlanRun<S>, step: string, gate: 'window' | 'hold', until: number): Promise<void> {
  run.ports.emit({ type: 'gate.waiting', plan: run.plan.name, step, gate, until });
  if (!run.ports.wait) throw new Paused(step, until);
  await waitUntil(run.ports, until);
}
