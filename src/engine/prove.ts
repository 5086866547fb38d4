import { isRecent } from '../contract/clock.ts';
import { unseenMs } from '../contract/settle.ts';
import type { EffectOf, Evidence, Pending, Proof, StepCall } from '../contract/step.ts';
import { problem } from '../errors/index.ts';
import type { EffectAct } from './act.ts';
import { freshMs, obtainEvidence } from './evidence.ts';
import type { PlanRun } from './plan-run.ts';
import { proofOfReplacement, settledProof } from './proof.ts';
import { retryRead } from './retry.ts';
import { badFindings, everyPairOf } from './state/pairs.ts';
import { deletedOriginals, effectWith } from './state/phases.ts';
import { type Phase, writtenSince } from './state/run-state.ts';
import { PlanStopped, stepFailed } from './stops.ts';
import { originalsOf } from './target/reads.ts';

/** What was to be discarded is kept: why, and what has made it. */
export interface Kept {
  readonly keep: string;
  readonly made: Phase;
}

/** The last questions before a call goes out; gives what is kept instead. Throws PlanStopped when it must not go out. */
export async function allow<S>(effect: EffectAct<S>): Promise<Kept | undefined> {
  const { guard, definition, act } = effect;
  if (definition.hazard === 'discard') return proveDiscard(effect, definition);
  if (definition.hazard === 'destructive') await proveDelete(effect, definition);
  if (definition.hazard === 'additive') await proveMaking(effect, definition);
  if (definition.hazard === 'disruptive') await guard.pass(act.key, definition, () => survivesRestart(effect));
  else await survivesRestart(effect);
  return undefined;
}

/** Going back has no choice; forward nothing is stopped or restarted that would stay down. */
async function survivesRestart<S>({ run, guard, definition, act, input, title }: EffectAct<S>): Promise<void> {
  const restarted = definition.restarts?.(input);
  if (restarted === undefined || act.key.undo !== undefined || run.insists(act.key)) return;
  if (restarted !== run.plan.target.id && !originalsOf(run).includes(restarted)) return;
  const why = await guard.unreadable();
  if (why.length > 0) throw stepFailed(title, `it would not come up again: ${why.join('; ')}`);
}

/** What is made holds what the original holds at that moment: nobody may write to it meanwhile. */
async function proveMaking<S>({ run, act, input, title }: EffectAct<S>, definition: EffectOf<S, 'additive'>) {
  const { prove } = definition;
  if (!prove) return;
  const ask = () => retryRead(run.ports, title, () => prove(run.context(act.key), input), run.asker(title, definition));
  const { findings } = await settledProof(run, { key: act.key, kind: definition.type }, ask);
  if (findings.length > 0)
    throw new PlanStopped(problem('target-changed', { target: run.plan.target.id, differences: findings }));
}

/** An original is deleted by a good verdict about a pair of this run, and by a proof that is taken now. */
async function proveDelete<S>(effect: EffectAct<S>, definition: EffectOf<S, 'destructive'>): Promise<void> {
  const { run, guard, act, input, title } = effect;
  refuseByRecord(effect, definition);
  const { original } = definition.verdict(input);
  const ask = async (): Promise<Proof> => {
    await guard.lookAsClaimant();
    // Seen by this very look, it need not be so any more when the proof asks.
    const seen = run.state.stale.get(original);
    if (seen) return { findings: seen, stale: true };
    const stands = await proofOfReplacement(run, act.key, original);
    // Last, since this shows who may have come to the original, whose writes would go with it.
    const own = await retryRead(run.ports, title, () => definition.prove(run.context(act.key), input));
    return both(own, stands);
  };
  let differences: readonly string[] = [];
  const askDifferences = async () => {
    differences = await differencesOf(effect, definition);
  };
  const { findings, stale: used } = await proveWith(effect, definition, { original, ask, askDifferences });
  if (findings.length === 0) return say(effect, differences);
  throw used ? await replacementStale(effect, definition, findings) : proofFailed(title, findings);
}

