import type { Key } from '../contract/record.ts';
import type { Pending, Proof, VerifyDefinition } from '../contract/step.ts';
import type { Verdict } from '../contract/verdict.ts';
import type { PlanRun } from './plan-run.ts';
import { retryRead } from './retry.ts';
import { keyText } from './state/key.ts';
import { currentPhases } from './state/phases.ts';
import type { Phase } from './state/run-state.ts';
import { Interrupted } from './stops.ts';
import { minutes } from './wait.ts';

/** What speaks now for or against a replacement, as what has judged it last sees that; undefined where that is never asked again. */
export async function proofOfReplacement<S>(
  run: PlanRun<S>,
  key: Key,
  original: string,
): Promise<(Proof & { readonly verdict: Verdict }) | undefined> {
  const judged = lastJudgeOf(run, original);
  const still = judged?.definition.still;
  if (!judged || !still) return undefined;
  const { phase, verdict, definition } = judged;
  const title = definition.title(phase.input);
  const ask = (question: () => Promise<Proof>) => retryRead(run.ports, title, question);
  const pair = await run.proofs.of([keyText(phase.key), original].join(' '), () =>
    ask(() => still.pair(run.context(key), verdict)),
  );
  if (!still.all || pair.findings.length > 0 || pair.pending) return { ...pair, verdict };
  const { all } = still;
  const input = definition.input.parse(phase.input);
  const common = await run.proofs.of(keyText(phase.key), () => ask(() => all(run.context(key), input)));
  return { ...common, verdict };
}

interface Judged<S> {
  readonly phase: Phase;
  readonly definition: VerifyDefinition<S, unknown, unknown>;
  readonly verdict: Verdict;
}

/** The last verification of this generation that has a verdict about an original. */
function lastJudgeOf<S>(run: PlanRun<S>, original: string): Judged<S> | undefined {
  const judged = currentPhases(run.state).flatMap((phase): Judged<S>[] => {
    const definition = run.ports.registry.step(phase.uses);
    if (definition?.kind !== 'verify' || phase.end?.is !== 'done') return [];
    const verdict = definition.verdicts(phase.end.output).find((one) => one.original === original);
    return verdict ? [{ phase, definition, verdict }] : [];
  });
  return judged.at(-1);
}

/** Asks until nothing is pending any more, and says what is waited for; what does not move for too long is a finding. */
export async function settledProof<S, P extends Proof>(
  run: PlanRun<S>,
  { key, kind }: { readonly key: Key; readonly kind: string },
  ask: () => Promise<P>,
): Promise<P> {
  const { settle, signal } = run.ports;
  const wait = { kind: `proof of ${kind}`, deadlineAt: Number.POSITIVE_INFINITY, signal, mayBeSo: true };
  let stood: string | undefined;
  const end = await settle.until<P>(wait, async () => {
    const proof = await ask();
    await run.announced();
    const { pending, findings } = proof;
    const stands = pending && standstillOf(pending);
    if (stood !== undefined && stood !== stands) run.proofs.moved(stood);
    stood = stands;
    if (!pending || findings.length > 0) return { done: proof };
    if (run.proofs.waitedFor(standstillOf(pending)) >= pending.withinMs)
      return { done: { ...proof, findings: [`${pending.why} (for ${minutes(pending.withinMs)})`] } };
    run.context(key).announce(pending.why);
    await run.announced();
    if (pending.progress !== undefined) run.ports.emit({ type: 'effect.progress', key, progress: pending.progress });
    return { again: true, progress: pending.progress };
  });
  if (end === 'aborted') throw new Interrupted();
  if (end === 'expired') throw new Error('a wait without an end has ended');
  return end.done;
}

const standstillOf = ({ why, progress }: Pending) => `${why} ${progress ?? ''}`;
