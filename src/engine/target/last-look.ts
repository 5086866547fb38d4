import { isRecent } from '../../contract/clock.ts';
import { unseenMs } from '../../contract/settle.ts';
import { pause } from '../../contract/wait.ts';
import { RekeyError } from '../../errors/index.ts';
import type { PlanRun } from '../plan-run.ts';
import { insideCutOver } from '../state/cut-over.ts';
import { Interrupted } from '../stops.ts';
import { lookAt, recordLived } from './observe.ts';

// Whoever ends for want of AWS has waited for it before.
const tries = 3;
const betweenMs = 2_000;

/**
 * Looks at the target before this process ends, so that what is said of it from then on was seen, with its time. Who was told to
 * end does not wait for an answer, and a plan that has found nothing out about its target has nothing to say of it.
 */
export async function lookLast<S>(run: PlanRun<S>): Promise<void> {
  const { plan, state, ports } = run;
  const target = ports.registry.target(plan.target.type);
  if (!target || !state.expected || ports.signal.aborted) return;
  try {
    const { state: seen } = await lookAt(run, target, fewTimes);
    if (!state.finished) await recordLived(run, seen);
    await run.append({ t: 'looked', plan: plan.name, observation: seen.observation });
  } catch (error) {
    if (ports.signal.aborted || error instanceof Interrupted) return;
    if (error instanceof RekeyError && error.code.startsWith('journal-')) throw error;
    // Whatever it was, it changes nothing of how the plan ended; it is said in its own words.
    const why = ports.classify(error)?.message ?? (error instanceof Error ? error.message : String(error));
    await run.append({ t: 'looked', plan: plan.name, observation: null, why });
  }
}

// Soon enough that nothing is on record as it was before AWS could show it.
const whileWaitingMs = unseenMs / 2;

/**
 * The same for a process that waits for people while its target is out of service, now and then: should it die, what it has seen of
 * them meanwhile is on record.
 */
export async function lookWhileWaiting<S>(run: PlanRun<S>): Promise<void> {
  const { plan, state, ports } = run;
  if (!insideCutOver(plan, ports.registry, state) || isRecent(ports.clock, state.seen?.wholeAt ?? 0, whileWaitingMs))
    return;
  await lookLast(run);
}

async function fewTimes<S, T>(run: PlanRun<S>, look: () => Promise<T>): Promise<T> {
  for (let left = tries - 1; ; left--) {
    try {
      return await look();
    } catch (error) {
      if (left === 0 || !run.ports.classify(error)) throw error;
      await pause(run.ports, betweenMs);
      if (run.ports.signal.aborted) throw new Interrupted();
    }
  }
}
