import { type Json, toJson } from '../contract/json.ts';
import type { Key } from '../contract/record.ts';
import type { ReadDefinition } from '../contract/step.ts';
import { problem } from '../errors/index.ts';
import type { PlanRun } from './plan-run.ts';
import { retryRead } from './retry.ts';
import { PlanStopped } from './stops.ts';
import { changesOf, textsOf } from './target/surroundings.ts';

/** Performs a read, and records what it gives. */
export async function read<S>(
  run: PlanRun<S>,
  key: Key,
  definition: ReadDefinition<S, unknown, unknown>,
  input: unknown,
): Promise<unknown> {
  const known = lastOutput(run, key);
  const { announce } = run.context(key);
  const output = await retryRead(run.ports, definition.title(input), () =>
    definition.read(run.context(key), input, known),
  );
  for (const text of changesSince(definition, known, output)) announce(`since it was read before: ${text}`);
  refuseTaken(run, definition.claims?.(output) ?? []);
  await run.announced();
  const written = toJson(definition.output.parse(output));
  await run.append({ t: 'done', key, uses: definition.type, input: toJson(input), output: written, changed: false });
  return written;
}

/** What has become different since an earlier generation has read it, one sentence each. */
function changesSince<S>(
  { surroundings }: ReadDefinition<S, unknown, unknown>,
  known: Json | undefined,
  output: unknown,
): readonly string[] {
  const was = known === undefined ? undefined : surroundings?.of(known);
  const is = surroundings?.of(output);
  return was && is ? textsOf(changesOf(was, is, 'whole')) : [];
}

/** Throws when another plan of the run holds one of them: what it moves, it may not have let go of yet. */
function refuseTaken<S>(run: PlanRun<S>, ids: readonly string[]): void {
  const claims = run.found.take(run.plan.name, ids);
  if (claims.length) throw new PlanStopped(problem('claimed-by-plan', { claims }));
}

/** What the latest earlier generation of the same thing gave. */
function lastOutput<S>(run: PlanRun<S>, key: Key): Json | undefined {
  for (let generation = key.generation - 1; generation >= 0; generation--) {
    const end = run.phase({ ...key, generation })?.end;
    if (end?.is === 'done') return end.output;
  }
  return undefined;
}
