import { isRecent } from '../contract/clock.ts';
import type { Outage } from '../contract/outage.ts';
import type { EffectOf, History, Recalled } from '../contract/step.ts';
import type { EffectAct } from './act.ts';
import { refuseByRecord, replacementStale } from './prove.ts';
import { type AfterError, backoffMs, formatCallError, mayPass, retry, stopRun } from './retry.ts';
import { waitUntil } from './wait.ts';

// Parts of an original that go one after the other are asked for once.
const togetherMs = 60 * 60_000;
// An endpoint that can't be reached from here, or a rate that others use up, is no reason to keep an original for ever.
const patienceMs = 10 * 60_000;

/**
 * Asks the platform's history, if a delete has one, whether others have done to an original what no look shows. All that was done until
 * the delete came up is asked for, and waited for until it is shown: what follows is for the looks, which come after. Throws PlanStopped.
 */
export async function recallHistory<S>(effect: EffectAct<S>, definition: EffectOf<S, 'destructive'>): Promise<void> {
  const { history } = definition;
  if (!history) return;
  refuseByRecord(effect, definition);
  const { recalled, ports } = effect.run;
  const { original } = definition.verdict(effect.input);
  const known = recalled.get(original);
  if (known && isRecent(ports.clock, known.at, togetherMs)) return known.asked;
  const asked = recall(effect, definition, history);
  recalled.set(original, { at: ports.clock.now(), asked });
  return asked;
}

async function recall<S>(
  effect: EffectAct<S>,
  definition: EffectOf<S, 'destructive'>,
  history: History<S, unknown>,
): Promise<void> {
  const { run, act, input } = effect;
  const cameUp = run.ports.clock.now();
  const ctx = run.context(act.key);
  if (!(await askedOf(effect, definition, history, () => history.early(ctx, input)))) return;
  const until = cameUp + history.lateMs;
  ctx.announce(history.waits(input, until));
  await run.announced();
  await waitUntil(run.ports, until);
  await askedOf(effect, definition, history, () => history.whole(ctx, input));
}

/** Does it tell? Where it does not, that is said; what it tells against the delete ends the plan. */
async function askedOf<S>(
  effect: EffectAct<S>,
  definition: EffectOf<S, 'destructive'>,
  { unknown: words }: History<S, unknown>,
  ask: () => Promise<Recalled>,
): Promise<boolean> {
  const { run, act, input } = effect;
  const { findings, unknown } = await retry<Recalled>(run.ports, ask, afterError);
  if (unknown !== undefined) run.context(act.key).announce(words(input, unknown));
  await run.announced();
  if (findings.length > 0) throw await replacementStale(effect, definition, findings);
  return unknown === undefined;
}

function afterError(error: Outage, tries: number, _cause: unknown, waitedMs: number): AfterError<Recalled> {
  if (error.class === 'stop-run') throw stopRun(error);
  if (mayPass(error) && waitedMs < patienceMs) return { againInMs: backoffMs(tries) };
  return { end: { findings: [], unknown: formatCallError(error) } };
}