const proofFailed = (title: string, findings: readonly string[]) =>
  new PlanStopped(problem('proof-failed', { title, findings }));

/** Refuses a delete against which the journal itself speaks: nothing has to be asked for that. */
export function refuseByRecord<S>(effect: EffectAct<S>, definition: EffectOf<S, 'destructive'>): void {
  const { run, input, title } = effect;
  const verdict = definition.verdict(input);
  const { original, replacement } = verdict;
  const bad = badFindings([verdict]);
  if (bad.length) throw proofFailed(title, bad);
  const known = everyPairOf(run.ports.registry, run.state);
  if (!known.some((pair) => pair.original === original && pair.replacement === replacement)) {
    throw proofFailed(title, [`${original} and ${replacement} are no pair of this run`]);
  }
  const stale = run.state.stale.get(original);
  if (stale) throw staleBy(effect, definition, stale);
}

/** Puts on record that an original may hold what its replacement lacks; gives what stops the plan by it. */
export async function replacementStale<S>(
  effect: EffectAct<S>,
  definition: EffectOf<S, 'destructive'>,
  findings: readonly string[],
): Promise<PlanStopped> {
  const { run, input } = effect;
  const { original } = definition.verdict(input);
  // Once somebody may have written on the original, no later look makes the replacement its equal again.
  if (!run.state.stale.has(original)) await run.append({ t: 'stale', plan: run.plan.name, original, findings });
  return staleBy(effect, definition, findings);
}

function staleBy<S>(
  { run, input }: EffectAct<S>,
  definition: EffectOf<S, 'destructive'>,
  findings: readonly string[],
): PlanStopped {
  const { original, replacement } = definition.verdict(input);
  return new PlanStopped(problem('replacement-stale', { original, replacement, findings, since: writtenAt(run) }));
}

/** What goes with an original. It may have to be waited for, so the last proof comes after it. */
function differencesOf<S>(
  { run, act, input, title }: EffectAct<S>,
  { differences }: EffectOf<S, 'destructive'>,
): Promise<readonly string[]> {
  return differences
    ? retryRead(run.ports, title, () => differences(run.context(act.key), input))
    : Promise.resolve([]);
}

async function say<S>({ run, act }: EffectAct<S>, texts: readonly string[]): Promise<void> {
  for (const text of texts) run.context(act.key).announce(text);
  await run.announced();
}

// Of a proof and what is only reported, asked right after it, the answers are there by then.
const provenMs = 5_000;

/** What is asked before a delete: what speaks against it, again and again, and once what is only reported. */
interface Asking {
  readonly original: string;
  ask(): Promise<Proof>;
  askDifferences(): Promise<void>;
}

/** Asks until nothing is pending, and then what only something made for it can show; what stands in the way now is asked last. */
async function proveWith<S>(
  effect: EffectAct<S>,
  definition: EffectOf<S, 'destructive'>,
  { original, ask, askDifferences }: Asking,
): Promise<Proof> {
  const { run, act, input, title } = effect;
  const { evidence } = definition;
  const call = evidence?.makes(input);
  const { clock } = run.ports;
  let proving = evidence && call ? { call, evidence } : undefined;
  for (let first = true; ; first = false) {
    const proof = await settledProof(run, { key: act.key, kind: definition.type }, ask);
    if (proof.findings.length > 0) return proof;
    const provenAt = clock.now();
    if (first) await askDifferences();
    const made = proving && (await evidenceFor(effect, original, proving));
    if (!proving || made === undefined) {
      if (isRecent(clock, provenAt, provenMs * clock.speed)) return proof;
      // What nothing shows now nothing shows later.
      proving = undefined;
      continue;
    }
    const { shows } = proving.evidence;
    const madeAt = clock.now();
    const shown = await retryRead(run.ports, title, () => shows(run.context(act.key), input, made));
    await run.announced();
    if (shown.findings.length > 0) return shown;
    const last = await ask();
    if (last.findings.length > 0) return last;
    if (!last.pending && isRecent(clock, madeAt, freshMs)) return last;
  }
}

