import { type Json, toJson } from '../contract/json.ts';
import type { Key } from '../contract/record.ts';
import type { ReadDefinition } from '../contract/step.ts';
import type { PlanRun } from './plan-run.ts';
import { retryRead } from './retry.ts';

/** Performs a read, and records what it gives. */
export async function read<S>(
  run: PlanRun<S>,
  key: Key,
  definition: ReadDefinition<S, unknown, unknown>,
  input: unknown,
): Promise<unknown> {
  const known = lastOutput(run, key);
  const output = await retryRead(run.ports, definition.title(input), () =>
    definition.read(run.context(key), input, known),
  );
  await run.announced();
  const written = toJson(definition.output.parse(output));
  await run.append({ t: 'done', key, uses: definition.type, input: toJson(input), output: written, changed: false });
  return written;
}

/** What the latest earlier generation of the same thing gave. */
function lastOutput<S>(run: PlanRun<S>, key: Key): Json | undefined {
  for (let generation = key.generation - 1; generation >= 0; generation--) {
    const end = run.phase({ ...key, generation })?.end;
    if (end?.is === 'done') return end.output;
  }
  return undefined;
}
