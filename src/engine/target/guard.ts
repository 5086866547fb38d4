import { isRecent } from '../../contract/clock.ts';
import type { Key } from '../../contract/record.ts';
import { unseenMs } from '../../contract/settle.ts';
import type { DisruptiveEffect, Observation, StepCall, StepContext, TargetType } from '../../contract/step.ts';
import { Waiting } from '../../contract/wait.ts';
import { problem } from '../../errors/index.ts';
import { mayBegin, waitForWindow } from '../gates/window.ts';
import { instantOf, isShownBy } from '../margin.ts';
import type { PlanRun } from '../plan-run.ts';
import { retryRead } from '../retry.ts';
import { cutOverBegunAt, failedInDoubt, inFlight, insideCutOver } from '../state/cut-over.ts';
import { ownStep } from '../state/own-steps.ts';
import { type ActiveSide, activeSideOf, pairsOf } from '../state/pairs.ts';
import { PlanStopped } from '../stops.ts';
import { unseenBeatMs, waitFor, waitUntil } from '../wait.ts';
import { type Drift, differences, driftOf, hasLived, mayStart, type TargetState, undoForbiddenBy } from './drift.ts';
import { type Claims, type Look, lookAt, lookKey, recordLived, recordObservation, recordWrites } from './observe.ts';
import { originalsOf, readsOf } from './reads.ts';
import {
  type Change,
  changeOf,
  changesSeen,
  mayReadAgain,
  readAgain,
  refuse,
  renew,
  tell,
  textsOf,
} from './surroundings.ts';

// Items of one step arrive together; one look serves them all, but none serves a later step.
const freshMs = 2_000;

// AWS takes a signed request for five minutes (General Reference, "Elements of an AWS API request signature").
const signatureMs = 5 * 60_000;

/**
 * A runner that was silent may only have slept, with a call signed. Until that can't arrive any more, and AWS can't hide any more
 * that it has, nothing of the target is touched.
 */
async function waitOutTakeOver<S>(planRun: PlanRun<S>, step: string, ask: () => Promise<unknown>): Promise<void> {
  const { run, ports, plan } = planRun;
  if (run.takenOverAt === undefined) return;
  for (;;) {
    // Where AWS tells its time the runner's own, which may be set, says nothing: each answer tells it anew.
    const { here, there } = instantOf(ports);
    const began = run.takenOverBy ?? planRun.firstThere(there);
    const passedMs = there === undefined || began === undefined ? here - run.takenOverAt : there - began;
    const leftMs = signatureMs + unseenMs - passedMs;
    if (leftMs <= 0) return;
    ports.emit({ type: 'gate.waiting', plan: plan.name, step, gate: 'take-over', until: here + leftMs });
    await waitUntil(ports, here + leftMs);
    await ask();
  }
}

// A claim that was taken off may still be shown for as long as AWS shows the past.
const newcomersYieldMs = 2 * unseenMs;

/** What was asked of the target for whoever wants to know it soon. */
interface Asked {
  readonly at: number;
  readonly look: Promise<Look>;
  readonly changes: Promise<readonly Change[]>;
}

type Compare = (state: TargetState, changes: readonly Change[]) => Promise<void>;

/** Stands before every disruptive effect: looks at the target again and lets the effect go out only on what it expects. */
export class Guard<S> {
  private readonly run: PlanRun<S>;
  private readonly target: TargetType<S>;
  private readonly renew: ((guard: Guard<S>) => Promise<TargetState | undefined>) | undefined;
  private lastClaims: (Claims & { readonly at: number }) | undefined;
  private last: { at: number; state: Promise<TargetState> } | undefined;
  private asked: Asked | undefined;
  /** On the way back: how the target was seen, with what was seen done since. */
  private seenOnWayBack: Observation | undefined;