/** What a delete is proven by; undefined where nothing that is made of the original shows anything any more, which is said. */
async function evidenceFor<S>(
  effect: EffectAct<S>,
  original: string,
  { call, evidence }: { readonly call: StepCall; readonly evidence: Evidence<S, unknown> },
): Promise<unknown> {
  try {
    return await obtainEvidence(effect, original, { call, evidence });
  } catch (error) {
    const { run, act, input, title } = effect;
    const { may } = evidence;
    if (!(error instanceof PlanStopped) || !may) throw error;
    if (await retryRead(run.ports, title, () => may(run.context(act.key), input))) throw error;
    return undefined;
  }
}

function writtenAt<S>(run: PlanRun<S>): string | undefined {
  const since = writtenSince(run.state);
  return since === undefined ? undefined : new Date(since).toISOString();
}

function both(own: Proof, other: Proof | undefined): Proof {
  return { ...own, findings: [...own.findings, ...(other?.findings ?? [])], pending: own.pending ?? other?.pending };
}

/** Discarded is what this run has made, and a copy of an original only while its data is seen to be elsewhere. */
async function proveDiscard<S>(effect: EffectAct<S>, definition: EffectOf<S, 'discard'>): Promise<Kept | undefined> {
  const { run, act, input, title } = effect;
  const id = definition.discards(input);
  const [made] = run.created.creatorsOf(id);
  if (!made) throw new PlanStopped(problem('not-ours-to-discard', { id }));
  const copied = effectWith(run.ports.registry, made, 'additive')?.copies?.(made.input);
  const ofItself = async () => (await definition.prove?.(run.context(act.key), input)) ?? { findings: [] };
  const proof = await settledProof(run, { key: act.key, kind: definition.type }, async (): Promise<Proof> => {
    const own = await retryRead(run.ports, title, ofItself);
    if (!copied || own.findings.length > 0 || own.pending) return own;
    const elsewhere = await heldElsewhere(effect, copied);
    return elsewhere.gone ? { ...elsewhere, findings: [], pending: mayBeUnseen(elsewhere) } : elsewhere;
  });
  if (proof.findings.length === 0) return undefined;
  if (!proof.gone && !proof.inUse && !isUnwinding(run))
    throw new PlanStopped(problem('proof-failed', { title, findings: proof.findings }));
  const told = proof.findings.join('; ');
  if (proof.inUse) return { keep: told, made };
  const keep = proof.gone ? `${told}: this may be the last copy` : `it may be the last copy that can be read: ${told}`;
  return { keep, made };
}

/** A NotFound of something that is there may be shown for a while; what is gone for good is gone for longer. */
const mayBeUnseen = ({ findings }: Proof): Pending => ({ why: findings.join('; '), withinMs: unseenMs });

const isUnwinding = <S>(run: PlanRun<S>) => run.state.unwinding?.over === false;

/** Whether what was copied from an original can be had without the copy: from its replacement, or from the original itself. */
async function heldElsewhere<S>(
  { run, guard, act }: EffectAct<S>,
  { original, anew }: { readonly original: string; readonly anew?: true },
): Promise<Proof> {
  const replaced = isUnwinding(run) ? undefined : await proofOfReplacement(run, act.key, original);
  if (replaced?.verdict.status === 'SUCCESSFUL') return replaced;
  const deleted = deletedOriginals(run.ports.registry, run.state).includes(original);
  const lost = deleted ? [`${original} is gone`] : await guard.lost(original);
  if (lost.length > 0) return { findings: lost, gone: true };
  return { findings: anew ? await guard.unreadable([original]) : [] };
}
