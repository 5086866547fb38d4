import type { Key } from '../contract/record.ts';
import { createdBy, type EffectDefinition, type Registry } from '../contract/step.ts';
import { problem } from '../errors/index.ts';
import { instantOf, isShownBy } from './margin.ts';
import { perform } from './perform.ts';
import type { PlanRun } from './plan-run.ts';
import { retryRead } from './retry.ts';
import { createdIn } from './state/created.ts';
import { cutOverBegunAt, cutOverOf } from './state/cut-over.ts';
import { isOwnStep } from './state/own-steps.ts';
import { badFindings, pairsOf } from './state/pairs.ts';
import { currentPhases, effectOf, effectWith } from './state/phases.ts';
import type { Phase } from './state/run-state.ts';
import { failureOfStep, PlanStopped } from './stops.ts';
import { Guard } from './target/guard.ts';
import { recordObservation } from './target/observe.ts';
import { unseenBeatMs, waitFor } from './wait.ts';

/**
 * On resume: what failed is tried anew in a generation of its own, and what may have happened to the target although it failed
 * is looked for again; before the cut-over what was read is read again.
 */
export async function retireFailed<S>(run: PlanRun<S>): Promise<void> {
  const { registry } = run.ports;
  const phases = currentPhases(run.state);
  const failed = phases.filter((phase) => {
    if (phase.end?.is === 'failed') return true;
    const definition = registry.step(phase.uses);
    return (
      definition?.kind === 'verify' &&
      phase.end?.is === 'done' &&
      badFindings(definition.verdicts(phase.end.output)).length > 0
    );
  });
  // Who died between such a verdict and the unwinding it asks for: what it was judged by may look right again by now.
  for (const phase of cutOverOf(run.plan, registry) || run.state.writePoint ? [] : failed) {
    const definition = registry.step(phase.uses);
    if (definition?.kind !== 'verify' || phase.end?.is !== 'done') continue;
    const findings = badFindings(definition.verdicts(phase.end.output));
    const title = definition.title(phase.input);
    throw new PlanStopped(problem('verification-failed', { title, findings }));
  }
  const retire = (key: Key, reason: string) =>
    run.append({ t: 'retired', plan: run.plan.name, step: key.step, item: key.item, reason });
  for (const phase of failed) {
    if (mayHaveHappened(registry, phase)) await run.append({ t: 'reopened', key: phase.key });
    else await retire(phase.key, 'failed');
  }
  for (const phase of await goneSources(run, failed)) await retire(phase.key, 'gone');
  const unattended = unattendedCopies(run);
  const untouched = cutOverBegunAt(registry, run.state) === undefined && !pairsOf(registry, run.state).length;
  if (!untouched && !unattended.length) return;
  for (const phase of phases.filter((one) => registry.step(one.uses)?.kind === 'read'))
    await retire(phase.key, 'read again');
  for (const phase of unattended) {
    await finish(run, phase);
    await retire(phase.key, 'nobody has looked at the original since');
  }
  if (run.expected) await recordObservation(run, (await new Guard(run).look()).observation);
}

/**
 * What replacements are to be made from, and the replacements themselves until they are judged, with all that was done to them. Without
 * a cut-over nothing keeps others from the original, and since the last process ended it may have been in use. In a plan that has
 * one, what was copied before it is a warm-up. What has been judged good may hold writes by now.
 */
function unattendedCopies<S>(run: PlanRun<S>): Phase[] {
  const { registry } = run.ports;
  if (cutOverOf(run.plan, registry) !== undefined || run.state.writePoint !== undefined) return [];
  const additive = currentPhases(run.state).flatMap((phase) => {
    const definition = phase.sent > 0 ? effectWith(registry, phase, 'additive') : undefined;
    return definition ? [{ phase, definition }] : [];
  });
  const copies = additive.filter(({ phase, definition }) => definition.copies?.(phase.input) !== undefined);
  const made = copies.flatMap(({ phase }) => createdIn(registry, phase)).map((id) => JSON.stringify(id));
  const isAbout = ({ input }: Phase) => made.some((id) => JSON.stringify(input).includes(id));
  return additive.flatMap((one) =>
    copies.includes(one) || (!isOwnStep(one.phase.key.step) && isAbout(one.phase)) ? [one.phase] : [],
  );
}

/**
 * A call that was sent and not answered may arrive at any time, and what it makes then has no proof but its tags. Sent once more with
 * its token, it makes the same thing, whose name is known from then on.
 */
async function finish<S>(run: PlanRun<S>, { key, uses, input, sent, end }: Phase): Promise<void> {
  const definition = run.ports.registry.step(uses);
  if (sent === 0 || end || definition?.kind !== 'effect' || definition.repeat !== 'token') return;
  try {
    await perform(run, new Guard(run), { key, uses, input });
  } catch (met) {
    failureOfStep(met);
  }
}

/**
 * A new generation would find it there, take it for what was there before, and not take it back. A start that fell back is
 * sent anew: that it is over is certain, and what may have been written since is the write point's affair.
 */
function mayHaveHappened<S>(registry: Registry<S>, phase: Phase): boolean {
  const definition = effectOf(registry, phase);
  if (definition?.hazard !== 'disruptive' || definition.repeat !== 'convergent') return false;
  const takenBack = typeof definition.undo === 'function' && !definition.serves;
  return takenBack && phase.end?.is === 'failed' && !phase.end.neverRan && phase.sent > 0;
}

/**
 * What this run made, what failed was to be made from or done to, and is not there any more: somebody has deleted it, or AWS
 * has left it failed. Without a new one no try comes to more.
 */
async function goneSources<S>(run: PlanRun<S>, failed: readonly Phase[]): Promise<Phase[]> {
  const { registry } = run.ports;
  const making = (phase: Phase) => {
    const definition = effectOf(registry, phase);
    return definition?.hazard === 'additive' && definition.repeat !== 'convergent' ? definition : undefined;
  };
  // Nothing has been moved to it, and nobody may have written on it.
  const unused = cutOverBegunAt(registry, run.state) === undefined && run.state.writePoint === undefined;
  const needs = (phase: Phase) =>
    making(phase) !== undefined || (unused && effectOf(registry, phase)?.hazard === 'additive');
  const inputs = failed.filter(needs).map((phase) => JSON.stringify(phase.input));
  const gone: Phase[] = [];
  for (const phase of currentPhases(run.state)) {
    const definition = making(phase);
    const output = phase.end?.is === 'done' ? phase.end.output : null;
    if (!definition || output === null) continue;
    const isInput = (id: string) => inputs.some((input) => input.includes(JSON.stringify(id)));
    if (!createdBy(definition, output).some(isInput)) continue;
    if (await isGone(run, phase, definition, output)) gone.push(phase);
  }
  return gone;
}

/** A NotFound counts only when it goes on for as long as AWS may show the past. */
async function isGone<S>(
  run: PlanRun<S>,
  phase: Phase,
  definition: EffectDefinition<S, unknown, unknown>,
  output: unknown,
): Promise<boolean> {
  const since = instantOf(run.ports);
  const title = definition.title(phase.input);
  const look = () => definition.look(run.context(phase.key), phase.input, output);
  return waitFor(run.ports, unseenBeatMs, async (askedAt) => {
    const seen = await retryRead(run.ports, title, look, run.asker(title));
    if (seen.is !== 'absent') return { done: seen.is === 'failed' };
    return isShownBy(run.ports, since, askedAt) ? { done: true } : { again: true };
  });
}