  /** `renew`: puts the claim back where it does not stand any more, and gives what was seen after that; undefined when it stands. */
  constructor(run: PlanRun<S>, renew?: (guard: Guard<S>) => Promise<TargetState | undefined>) {
    const target = run.ports.registry.target(run.plan.target.type);
    if (!target) throw new Error(`unknown target type ${run.plan.target.type}`);
    this.run = run;
    this.target = target;
    this.renew = renew;
    target.recall?.(run.ports.aws, run.state.sightings);
  }

  /** The step types that claim and release this target. */
  get steps(): { claim: string; release: string } {
    return { claim: this.target.claim, release: this.target.release };
  }

  /** Forgets what was seen: something of ours has just changed the target. */
  forget(): void {
    this.last = undefined;
    this.asked = undefined;
  }

  /**
   * Asks now what is to be known right before a disruptive effect goes out, so that the effect's own look leaves in the same calls.
   * Whoever passes within the next two seconds is answered by this.
   */
  askAhead(key: Key): void {
    const { run } = this;
    const isAsked = this.asked && isRecent(run.ports.clock, this.asked.at, freshMs);
    if (!run.expected || isAsked || (this.last && isRecent(run.ports.clock, this.last.at, freshMs))) return;
    const at = run.ports.clock.now();
    const look = this.lookOnce();
    // On the way back nothing is compared with what was read.
    const changes = key.undo === undefined ? changesSeen(run, this.asksForKeys()) : Promise.resolve([]);
    // Whoever passes hears of it; where nobody does, nothing was decided by it.
    for (const answer of [look, changes]) answer.catch(() => {});
    this.asked = { at, look, changes };
  }

  /** What was asked ahead, once, while it is of now. */
  private takeAsked(): Asked | undefined {
    const { asked } = this;
    this.asked = undefined;
    return asked && isRecent(this.run.ports.clock, asked.at, freshMs) ? asked : undefined;
  }

  /** Looks at the target, whoever claims it. */
  async seen(): Promise<TargetState> {
    return (await this.lookOnce()).state;
  }

  /** What a look of the last minutes has shown of the claims. Throws when another run has claimed it or an original. */
  async claims(): Promise<Claims & { readonly at: number }> {
    const known = this.lastClaims;
    if (known && isRecent(this.run.ports.clock, known.at, unseenMs)) return known;
    await this.look();
    return this.lastClaims ?? { at: 0, foreign: [], replaced: [], unclaimed: [] };
  }

  /** Looks at the target. Throws when another run has claimed it or an original. */
  async look(asked?: Asked): Promise<TargetState> {
    const { state, claims } = await this.lookPastNewcomers(asked);
    await recordLived(this.run, state);
    if (!claims.foreign.length) return state;
    await this.recordDrift(state);
    throw new PlanStopped(problem('target-claimed', { claims: claims.foreign }));
  }

  /**
   * Looks at the target, and puts back the claim of this run where it does not stand any more. `compare` is given what has changed of
   * what it was read in, by the same answers.
   */
  async lookAsClaimant(compare?: Compare): Promise<TargetState> {
    const asked = this.takeAsked();
    const around = compare ? (asked?.changes ?? changesSeen(this.run, this.asksForKeys())) : [];
    const [seen, changes] = await Promise.all([this.look(asked), around]);
    await compare?.(seen, changes);
    const since = await this.renew?.(this);
    if (since) await compare?.(since, changes);
    return since ?? seen;
  }

  /**
   * Who comes to a target that this run has taken out of service did not see its claim, sees it as soon as he has put on his own,
   * and takes that off again. So the target is not left as it stands for it, unless the claim of this run has gone meanwhile.
   */
  private async lookPastNewcomers(asked: Asked | undefined): Promise<Look> {
    const { run } = this;
    const waiting = new Waiting(run.ports.clock);
    let first = asked;
    return waitFor<Look>(run.ports, unseenBeatMs, async (now) => {
      const askedAt = first?.at ?? now;
      const waitedMs = waiting.soFar();
      const look = await (first?.look ?? this.lookOnce());
      first = undefined;
      const { foreign, unclaimed } = look.claims;
      if (foreign.length > 0 && foreign.every(({ on }) => unclaimed.includes(on)) && this.mayBeUnclaimed(askedAt))
        return { again: true };
      const comesAnew = foreign.length > 0 && foreign.every(({ on }) => !unclaimed.includes(on));
      if (!comesAnew || waitedMs >= newcomersYieldMs || !this.isOutAsLeft(look.state)) return { done: look };
      const { announce } = run.context(lookKey(run));
      for (const { run: other, on } of foreign)
        announce(
          `${on} is also claimed by run ${other} while it is out of service: rekey waits until that run releases its claim`,
        );
      await run.announced();
      return { again: true };
    });
  }

