import { type Json, toJson } from '../contract/json.ts';
import type { Outage } from '../contract/outage.ts';
import type { Seen } from '../contract/step.ts';
import type { EffectAct } from './act.ts';
import { allow, type Kept } from './prove.ts';
import { type AfterError, backoffMs, formatCallError, retry, stopRun } from './retry.ts';
import { mayBeStaleRead } from './stale-read.ts';
import { cutOverBegunAt } from './state/cut-over.ts';
import { tokenOf } from './state/key.ts';
import { Interrupted } from './stops.ts';
import { minutes } from './wait.ts';

/** How a send ended: AWS took it, nobody knows, AWS refused it for good, or it was not sent, and what it was to discard is kept. */
export type Sent = 'answered' | 'in-doubt' | { readonly reason: string } | Kept;

// How long a cut-over waits for AWS to accept a call at all (a quota, a slot) before it goes back: the target is down.
const unacceptedMs = 30 * 60_000;

/** Sends the call until AWS takes it, refuses it for good, or leaves it in doubt. `onOutput` hears what the answer tells. */
export async function send<S>(
  effect: EffectAct<S>,
  before: Json,
  look: () => Promise<Seen<unknown>>,
  onOutput: (output: unknown) => void,
): Promise<Sent> {
  const { run, definition, act, input } = effect;
  const { ports } = run;
  const begun = cutOverBegunAt(ports.registry, run.state) !== undefined;
  const patienceMs = begun ? Math.min(definition.settleWithinMs, unacceptedMs) : definition.settleWithinMs;
  let deadlineAt: number | undefined;
  let waited = false;
  const attempt = async (): Promise<Sent> => {
    const seen = waited ? await look() : undefined;
    if (seen && seen.is !== 'absent' && !mayBeStaleRead(effect)) return 'in-doubt';
    const kept = await allow(effect);
    if (kept) return kept;
    // A proof can take hours to come, and they are not AWS's.
    deadlineAt ??= ports.clock.now() + patienceMs;
    if (ports.signal.aborted) throw new Interrupted();
    await recordIntent(effect, before);
    const output = await definition.run(run.context(act.key), input);
    if (output !== undefined) {
      onOutput(output);
      await run.append({ t: 'answered', key: act.key, output: toJson(output) });
    }
    return 'answered';
  };
  return retry(ports, attempt, (error, tries) => {
    const over = deadlineAt !== undefined && ports.clock.now() > deadlineAt;
    const next = afterRefusal(effect, error, tries, over ? patienceMs : undefined);
    waited = error.class === 'wait';
    if ('againInMs' in next) {
      const { code, message } = error;
      ports.emit({ type: 'effect.retried', key: act.key, code, message, inMs: next.againInMs });
    }
    return next;
  });
}

/** `overMs`: its time is up, after so long. Throws PlanStopped where nothing sent from here can succeed. */
function afterRefusal<S>(
  { definition }: EffectAct<S>,
  error: Outage,
  tries: number,
  overMs: number | undefined,
): AfterError<Sent> {
  if (error.class === 'stop-run') throw stopRun(error);
  if (error.class === 'permanent') return { end: { reason: formatCallError(error) } };
  if (error.class === 'in-doubt' || error.class === 'already') return { end: 'in-doubt' };
  // A target that is down is started however long the capacity takes; the operator sees each try and can stop it.
  const patient = definition.hazard === 'disruptive' && definition.serves === true && error.class === 'wait';
  if (overMs !== undefined && !patient)
    return { end: { reason: `${formatCallError(error)} (for ${minutes(overMs)})` } };
  return { againInMs: backoffMs(error.class === 'wait' ? tries + 3 : tries) };
}

/** The intent, on disk before the call; and the write point with it when this call is the one. */
async function recordIntent<S>({ run, definition, act, input, title }: EffectAct<S>, before: Json): Promise<void> {
  const token = tokenOf(run.run.run, act.key);
  const last = act.isLast?.() ?? true;
  const disruptive = definition.hazard === 'disruptive' ? definition : undefined;
  const opens = last && act.key.undo === undefined && disruptive?.writePoint?.(input) === true;
  if (disruptive) run.markInFlight(act.key);
  await Promise.all([
    opens && run.state.writePoint === undefined
      ? run.append({ t: 'write-point', plan: run.plan.name, key: act.key, reason: title })
      : undefined,
    run.append({ t: 'intent', key: act.key, uses: definition.type, token, input: toJson(input), before }),
  ]);
}
