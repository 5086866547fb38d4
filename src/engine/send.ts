import { type Json, toJson } from '../contract/json.ts';
import type { Outage } from '../contract/outage.ts';
import type { Seen } from '../contract/step.ts';
import { type Turn, TurnOver } from '../contract/turns.ts';
import { type EffectAct, ownMs } from './act.ts';
import { allowInTurn } from './in-turn.ts';
import { familyOf, patienceMs } from './patience.ts';
import type { Kept } from './prove.ts';
import { type AfterError, formatCallError, pauseMs, retry, stopRun } from './retry.ts';
import { mayBeStaleRead } from './stale-read.ts';
import { tokenOf } from './state/key.ts';
import { Interrupted } from './stops.ts';
import { minutes } from './wait.ts';

// Signing and a sync of the disk take less: what takes longer was frozen, or the machine was asleep.
const leavesWithinMs = 5_000;
// A machine that is never faster has to send all the same.
const mostHeldUp = 3;

/**
 * How a send ended: AWS took it, nobody knows, AWS says that it is so already (`already`: in which words), AWS refused it for good, or it
 * was not sent, and what it was to discard is kept.
 */
export type Sent = 'answered' | 'in-doubt' | { readonly already: string } | { readonly reason: string } | Kept;

/** What a call is sent with. */
export interface Sending {
  /** What an undo needs of how it is. */
  readonly before: Json;
  /** The turn that the call has already, for its first attempt. */
  readonly turn: Turn | undefined;
  look(): Promise<Seen<unknown>>;
  /** Hears what the answer says. */
  onOutput(output: unknown): void;
}

/** Sends the call until AWS takes it, refuses it for good, or leaves it in doubt. */
export async function send<S>(effect: EffectAct<S>, { before, turn: first, look, onOutput }: Sending): Promise<Sent> {
  const { run, definition, act, input } = effect;
  const { ports } = run;
  let refused = false;
  const insists = run.insists(act.key);
  let looksFirst = insists;
  let heldUp = 0;
  let held = first;
  const attempt = async (): Promise<Sent> => {
    const seen = looksFirst ? await look() : undefined;
    const underWay = insists && seen?.is === 'pending';
    if (seen && seen.is !== 'absent' && !underWay && !mayBeStaleRead(effect)) return 'in-doubt';
    const taken = held;
    held = undefined;
    const turn = await allowInTurn(effect, taken);
    if ('keep' in turn) return turn;
    const announceAndCall = async () => {
      if (ports.signal.aborted) throw new Interrupted();
      await recordIntent(effect, before, refused);
      return definition.run(run.context(act.key), input);
    };
    const output = await turn.use(announceAndCall, heldUp < mostHeldUp ? leavesWithinMs : Number.POSITIVE_INFINITY);
    if (output !== undefined) {
      onOutput(output);
      await run.append({ t: 'answered', key: act.key, output: toJson(output) });
    }
    return 'answered';
  };
  return retry(ports, attempt, (error, tries, cause, waitedMs) => {
    if (cause instanceof TurnOver) heldUp++;
    const next = afterRefusal(effect, error, tries, waitedMs);
    refused = 'againInMs' in next;
    // Somebody else may have done it meanwhile, or something that forbids it, or given the name in it to something else.
    looksFirst = true;
    if ('againInMs' in next) {
      const { code, message } = error;
      ports.emit({ type: 'effect.retried', key: act.key, code, message, inMs: next.againInMs });
    }
    return next;
  });
}

/** Throws PlanStopped where nothing sent from here can succeed. */
function afterRefusal<S>(effect: EffectAct<S>, error: Outage, tries: number, waitedMs: number): AfterError<Sent> {
  const { run, definition } = effect;
  if (error.class === 'in-doubt') return { end: 'in-doubt' };
  if (error.class === 'already') return { end: { already: formatCallError(error) } };
  const limitMs = patienceMs(familyOf(error), run.moment(definition), ownMs(effect));
  if (error.class === 'stop-run' && waitedMs >= limitMs) throw stopRun(error);
  if (limitMs === 0) return { end: { reason: formatCallError(error) } };
  if (waitedMs > limitMs) return { end: { reason: `${formatCallError(error)} (for ${minutes(limitMs)})` } };
  return { againInMs: pauseMs(error, tries) };
}

/** The intent, on disk before the call; and the write point with it when this call is the one. */
async function recordIntent<S>(
  { run, definition, act, input, title }: EffectAct<S>,
  before: Json,
  afterRefusal: boolean,
): Promise<void> {
  const { remoteNow } = run.ports;
  const token = tokenOf(run.run.run, act.key);
  const last = act.isLast?.() ?? true;
  const disruptive = definition.hazard === 'disruptive' ? definition : undefined;
  const opens = last && act.key.undo === undefined && disruptive?.writePoint?.(input) === true;
  if (disruptive) run.markInFlight(act.key);
  await Promise.all([
    opens && run.state.writePoint === undefined
      ? run.append({ t: 'write-point', plan: run.plan.name, key: act.key, reason: title })
      : undefined,
    run.append({
      t: 'intent',
      key: act.key,
      uses: definition.type,
      token,
      input: toJson(input),
      before,
      ...(remoteNow && { sentAt: remoteNow() }),
      ...(afterRefusal && { afterRefusal }),
    }),
  ]);
}