  /** Has this run put its claim on so lately that a look asked then may show how it was before: unclaimed, or still another run's? */
  private mayBeUnclaimed(askedAt: number): boolean {
    const { ports, state } = this.run;
    return [...state.phases.values()].some(({ key, sent, sentAt: here = 0, sentAtThere: there }) => {
      return key.step === ownStep.claim && sent > 0 && !isShownBy(ports, { here, there }, askedAt);
    });
  }

  /** Is the target out of service by this run and as that has left it, or being brought back? */
  private isOutAsLeft(seen: TargetState): boolean {
    const { plan, ports, state, expected } = this.run;
    if (state.unwinding?.over === false) return true;
    return (
      insideCutOver(plan, ports.registry, state) && expected !== undefined && this.driftOf(seen, true).do === 'go on'
    );
  }

  private async lookOnce(): Promise<Look> {
    const at = this.run.ports.clock.now();
    const look = await lookAt(this.run, this.target);
    this.lastClaims = { ...look.claims, at };
    return look;
  }

  /** Record drift before yielding to another run's claim: the evidence may be gone once that claim is released. */
  private async recordDrift(state: TargetState): Promise<void> {
    const { run } = this;
    const { registry } = run.ports;
    if (!run.expected || run.state.unwinding?.over === false || !insideCutOver(run.plan, registry, run.state)) return;
    // What is on its way itself looks like a change.
    if (inFlight(registry, run.state) || failedInDoubt(registry, run.state)) return;
    // A change is on record by now, and told when the claim is gone. A target in pieces is not: it is judged by the next look.
    await this.record(this.driftOf(state, true), state, true);
  }

  /** Waits for what has to be waited for before a disruptive effect, and takes no look to know. */
  async wait(key: Key): Promise<void> {
    await waitOutTakeOver(this.run, key.step, () => this.lookOnce());
    await this.waitForSiblings(key);
    const begun = cutOverBegunAt(this.run.ports.registry, this.run.state, key) !== undefined;
    if (key.undo === undefined && !begun && !this.run.insists(key)) await this.waitToBegin(key);
  }

  /** Resolves when a disruptive effect may go out now. `ready` is asked inside the window, and throws where it must not. */
  async pass(
    key: Key,
    definition: DisruptiveEffect<S, unknown, unknown>,
    ready: () => Promise<void> = async () => {},
  ): Promise<void> {
    const { run } = this;
    await waitOutTakeOver(run, key.step, () => this.lookOnce());
    await this.waitForSiblings(key);
    // Announced and not there: a process that died before it called has not begun anything.
    const begun = cutOverBegunAt(run.ports.registry, run.state, key) !== undefined;
    const undo = key.undo !== undefined;
    const state = undo ? await this.fresh(undefined) : await this.allowed(key, begun, ready);
    this.seenOnWayBack = undo ? state.observation : undefined;
    if (undo && key.step !== ownStep.halt) await this.allowUndo(state);
    if (definition.serves === true && !mayStart(state, undo, pairsOf(run.ports.registry, run.state))) {
      const error = problem('mixed-start', { target: run.plan.target.id, on: state.on });
      // What is being taken back can't be taken back.
      throw undo ? new PlanStopped(error, 'leave') : new PlanStopped(error);
    }
  }

