import type { EffectOf } from '../contract/step.ts';
import { problem } from '../errors/index.ts';
import type { EffectAct } from './act.ts';
import { retryRead } from './retry.ts';
import { badFindings, everyPairOf } from './state/pairs.ts';
import { PlanStopped, stepFailed } from './stops.ts';
import { originalsOf } from './target/reads.ts';

/** The last questions before a call goes out. Throws PlanStopped when it must not. */
export async function allow<S>(effect: EffectAct<S>): Promise<void> {
  const { run, guard, definition, act, input } = effect;
  if (definition.hazard === 'discard') {
    const id = definition.discards(input);
    if (!run.created.has(id)) throw new PlanStopped(problem('not-ours-to-discard', { id }));
  }
  if (definition.hazard === 'destructive') await prove(effect, definition);
  if (definition.hazard === 'disruptive') await guard.pass(act.key, definition, () => survivesRestart(effect));
  else await survivesRestart(effect);
}

/** Going back has no choice; forward nothing is stopped or restarted that would stay down. */
async function survivesRestart<S>({ run, guard, definition, act, input, title }: EffectAct<S>): Promise<void> {
  const restarted = definition.restarts?.(input);
  if (restarted === undefined || act.key.undo !== undefined || run.insists(act.key)) return;
  if (restarted !== run.plan.target.id && !originalsOf(run).includes(restarted)) return;
  const why = await guard.staysDown();
  if (why.length > 0) throw stepFailed(title, `it would not come up again: ${why.join('; ')}`);
}

/** An original is deleted by a good verdict about a pair of this run, and by a proof that is taken now. */
async function prove<S>(effect: EffectAct<S>, definition: EffectOf<S, 'destructive'>): Promise<void> {
  const { run, guard, act, input, title } = effect;
  const verdict = definition.verdict(input);
  const { original, replacement } = verdict;
  const failed = (findings: readonly string[]) => new PlanStopped(problem('proof-failed', { title, findings }));
  const staleBy = (findings: readonly string[]) =>
    new PlanStopped(problem('replacement-stale', { original, replacement, findings }));
  const bad = badFindings([verdict]);
  if (bad.length) throw failed(bad);
  const known = everyPairOf(run.ports.registry, run.state);
  if (!known.some((pair) => pair.original === original && pair.replacement === replacement)) {
    throw failed([`${original} and ${replacement} are no pair of this run`]);
  }
  const stale = run.state.stale.get(original);
  if (stale) throw staleBy(stale);
  await guard.look();
  const proof = await retryRead(run.ports, title, () => definition.prove(run.context(act.key), input));
  await run.announced();
  const { findings } = proof;
  if (findings.length === 0) return;
  if (!proof.stale) throw failed(findings);
  // Once somebody may have written on the original, no later look makes the replacement its equal again.
  await run.append({ t: 'stale', plan: run.plan.name, original, findings });
  throw staleBy(findings);
}
