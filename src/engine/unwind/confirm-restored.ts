import { unseenMs } from '../../contract/settle.ts';
import type { EffectDefinition, StepCall } from '../../contract/step.ts';
import { problem } from '../../errors/index.ts';
import { hasPassed, instantOf, isShownBy } from '../margin.ts';
import type { PlanRun } from '../plan-run.ts';
import { retryRead } from '../retry.ts';
import { pairsOf } from '../state/pairs.ts';
import { undoOf } from '../state/phases.ts';
import { PlanStopped } from '../stops.ts';
import type { Guard } from '../target/guard.ts';
import { originalsOf } from '../target/reads.ts';
import { unseenBeatMs, waitFor } from '../wait.ts';
import { announce, type Happened, takeBack } from './undo.ts';

// A detach can hang for as long as something holds on to the volume; then a person has to look.
const unsettledMs = 60 * 60_000;

// What comes undone at the end of that hour is still taken back, but not for ever.
const mostLate = 3;

/**
 * What was taken back has to show before anything is discarded: what AWS accepts may still come to nothing. It has to show at a
 * time when AWS no longer shows how it was before any of it was taken, and nothing of it may be on its way out by then. What
 * has come undone is done again.
 */
export async function confirmRestored<S>(
  run: PlanRun<S>,
  guard: Guard<S>,
  takenBack: readonly Happened[],
  because: string,
): Promise<void> {
  const begun = instantOf(run.ports);
  let since = begun;
  let late = 0;
  await waitFor(run.ports, unseenBeatMs, async (askedAt) => {
    guard.forget();
    const amiss = await notRestored(run, guard, because);
    const certain = isShownBy(run.ports, since, askedAt);
    if (amiss === undefined && certain) return { done: undefined };
    if (amiss !== undefined && certain) {
      await tellWaiting(run, takenBack, amiss.why);
      let again = false;
      for (const one of amiss.away ? takenBack : []) again = (await takeBackAgain(run, guard, one, because)) || again;
      if (again) since = instantOf(run.ports);
      if (hasPassed(run.ports, begun, askedAt, unsettledMs) && (!again || ++late > mostLate))
        throw stuck(run, `${amiss.why} after an hour`, because);
    }
    const certainAt = since.here + unseenMs;
    return { again: true, ...(amiss === undefined && askedAt < certainAt && { at: certainAt }) };
  });
}

async function tellWaiting<S>(run: PlanRun<S>, [first]: readonly Happened[], amiss: string): Promise<void> {
  if (first) await announce(run, first.phase, `nothing is discarded before the originals are back for good: ${amiss}`);
}

/** Why the originals are not in their places for good, and whether one is away; undefined when they are. Throws when the target is gone. */
async function notRestored<S>(
  run: PlanRun<S>,
  guard: Guard<S>,
  because: string,
): Promise<{ readonly why: string; readonly away: boolean } | undefined> {
  const { activeSide, on, missing, unsettled } = await guard.look();
  if (missing.includes(run.plan.target.id)) throw stuck(run, 'it is gone', because);
  const pairs = pairsOf(run.ports.registry, run.state);
  const ours = new Set([...originalsOf(run), ...pairs.flatMap((pair) => [pair.original, pair.replacement])]);
  const moving = unsettled.filter((id) => ours.has(id));
  const away = pairs.map((pair) => pair.original).filter((id) => !on.includes(id));
  const told = [
    ...(activeSide === 'originals' ? [] : [`it holds ${on.join(', ') || 'nothing'}, and not ${away.join(', ')}`]),
    ...(moving.length ? [`${moving.join(', ')} is still on its way in or out: unmount it, or stop what holds it`] : []),
  ];
  return told.length ? { why: told.join('; '), away: activeSide !== 'originals' } : undefined;
}

function stuck<S>(run: PlanRun<S>, reason: string, because: string): PlanStopped {
  const title = `look at ${run.plan.target.id}`;
  return new PlanStopped(problem('unwind-failed', { title, reason, because }));
}

/** Takes a phase back once more when it has come undone, as an attachment that AWS accepted and let go. True when it had. */
async function takeBackAgain<S>(run: PlanRun<S>, guard: Guard<S>, one: Happened, because: string): Promise<boolean> {
  const calls = undoOf(run.ports.registry, one.phase, one.output);
  const keys = calls.map((_call, undo) => ({ ...one.phase.key, undo }));
  const [definition] = calls.map((call) => repeatable(run, call));
  const [key] = keys;
  if (!definition || !key || !calls.every((call) => repeatable(run, call))) return false;
  // What was never taken back has not come undone: it is owed.
  if (run.phase(key)?.end?.is !== 'done') return false;
  const input = definition.input.parse(calls[0]?.with);
  const title = definition.title(input);
  const look = () => definition.look(run.context(key), input, undefined);
  const seen = await retryRead(run.ports, title, look, run.asker(title, definition));
  if (seen.is === 'done') return false;
  await announce(run, one.phase, `${title}: had come undone and is done again; look at what uses it`);
  // The first one last: who dies in between still finds it undone, and begins anew.
  for (const each of keys.reverse()) await run.append({ t: 'reopened', key: each });
  await takeBack(run, guard, one, because);
  return true;
}

/** The definition of a call that is safe to make again, and nothing that a person may have decided otherwise since, as a start. */
function repeatable<S>(run: PlanRun<S>, call: StepCall): EffectDefinition<S, unknown, unknown> | undefined {
  const definition = run.ports.registry.step(call.uses);
  if (definition?.kind !== 'effect' || definition.hazard !== 'disruptive' || definition.serves) return undefined;
  return definition.repeat === 'convergent' ? definition : undefined;
}
