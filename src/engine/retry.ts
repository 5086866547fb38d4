import type { Outage } from '../contract/outage.ts';
import { pause } from '../contract/wait.ts';
import { problem } from '../errors/index.ts';
import { courseAfter, type Family, familyOf, type Moment, patienceMs } from './patience.ts';
import type { Ports } from './ports.ts';
import { Interrupted, PlanStopped } from './stops.ts';

const firstPauseMs = 1_000;
const longestPauseMs = 60_000;
// Longer than any hiccup, shorter than a night's downtime without a word.
const questionMs = 15 * 60_000;
// A call that is not answered takes a minute, and what is asked before it as long.
const answersWithinMs = 2 * 60_000;

/** The pause before the nth resend: doubling with jitter, so that a thousand volumes don't come back in step. */
export function backoffMs(attempt: number): number {
  const ceiling = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(attempt, 10));
  return ceiling / 2 + (Math.random() * ceiling) / 2;
}

/** What is done about an error of the outside world: what comes of it, or how long to wait before the next try. */
export type AfterError<T> = { readonly end: T } | { readonly againInMs: number };

/** An error that was met: when, and how long it was meant to be waited for then. */
interface Met {
  readonly family: Family;
  readonly at: number;
  readonly pauseMs: number;
}

/**
 * Tries until something comes of it. `afterError` decides by the class of the error, and throws to give up; an error that is not
 * of the outside world is a bug of ours and goes through. `waitedMs`: how long errors of this family were waited for; an hour without
 * capacity leaves the patience with credentials as it was, and a clock that is set has waited for nothing. Throws Interrupted when this process is asked to stop meanwhile.
 */
export async function retry<T>(
  ports: Pick<Ports<unknown>, 'clock' | 'signal' | 'classify'>,
  attempt: () => Promise<T>,
  afterError: (error: Outage, tries: number, cause: unknown, waitedMs: number) => AfterError<T>,
): Promise<T> {
  const waited = new Map<Family, number>();
  let met: Met | undefined;
  for (let tries = 0; ; tries++) {
    try {
      return await attempt();
    } catch (cause) {
      const error = ports.classify(cause);
      if (!error) throw cause;
      const family = familyOf(error);
      const at = ports.clock.now();
      if (met) waited.set(met.family, (waited.get(met.family) ?? 0) + passedMs(met, at));
      const next = afterError(error, tries, cause, waited.get(family) ?? 0);
      if ('end' in next) return next.end;
      met = { family, at, pauseMs: next.againInMs };
      await pause(ports, next.againInMs);
      if (ports.signal.aborted) throw new Interrupted();
    }
  }
}

/** How long has passed since: no more than was meant to, since a clock that was set, or a machine that slept, has not waited. */
function passedMs({ at, pauseMs }: Met, now: number): number {
  return Math.min(Math.max(0, now - at), pauseMs + answersWithinMs);
}

/** Who asks: where its plan stands by now, and whom to tell when the answer keeps him waiting. */
export interface Asker {
  readonly moment: () => Moment;
  readonly tell: (error: Outage, inMs: number) => void;
}
const anybody: Asker = { moment: () => 'serving', tell: () => {} };

/** Asks AWS something that changes nothing, as long as the table of patience says. Throws PlanStopped when it is no use. */
export async function retryRead<S, T>(
  ports: Ports<S>,
  title: string,
  question: () => Promise<T>,
  asker: Asker = anybody,
): Promise<T> {
  if (ports.signal.aborted) throw new Interrupted();
  return retry<T>(ports, question, (error, tries, cause, forMs) => {
    const reason = formatCallError(error);
    const moment = asker.moment();
    const limitMs = patienceMs(familyOf(error), moment, questionMs);
    if (error.class === 'stop-run' && forMs >= limitMs) throw stopRun(error);
    if (limitMs === 0) throw new PlanStopped(problem('effect-failed', { title, reason }, cause));
    if (forMs > limitMs) {
      const course = courseAfter(moment);
      throw new PlanStopped(problem('aws-unreachable', { title, forMs, reason, course }, cause), course);
    }
    const inMs = error.class === 'wait' ? backoffMs(tries) : pauseMs(error, tries);
    // A person may have to log in again.
    if (forMs > questionMs || error.class === 'stop-run') asker.tell(error, inMs);
    return { againInMs: inMs };
  });
}

/** The pause before the next try, by what has come back. */
export function pauseMs(error: Outage, tries: number): number {
  switch (familyOf(error)) {
    case 'throttled':
    case 'unreachable':
    case 'credentials':
      return backoffMs(tries);
    case 'right':
      // People are slower than machines.
      return 5 * backoffMs(tries + 3);
    default:
      return backoffMs(tries + 3);
  }
}

/** May the same question be answered later? */
export function mayPass(error: Outage): boolean {
  return error.class === 'retry' || error.class === 'in-doubt' || error.class === 'wait';
}

/** Nothing that this process sends can succeed: leave all as it is. */
export function stopRun(error: Outage): PlanStopped {
  return new PlanStopped(problem('aws-stopped', { code: error.code, message: error.message }));
}

/** An error of a call in the operator's words. */
export function formatCallError(error: Outage): string {
  return `${error.code}: ${error.message}`;
}
