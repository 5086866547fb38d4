import type { Json } from '../contract/json.ts';
import { unseenMs } from '../contract/settle.ts';
import { problem } from '../errors/index.ts';
import { ask } from './ask.ts';
import type { Phase } from './fold.ts';
import type { Guard } from './guard.ts';
import { Interrupted, PlanStopped } from './outcome.ts';
import { perform, unseenBeatMs } from './perform.ts';
import type { PlanRun } from './ports.ts';
import { undoOf } from './standing.ts';

/** A phase that has, or may have, happened, with what its undo needs. */
export interface Happened {
  readonly phase: Phase;
  readonly output: Json;
}

// A detach can hang for as long as AWS is busy with it; then a person has to look.
const unsettledMs = 60 * 60_000;

/**
 * What was taken back has to show before anything is discarded: what AWS accepts may still come to nothing. It has to show at a
 * time when AWS no longer shows how it was before any of it was taken, and nothing may be on its way out by then.
 */
export async function backInPlace<S>(
  run: PlanRun<S>,
  guard: Guard<S>,
  takenBack: readonly Happened[],
  because: string,
): Promise<void> {
  const { clock, signal } = run.ports;
  const giveUpAt = clock.now() + unsettledMs;
  let certainAt = clock.now() + unseenMs;
  let setAgain = false;
  for (;;) {
    guard.forget();
    const askedAt = clock.now();
    const { standing, on, unsettled } = await guard.look();
    const inPlace = standing === 'originals' && unsettled.length === 0;
    if (inPlace && askedAt >= certainAt) return;
    if (standing !== 'originals' && clock.now() >= certainAt && !setAgain) {
      setAgain = true;
      for (const one of takenBack) await takeBackAgain(run, guard, one);
      certainAt = clock.now() + unseenMs;
    } else if (clock.now() >= (standing === 'originals' ? giveUpAt : certainAt)) {
      const title = `look at ${run.plan.target.id}`;
      const moving = unsettled.length ? ` (${unsettled.join(', ')} on the way in or out)` : '';
      const reason = `it holds ${on.join(', ') || 'none of its originals'}${moving}, not all of its originals for good: put them back by hand`;
      throw new PlanStopped(problem('unwind-failed', { title, reason, because }), 'leave');
    }
    await clock.sleepUntil(inPlace ? certainAt : clock.now() + unseenBeatMs, signal);
    if (signal.aborted) throw new Interrupted();
  }
}

/** What was taken back and is not so any more, as an attachment that AWS accepted and let go: it is reopened, and sent again. */
async function takeBackAgain<S>(run: PlanRun<S>, guard: Guard<S>, { phase, output }: Happened): Promise<void> {
  for (const [undo, call] of undoOf(run.ports.registry, phase, output).entries()) {
    const definition = run.ports.registry.step(call.uses);
    if (definition?.kind !== 'effect' || definition.hazard !== 'disruptive') continue;
    if (definition.repeat !== 'convergent' || definition.serves) continue;
    const key = { ...phase.key, undo };
    const input = definition.input.parse(call.with);
    const seen = await ask(run.ports, definition.title(input), () =>
      definition.look(run.context(key), input, undefined),
    );
    if (seen.is !== 'absent') continue;
    await run.append({ t: 'reopened', key });
    await perform(run, guard, { key, uses: call.uses, input });
  }
}
