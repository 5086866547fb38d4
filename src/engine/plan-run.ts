import type { Plan } from '../contract/plan.ts';
import type { Entry, Key } from '../contract/record.ts';
import type { EffectDefinition, Observation, StepContext } from '../contract/step.ts';
import { problem } from '../errors/index.ts';
import { PlanCommands } from './commands.ts';
import { type Instant, instantOf } from './margin.ts';
import type { Moment } from './patience.ts';
import type { Ports } from './ports.ts';
import type { Asker } from './retry.ts';
import { SharedProofs } from './shared-proofs.ts';
import type { CreatedIndex } from './state/created.ts';
import { insideCutOver } from './state/cut-over.ts';
import { apply } from './state/fold.ts';
import type { FoundIndex } from './state/found.ts';
import { keyText, tokenOf } from './state/key.ts';
import { refuseIllegal } from './state/legal.ts';
import { ownStep } from './state/own-steps.ts';
import { type Phase, type PlanState, planOf, type RunState } from './state/run-state.ts';
import { PlanStopped } from './stops.ts';

/** One plan under way: its frozen text, its state so far, and the way to add to it. */
export class PlanRun<S> {
  readonly plan: Plan;
  readonly state: PlanState;
  readonly ports: Ports<S>;
  readonly run: RunState;
  /** What all plans of the run have created. */
  readonly created: CreatedIndex<S>;
  /** What all plans of the run have found, and so claim. */
  readonly found: FoundIndex<S>;
  /** Disruptive effects that were sent and have no outcome yet, by key. */
  private readonly inFlight = new Map<string, { settled: Promise<void>; settle: () => void }>();
  /** How the target is expected to look now; ahead of the journal while neighbours of a step end side by side. */
  expected: Observation | undefined;
  /** Since when this process sees what happens to the target. */
  readonly watchedSince: Instant;
  /** The first time by the clock of whoever is called that this process was asked about, in ms. */
  private toldFirst: number | undefined;
  /** It is bringing the target back, and has not seen it back yet: until it is, nothing else can serve. */
  bringsBack = false;
  /** When all that was read was last found unchanged, as a whole, in ms. */
  renewedAt = 0;
  /** How often all was read again, since it was not so any more. */
  timesReadAgain = 0;
  /** Whether this process has put anything on record of it. */
  hasWorked = false;
  /** What is sent once more although it is on its way, by key. */
  private readonly insisting = new Set<string>();
  /** What speaks for or against all pairs in common, as it was just asked. */
  readonly proofs: SharedProofs;
  /** What this process has made to prove deletes by, by key: what an earlier one made does not show what was done in between. */
  readonly evidenceMade = new Set<string>();
  private readonly commands: PlanCommands<S>;
  /** Of which originals this process has asked the platform's history, when, and how that ends. */
  readonly recalled = new Map<string, { readonly at: number; readonly asked: Promise<void> }>();
  private told: Promise<void>[] = [];

  constructor(
    plan: Plan,
    run: RunState,
    { created, found }: { readonly created: CreatedIndex<S>; readonly found: FoundIndex<S> },
    ports: Ports<S>,
  ) {
    this.plan = plan;
    this.run = run;
    this.created = created;
    this.found = found;
    this.ports = ports;
    this.watchedSince = instantOf(ports);
    this.proofs = new SharedProofs(ports.clock);
    this.state = planOf(run, plan.name);
    this.commands = new PlanCommands(this);
    this.expected = this.state.expected;
  }

  /** The first time that it was given, in ms: what was before this process was not later. */
  firstThere(there: number | undefined): number | undefined {
    this.toldFirst ??= there;
    return this.toldFirst;
  }

  /** Resolves when the entry is on disk and part of the state. */
  async append(entry: Entry): Promise<void> {
    const at = this.ports.clock.now();
    if (entry.t === 'observed') this.expected = entry.observation;
    // What could not be read again must not be written.
    refuseIllegal(this.run, entry);
    if (this.ports.journal.full) this.refuseNew(entry);
    await this.ports.journal.append(entry);
    apply(this.run, entry, at);
    this.hasWorked ||= entry.t !== 'command';
    const phase = 'key' in entry && entry.key ? this.phase(entry.key) : undefined;
    if (phase) this.created.note(phase);
    this.ports.emit({ type: 'record', entry, at });
  }

