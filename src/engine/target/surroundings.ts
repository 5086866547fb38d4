import { isRecent } from '../../contract/clock.ts';
import type { Key } from '../../contract/record.ts';
import type { ReadDefinition } from '../../contract/step.ts';
import type { Surroundings } from '../../contract/surroundings.ts';
import { problem } from '../../errors/index.ts';
import type { PlanRun } from '../plan-run.ts';
import { retryRead } from '../retry.ts';
import { cutOverBegunAt } from '../state/cut-over.ts';
import { pairsOf } from '../state/pairs.ts';
import { currentPhases, deletedOriginals } from '../state/phases.ts';
import { PlanStopped, ReadAgain } from '../stops.ts';

/** A fact that is not any more as it was read. */
export interface Change {
  /** One sentence for people. */
  readonly text: string;
  readonly decides: boolean;
}

/** What has changed. `part`: only what `now` has a name for, as a look gives it; else what it lacks is gone. */
export function changesOf(before: Surroundings, now: Surroundings, part: 'whole' | 'part'): Change[] {
  return (['decides', 'told'] as const).flatMap((weight) => {
    const names = new Set([...Object.keys(now[weight]), ...(part === 'whole' ? Object.keys(before[weight]) : [])]);
    return [...names].sort().flatMap((name) => {
      const [was, is] = [before[weight][name], now[weight][name]];
      if (was === is) return [];
      return [{ text: sentence(name, was, is), decides: weight === 'decides' }];
    });
  });
}

function sentence(name: string, was: string | undefined, is: string | undefined): string {
  if (was === undefined) return `${name}: found ${is}, and nothing when it was read`;
  return is === undefined
    ? `${name}: it was ${was} when it was read, and is gone`
    : `${name}: it was ${was}, it is ${is}`;
}

/** What a read of this plan has established, with the way to take it again. */
interface Established<S> {
  readonly key: Key;
  readonly definition: ReadDefinition<S, unknown, unknown>;
  readonly input: unknown;
  readonly output: unknown;
  readonly at: number;
  readonly surroundings: Surroundings;
}

function establishedBy<S>(run: PlanRun<S>): Established<S>[] {
  return currentPhases(run.state).flatMap(({ key, uses, input, end }) => {
    const definition = run.ports.registry.step(uses);
    if (definition?.kind !== 'read' || end?.is !== 'done') return [];
    const surroundings = definition.surroundings?.of(end.output);
    if (!surroundings) return [];
    return [{ key, definition, input: definition.input.parse(input), output: end.output, at: end.at, surroundings }];
  });
}

/** Can all be read again? Nothing of the target was touched, and nothing was made of what was read that would stand for it. */
export function mayReadAgain<S>(run: PlanRun<S>): boolean {
  const { registry } = run.ports;
  if (cutOverBegunAt(registry, run.state) !== undefined || pairsOf(registry, run.state).length) return false;
  return establishedBy(run).length > 0;
}

// Who flaps would have it read for ever.
const mostTimes = 5;

/** Throws ReadAgain, so that the walk begins anew with the reads; nothing where that did not help several times. */
export function readAgain<S>(run: PlanRun<S>, differences: readonly string[]): void {
  run.timesReadAgain++;
  if (run.timesReadAgain <= mostTimes) throw new ReadAgain(changeOf(run, differences));
}

/** What has changed of all that was read, as far as looks show it now. `keys`: also whether each key can be used. */
export async function changesSeen<S>(run: PlanRun<S>, keys: boolean): Promise<readonly Change[]> {
  const seen = establishedBy(run).map(async (one) => {
    const now = (keys ? await lookWithKeys(run, one) : undefined) ?? (await look(run, one, false));
    return now ? changesOf(one.surroundings, now, 'part') : [];
  });
  return (await Promise.all(seen)).flat();
}

/** While the target is down nobody waits for a key that is only asked for early: undefined when that brought no answer. */
async function lookWithKeys<S>(run: PlanRun<S>, one: Established<S>): Promise<Surroundings | undefined> {
  const { classify, registry } = run.ports;
  if (cutOverBegunAt(registry, run.state) === undefined) return look(run, one, true);
  try {
    return await around(run, one, true);
  } catch (error) {
    if (!classify(error)) throw error;
    return undefined;
  }
}

function look<S>(run: PlanRun<S>, one: Established<S>, keys: boolean): Promise<Surroundings | undefined> {
  const title = one.definition.title(one.input);
  return retryRead(run.ports, title, async () => around(run, one, keys), run.asker(title));
}

function around<S>(run: PlanRun<S>, { key, definition, input, output }: Established<S>, keys: boolean) {
  const { registry } = run.ports;
  const pairs = pairsOf(registry, run.state);
  const deleted = deletedOriginals(registry, run.state);
  return definition.surroundings?.look(run.context(key), input, output, { keys, pairs, deleted });
}

// What was read a moment ago, right before, is of now.
const ofNowMs = 60_000;

/** Right before the cut-over all is taken again, whole. Throws ReadAgain where something has changed, and what the read refuses with. */
export async function renew<S>(run: PlanRun<S>): Promise<void> {
  const { ports } = run;
  if (!mayReadAgain(run)) return;
  const isOfNow = (at: number) => isRecent(ports.clock, at, ofNowMs);
  const old = establishedBy(run).filter(({ at }) => !isOfNow(at) && !isOfNow(run.renewedAt));
  for (const { key, definition, input, output, surroundings } of old) {
    const title = definition.title(input);
    const now = await retryRead(ports, title, () => definition.read(run.context(key), input, output), run.asker(title));
    await run.announced();
    const is = definition.surroundings?.of(definition.output.parse(now));
    const changes = is ? changesOf(surroundings, is, 'whole') : [];
    if (changes.length) readAgain(run, textsOf(changes));
    refuse(run, changes);
  }
  if (old.length) run.renewedAt = ports.clock.now();
}

/** Tells what has changed where nothing is decided by it any more. */
export async function tell<S>(run: PlanRun<S>, changes: readonly Change[]): Promise<void> {
  const [read] = establishedBy(run);
  if (!read) return;
  const { announce } = run.context(read.key);
  for (const { text } of changes) announce(`since it was read: ${text}`);
  await run.announced();
}

/** Throws PlanStopped where one of them decides. */
export function refuse<S>(run: PlanRun<S>, changes: readonly Change[]): void {
  const decisive = changes.filter(({ decides }) => decides);
  if (decisive.length) throw new PlanStopped(changeOf(run, textsOf(decisive)));
}

/** That the target is not as it was expected. Past the write point nothing is built again: only the expected state helps. */
export function changeOf<S>(run: PlanRun<S>, differences: readonly string[]) {
  const onlyForward = run.state.writePoint !== undefined;
  return problem('target-changed', { target: run.plan.target.id, differences, onlyForward });
}

export const textsOf = (changes: readonly Change[]) => changes.map(({ text }) => text);