  /** A window can be waited for for days: in it all that was read is taken again. */
  private async waitToBegin({ step }: Key): Promise<void> {
    await waitForWindow(this.run, step);
    await renew(this.run);
  }

  /** Seen as expected, and inside the window: asked before the look and after it, since a look can take long. */
  private async allowed(key: Key, begun: boolean, ready: () => Promise<void>): Promise<TargetState> {
    // What is on its way already can't wait for the next window.
    const inWindow = begun || this.run.insists(key);
    for (;;) {
      if (!inWindow) await this.waitToBegin(key);
      await ready();
      const state = await this.fresh((seen, changes) => this.compare(seen, begun, changes));
      if (inWindow || mayBegin(this.run)) return state;
      this.forget();
    }
  }

  /** Compares the target with what this run left behind, and `changes` of what it was read in, and obeys what that means. */
  async compare(state: TargetState, begun: boolean, changes: readonly Change[] = []): Promise<void> {
    const drift = this.driftOf(state, begun);
    const found = [...('differences' in drift ? drift.differences : []), ...textsOf(changes)];
    if (found.length && mayReadAgain(this.run)) readAgain(this.run, found);
    const stop = await this.record(drift, state, begun);
    if (stop) throw stop;
    await tell(this.run, changes);
    // What is taken apart is put together again either way, and forward nothing of others is in it.
    if (state.activeSide === 'originals') refuse(this.run, changes);
  }

  private driftOf(state: TargetState, begun: boolean): Drift {
    const { run, target } = this;
    if (!run.expected) throw new Error('compared before anything was observed');
    return driftOf(
      {
        observation: run.expected,
        running: target.serving(run.expected).running,
        pairs: pairsOf(run.ports.registry, run.state),
        begun,
        writePointPassed: run.state.writePoint !== undefined,
        drift: run.state.drift,
      },
      state,
    );
  }

  /** Puts on record what a later look need not show any more; gives why the plan has to stop, if it has to. */
  private async record(drift: Drift, state: TargetState, begun: boolean): Promise<PlanStopped | undefined> {
    const { run } = this;
    const target = run.plan.target.id;
    switch (drift.do) {
      case 'go on':
        if (!begun) await recordObservation(run, state.observation);
        return undefined;
      case 'write point passed':
        await recordWrites(run, drift.differences.join('; '));
        await recordObservation(run, state.observation);
        return undefined;
      case 'stop':
        return new PlanStopped(problem('target-in-pieces', { target, on: state.on, differences: drift.differences }));
      case 'unwind':
        if (drift.record) {
          await run.append({ t: 'drifted', plan: run.plan.name, differences: drift.differences });
          // Should this process die before it looks again, this is what is known of the target.
          await run.append({ t: 'looked', plan: run.plan.name, observation: state.observation });
        }
        return new PlanStopped(changeOf(run, drift.differences));
    }
  }

  /**
   * How the target stands when one more effect was seen done on the way back, where that is not as expected: nothing is compared there,
   * so what is expected was not seen. `expect`: what the effect makes of an observation.
   */
  strayedAfter(expected: Observation, expect: (observation: Observation) => Observation): Observation | undefined {
    if (!this.seenOnWayBack) return undefined;
    this.seenOnWayBack = expect(this.seenOnWayBack);
    return differences(expected, this.seenOnWayBack, ['shape', 'life']).length > 0 ? this.seenOnWayBack : undefined;
  }

  /** The calls after which the target stands still. */
  halt(): readonly StepCall[] {
    return this.target.halt(this.run.plan.target.id, readsOf(this.run));
  }

  /** What a start that came to nothing has left: how it has lived since is expected from now on. */
  async recordStoppedTarget(): Promise<void> {
    const { observation, running } = (await lookAt(this.run, this.target)).state;
    if (!running) await recordObservation(this.run, observation);
  }

  /** What speaks against these originals being readable now, one sentence each; all of them, when none are named. */
  unreadable(originals = originalsOf(this.run)): Promise<readonly string[]> {
    return this.ask('keys', (ctx, reads) => this.target.unreadable(ctx, reads, originals));
  }

