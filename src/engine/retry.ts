import type { Outage } from '../contract/outage.ts';
import { problem } from '../errors/index.ts';
import type { Ports } from './ports.ts';
import { Interrupted, PlanStopped } from './stops.ts';

const firstPauseMs = 1_000;
const longestPauseMs = 60_000;
// Longer than any hiccup, shorter than a night's downtime without a word.
const patienceMs = 15 * 60_000;

/** The pause before the nth resend: doubling with jitter, so that a thousand volumes don't come back in step. */
export function pauseMs(attempt: number): number {
  const ceiling = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(attempt, 10));
  return ceiling / 2 + (Math.random() * ceiling) / 2;
}

/** Asks AWS something that changes nothing, as often as it takes. Throws PlanStopped when it is no use. */
export async function ask<S, T>(ports: Ports<S>, title: string, question: () => Promise<T>): Promise<T> {
  const since = ports.clock.now();
  for (let attempt = 0; ; attempt++) {
    if (ports.signal.aborted) throw new Interrupted();
    try {
      return await question();
    } catch (error) {
      const outage = ports.classify(error);
      if (!outage) throw error;
      if (outage.class === 'stop-run') throw stopRun(outage);
      const again = outage.class === 'retry' || outage.class === 'in-doubt' || outage.class === 'wait';
      if (!again) throw new PlanStopped(problem('effect-failed', { title, reason: told(outage) }, error));
      const forMs = ports.clock.now() - since;
      if (forMs > patienceMs) {
        throw new PlanStopped(problem('aws-unreachable', { title, forMs, reason: told(outage) }, error));
      }
      await ports.clock.sleepUntil(ports.clock.now() + pauseMs(attempt), ports.signal);
    }
  }
}

/** Nothing that this process sends can succeed: leave all as it is. */
export function stopRun(outage: Outage): PlanStopped {
  return new PlanStopped(problem('aws-stopped', { code: outage.code, message: outage.message }));
}

/** An outage in the operator's words. */
export function told(outage: Outage): string {
  return `${outage.code}: ${outage.message}`;
}
