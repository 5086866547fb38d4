import type { StepDefinition } from '../contract/step.ts';
import type { Act } from './act.ts';
import { EffectRun } from './effect.ts';
import type { PlanRun } from './plan-run.ts';
import { read } from './read.ts';
import { Interrupted, stepFailed } from './stops.ts';
import type { Guard } from './target/guard.ts';
import { verify } from './verify.ts';

/** Performs one step for one item, or finds that it has been done; gives its output. Throws PlanStopped when it can't be. */
export async function perform<S>(run: PlanRun<S>, guard: Guard<S>, act: Act): Promise<unknown> {
  const done = run.phase(act.key)?.end;
  if (done?.is === 'done') return done.output;
  // What is done forward gets a new generation when it is tried again; what takes it back has only this one.
  const again = act.key.undo !== undefined;
  const definition = run.ports.registry.step(act.uses);
  if (!definition) throw new Error(`unknown step ${act.uses}`);
  const input = checkedInput(definition, act.input);
  const title = definition.title(input);
  if (done?.is === 'failed' && !again) throw stepFailed(title, done.reason);
  if (run.ports.signal.aborted) throw new Interrupted();
  run.ports.emit({ type: 'effect.started', key: act.key, uses: act.uses, title });
  switch (definition.kind) {
    case 'read':
      return read(run, act.key, definition, input);
    case 'verify':
      return verify(run, act.key, definition, input);
    case 'effect':
      return new EffectRun({
        ...{ run, guard, act, definition, input, title },
        perform: (other) => perform(run, guard, other),
      }).perform();
  }
}

function checkedInput<S>(definition: StepDefinition<S>, input: unknown): unknown {
  const parsed = definition.input.safeParse(input);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw stepFailed(definition.type, `${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`);
}