  /** The room that is left on a full disk is for what brings the target back, and for what lets go of it. */
  private refuseNew(entry: Entry): void {
    const key = entry.t === 'intent' || entry.t === 'write-point' ? entry.key : null;
    if (!key || key.undo !== undefined || key.step === ownStep.release || key.step === ownStep.halt) return;
    // What can't be taken back any more is back where it goes to its end.
    const onlyForward = this.state.writePoint !== undefined || this.state.turned !== undefined;
    const serves = !insideCutOver(this.plan, this.ports.registry, this.state);
    if (this.bringsBack || this.state.unwinding?.over === false || (onlyForward && !serves)) return;
    throw new PlanStopped(problem('disk-full', { target: this.plan.target.id }));
  }

  /** The context in which the step of `key` works. */
  context(key: Key): StepContext<S> {
    const { aws, clock, signal } = this.ports;
    return {
      aws,
      clock,
      signal,
      run: this.run.run,
      plan: this.plan.name,
      target: this.plan.target,
      stepTypes: this.plan.steps.flatMap((step) => (step.kind === 'use' ? [step.uses] : [])),
      tags: Object.entries(this.plan.tags ?? {}).map(([key, value]) => ({ key, value })),
      token: tokenOf(this.run.run, key),
      stillOurs: () => this.ports.journal.stillOurs(),
      commands: this.commands.of(key),
      sentAt: this.phase(key)?.sentAt,
      unanswered: this.phase(key)?.unanswered ?? [],
      isOurs: (id) => this.created.creatorsOf(id).length > 0,
      insists: this.insists(key),
      announce: (text) => {
        const known = this.state.announcements.some((one) => one.step === key.step && one.text === text);
        if (known) return;
        const written = this.append({ t: 'announced', plan: this.plan.name, step: key.step, text });
        // Whoever waits in `announced` hears of a failure; until then nobody does, which would end the process.
        written.catch(() => {});
        this.told.push(written);
      },
    };
  }

  /** Where the plan stands now; `effect`: the one that met an error, or is asked about. */
  moment(effect?: EffectDefinition<S, unknown, unknown>): Moment {
    const disruptive = effect?.hazard === 'disruptive' ? effect : undefined;
    const serves = disruptive?.serves === true;
    const inside = insideCutOver(this.plan, this.ports.registry, this.state);
    const onlyWay = this.bringsBack || (inside && this.state.turned !== undefined);
    // A target that is down does not wait for a tag.
    if (onlyWay && effect?.type === this.ports.registry.target(this.plan.target.type)?.claim) return 'serving';
    if (onlyWay) return disruptive?.servesWithout ? 'serving' : serves ? 'start back' : 'back';
    return inside ? (serves ? 'start' : 'cut-over') : 'serving';
  }

  /** Who asks on behalf of this plan, or of this effect of it. */
  asker(title: string, effect?: EffectDefinition<S, unknown, unknown>): Asker {
    const plan = this.plan.name;
    return {
      moment: () => this.moment(effect),
      tell: ({ code, message }, inMs) =>
        this.ports.emit({ type: 'question.retried', plan, title, code, message, inMs }),
    };
  }

  /** It has been on its way for so long that the plan has it sent once more. */
  insistOn(key: Key): void {
    this.insisting.add(keyText(key));
  }

  insists(key: Key): boolean {
    return this.insisting.has(keyText(key));
  }

  /** Resolves when all that was announced is on disk. */
  async announced(): Promise<void> {
    const told = this.told;
    this.told = [];
    await Promise.all(told);
  }

  /** Counts a disruptive effect as in flight until it is settled. */
  markInFlight(key: Key): void {
    let settle = () => {};
    const settled = new Promise<void>((resolve) => {
      settle = resolve;
    });
    this.inFlight.set(keyText(key), { settled, settle });
  }

  /** It has an outcome, or is about to be looked at and sent again. */
  markSettled(key: Key): void {
    this.inFlight.get(keyText(key))?.settle();
    this.inFlight.delete(keyText(key));
  }

  /** Resolves when no disruptive effect of this plan is in flight. */
  async waitUntilIdle(): Promise<void> {
    while (this.inFlight.size) await Promise.all([...this.inFlight.values()].map((one) => one.settled));
  }

  phase(key: Key): Phase | undefined {
    return this.state.phases.get(keyText(key));
  }
}