  /** What speaks against the data of an original being there now, one sentence each. */
  async lost(original: string): Promise<readonly string[]> {
    const { lost } = this.target;
    if (lost) return this.ask('originals', (ctx) => lost(ctx, [original]));
    return (await this.seen()).missing.includes(original) ? [`${original} is gone`] : [];
  }

  /** What speaks against putting the originals back now, one sentence each. */
  unrestorable(): Promise<readonly string[]> {
    const { run, target } = this;
    const pairs = pairsOf(run.ports.registry, run.state);
    const { unrestorable } = target;
    return unrestorable ? this.ask('originals', (ctx, reads) => unrestorable(ctx, reads, pairs)) : this.unreadable();
  }

  /** The calls that take off what of the pairs stands at a wrong place of the target itself. */
  misplaced(): Promise<readonly StepCall[]> {
    const { run, target } = this;
    const pairs = pairsOf(run.ports.registry, run.state);
    return this.ask('places', async (ctx, reads) => (await target.misplaced?.(ctx, reads, pairs)) ?? []);
  }

  private ask<T>(about: string, question: (ctx: StepContext<S>, reads: readonly unknown[]) => Promise<T>): Promise<T> {
    const { run } = this;
    const title = `look at the ${about} of ${run.plan.target.id}`;
    return retryRead(run.ports, title, () => question(run.context(lookKey(run)), readsOf(run)), run.asker(title));
  }

  /** Has nobody started the target since this run stopped it, as far as AWS shows? */
  neverRan(state: TargetState): boolean {
    const { expected } = this.run;
    return !state.running && expected !== undefined && !hasLived(expected, state);
  }

  private async allowUndo(state: TargetState): Promise<void> {
    const { run } = this;
    const differences = undoForbiddenBy(run.expected, pairsOf(run.ports.registry, run.state), state);
    if (!differences) return;
    await this.noteWrites(state, 'seen on a replacement while it was taken back');
    throw new PlanStopped(problem('target-in-pieces', { target: run.plan.target.id, on: state.on, differences }));
  }

  /** True when the target is seen to run on all replacements: it may be written to, so the write point has passed, whoever let it. */
  async runsOnReplacements(): Promise<boolean> {
    const state = await this.look();
    const all = pairsOf(this.run.ports.registry, this.run.state).length > 0 && state.activeSide === 'replacements';
    if (!all || !state.running) return false;
    await this.noteWrites(state, 'found running on its replacements');
    return true;
  }

  /** A later look need not show it any more: who lets clients in can keep them out again. */
  private async noteWrites(state: TargetState, reason: string): Promise<void> {
    if (this.run.state.writePoint === undefined && state.running) await recordWrites(this.run, reason);
  }

  /** Seen, and compared with what was expected at that moment: what neighbours have changed since is theirs. */
  private fresh(compare: Compare | undefined): Promise<TargetState> {
    const { clock } = this.run.ports;
    if (this.last && isRecent(clock, this.last.at, freshMs)) return this.last.state;
    const at = clock.now();
    const state = this.lookAsClaimant(compare);
    this.last = { at, state };
    return state;
  }

  /** Keys are asked for while nothing is out of its place, unless that was done a moment ago. */
  private asksForKeys(): boolean {
    const { run } = this;
    const whole = !run.expected || this.sideOf(run.expected) === 'originals';
    return whole && !isRecent(run.ports.clock, run.renewedAt, freshMs);
  }

  private sideOf(observation: Observation): ActiveSide {
    return activeSideOf(pairsOf(this.run.ports.registry, this.run.state), this.target.serving(observation).on);
  }

  /** An effect that comes late (a resend) waits for its neighbours, since a target half on its way can't be compared. */
  private async waitForSiblings(key: Key): Promise<void> {
    this.run.markSettled(key);
    if (this.last && isRecent(this.run.ports.clock, this.last.at, freshMs)) return;
    await this.run.waitUntilIdle();
  }
}
