import type { Key } from '../../contract/record.ts';
import type { DisruptiveEffect, Observation, StepCall, TargetType } from '../../contract/step.ts';
import { problem } from '../../errors/index.ts';
import { mayBegin, waitForWindow } from '../gates/gates.ts';
import type { PlanRun } from '../plan-run.ts';
import { ask } from '../retry.ts';
import { cutOverBegunAt, failedInDoubt, inFlight, insideCutOver } from '../state/cut-over.ts';
import { ownStep } from '../state/own-steps.ts';
import { pairsOf, standingOf } from '../state/pairs.ts';
import { PlanStopped } from '../stops.ts';
import { differences } from './drift.ts';
import { claimedBy, readsOf } from './reads.ts';

/** What was seen of the target, and what that means for the pairs this run moves. */
export interface Sighting {
  readonly observation: Observation;
  readonly running: boolean;
  readonly on: readonly string[];
  readonly standing: 'originals' | 'replacements' | 'mixture';
  /** Of the target and its originals, those that are gone. */
  readonly missing: readonly string[];
  /** Of what it holds, what is on its way in or out. */
  readonly unsettled: readonly string[];
}

// Items of one step arrive together; one look serves them all, but none serves a later step.
const freshMs = 5_000;

/** Stands before every disruptive effect: looks at the target again and lets the effect go out only on what it expects. */
export class Guard<S> {
  private readonly run: PlanRun<S>;
  private readonly target: TargetType<S>;
  private last: { at: number; sighting: Promise<Sighting> } | undefined;

  constructor(run: PlanRun<S>) {
    const target = run.ports.registry.target(run.plan.target.type);
    if (!target) throw new Error(`unknown target type ${run.plan.target.type}`);
    this.run = run;
    this.target = target;
  }

  /** The step types that claim and release this target. */
  get steps(): { claim: string; release: string } {
    return { claim: this.target.claim, release: this.target.release };
  }

  /** Forgets what was seen: something of ours has just changed the target. */
  forget(): void {
    this.last = undefined;
  }

  /** Looks at the target. Throws when another run has claimed it or an original. */
  async look(): Promise<Sighting> {
    const { run, target } = this;
    const claimed = this.claimed();
    const {
      observation,
      claims,
      missing,
      exposed = [],
      unsettled = [],
    } = await ask(run.ports, `look at ${run.plan.target.id}`, () =>
      target.observe(run.context(this.key()), claimed, readsOf(run)),
    );
    const foreign = claims.filter((claim) => claim.run !== run.run.run && claim.run !== run.ports.replaceClaim);
    const { running, on } = target.serving(observation);
    const standing = standingOf(pairsOf(run.ports.registry, run.state), on);
    const sighting = { observation, running, on, standing, missing, unsettled };
    await this.noteExposed(exposed);
    if (!foreign.length) return sighting;
    await this.noteDrift(sighting);
    throw new PlanStopped(problem('target-claimed', { claims: foreign }));
  }

  /** What replaces it was made from how it was before: by the time of the proof it may look as if nobody had got in. */
  private async noteExposed(exposed: readonly { readonly original: string; readonly how: string }[]): Promise<void> {
    const { run } = this;
    if (run.state.unwinding?.over === false) return;
    const made = pairsOf(run.ports.registry, run.state).map((pair) => pair.original);
    for (const { original, how } of exposed) {
      if (!made.includes(original) || run.state.stale.has(original)) continue;
      await run.append({ t: 'stale', plan: run.plan.name, original, findings: [how] });
    }
  }

  /** What is seen before another run is given way to: by the time that it is gone, it may look as if nothing had been. */
  private async noteDrift(sighting: Sighting): Promise<void> {
    const { run } = this;
    const { registry } = run.ports;
    if (!run.expected || run.state.unwinding?.over === false || !insideCutOver(run.plan, registry, run.state)) return;
    // What is on its way itself looks like a change.
    if (inFlight(registry, run.state) || failedInDoubt(registry, run.state)) return;
    try {
      await this.compare(sighting, true);
    } catch (error) {
      // A change is on record by now, and told when the claim is gone. A target in pieces is not: it is judged by the next look.
      if (!(error instanceof PlanStopped)) throw error;
    }
  }

  /** Resolves when a disruptive effect may go out now. */
  async pass(key: Key, definition: DisruptiveEffect<S, unknown, unknown>): Promise<void> {
    const { run } = this;
    await this.othersLanded(key);
    // Announced and not there: a process that died before it called has not begun anything.
    const begun = cutOverBegunAt(run.ports.registry, run.state, key) !== undefined;
    const sighting = key.undo === undefined ? await this.allowed(key, begun) : await this.fresh(undefined);
    if (key.undo !== undefined && key.step !== ownStep.halt) await this.allowUndo(sighting);
    if (definition.serves === true) this.allowStart(sighting, key.undo !== undefined);
  }

  /** Seen as expected, and inside the window: asked before the look and after it, since a look can take long. */
  private async allowed(key: Key, begun: boolean): Promise<Sighting> {
    for (;;) {
      if (!begun) await waitForWindow(this.run, key.step);
      const sighting = await this.fresh((seen) => this.compare(seen, begun));
      if (begun || mayBegin(this.run)) return sighting;
      this.forget();
    }
  }

  /** Compares the target with what this run left behind; what it means is decided here and nowhere else. */
  async compare(sighting: Sighting, begun: boolean): Promise<void> {
    const { run } = this;
    const { expected } = run;
    const target = run.plan.target.id;
    if (!expected) throw new Error('compared before anything was observed');
    const seen = differences(expected, sighting.observation, begun ? ['shape', 'life'] : ['shape']);
    // Past the write point nothing is taken back by itself any more, so what was seen once must not stop every resume.
    const takenBack = begun && run.state.writePoint === undefined;
    const found = takenBack ? [...new Set([...run.state.drift, ...seen])] : seen;
    if (!begun && this.target.serving(expected).running !== sighting.running) {
      found.push(
        `expected it ${sighting.running ? 'stopped' : 'running'}, found it ${sighting.running ? 'running' : 'stopped'}`,
      );
    }
    if (!found.length) {
      // Restarts before the cut-over are nobody's business; from here on every one counts.
      if (!begun) await run.append({ t: 'observed', plan: run.plan.name, observation: sighting.observation });
      return;
    }
    const { running, on, standing } = sighting;
    const pairs = pairsOf(run.ports.registry, run.state);
    const lived = differences(expected, sighting.observation, ['life']).length > 0;
    if (pairs.length && standing === 'replacements' && (running || lived)) {
      await run.append({ t: 'write-point', plan: run.plan.name, key: null, reason: found.join('; ') });
      await run.append({ t: 'observed', plan: run.plan.name, observation: sighting.observation });
      return;
    }
    const replaced = pairs.some((pair) => on.includes(pair.replacement));
    if (replaced && (running || lived)) {
      throw new PlanStopped(problem('target-in-pieces', { target, on, differences: found }));
    }
    // Who dies before the unwinding begins must not find it as it was, and go on with what was made before.
    if (takenBack && seen.length > 0) await run.append({ t: 'drifted', plan: run.plan.name, differences: found });
    throw new PlanStopped(problem('target-changed', { target, differences: found }));
  }

  /** The calls after which the target stands still. */
  halt(): readonly StepCall[] {
    return this.target.halt(this.run.plan.target.id, readsOf(this.run));
  }

  /** What speaks against the originals being readable now, one sentence each. */
  unreadable(): Promise<readonly string[]> {
    const { run, target } = this;
    return ask(run.ports, `look at the keys of ${run.plan.target.id}`, () =>
      target.unreadable(run.context(this.key()), readsOf(run)),
    );
  }

  /** Has nobody started the target since this run stopped it, as far as AWS shows? */
  neverRan(sighting: Sighting): boolean {
    const { expected } = this.run;
    return !sighting.running && expected !== undefined && !differences(expected, sighting.observation, ['life']).length;
  }

  private async allowUndo(sighting: Sighting): Promise<void> {
    const { run } = this;
    const pairs = pairsOf(run.ports.registry, run.state);
    const replaced = pairs.some((pair) => sighting.on.includes(pair.replacement));
    const differ = run.expected ? differences(run.expected, sighting.observation, ['life']) : [];
    if (replaced && (sighting.running || differ.length)) {
      await this.noteWrites(sighting, 'seen on a replacement while it was taken back');
      throw new PlanStopped(
        problem('target-in-pieces', { target: run.plan.target.id, on: sighting.on, differences: differ }),
      );
    }
  }

  /** True when the target is seen to run on all replacements: it may be written to, so the write point has passed, whoever let it. */
  async runsOnReplacements(): Promise<boolean> {
    const sighting = await this.look();
    const all = pairsOf(this.run.ports.registry, this.run.state).length > 0 && sighting.standing === 'replacements';
    if (!all || !sighting.running) return false;
    await this.noteWrites(sighting, 'found running on its replacements');
    return true;
  }

  /** A later look need not show it any more: who lets clients in can keep them out again. */
  private async noteWrites(sighting: Sighting, reason: string): Promise<void> {
    const { run } = this;
    if (run.state.writePoint !== undefined || !sighting.running) return;
    await run.append({ t: 'write-point', plan: run.plan.name, key: null, reason });
  }

  private allowStart(sighting: Sighting, undo: boolean): void {
    const wanted = undo ? sighting.standing === 'originals' : sighting.standing !== 'mixture';
    if (wanted) return;
    const error = problem('mixed-start', { target: this.run.plan.target.id, on: sighting.on });
    // What is being taken back can't be taken back.
    throw undo ? new PlanStopped(error, 'leave') : new PlanStopped(error);
  }

  /** Seen, and compared with what was expected at that moment: what neighbours have changed since is theirs. */
  private fresh(compare: ((sighting: Sighting) => Promise<void>) | undefined): Promise<Sighting> {
    const now = this.run.ports.clock.now();
    if (this.last && now - this.last.at < freshMs) return this.last.sighting;
    const sighting = this.look().then(async (seen) => {
      await compare?.(seen);
      return seen;
    });
    this.last = { at: now, sighting };
    return sighting;
  }

  /** An effect that comes late (a resend) waits for its neighbours, since a target half on its way can't be compared. */
  private async othersLanded(key: Key): Promise<void> {
    this.run.land(key);
    if (this.last && this.run.ports.clock.now() - this.last.at < freshMs) return;
    await this.run.idle();
  }

  private claimed(): readonly string[] {
    return claimedBy(this.run);
  }

  private key(): Key {
    return { plan: this.run.plan.name, step: ownStep.look, item: null, generation: 0 };
  }
}
