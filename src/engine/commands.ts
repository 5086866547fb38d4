import { clockOf } from '../contract/clock.ts';
import type { Plan } from '../contract/plan.ts';
import type { Entry, Key, Owner } from '../contract/record.ts';
import type { Commands, StepDefinition } from '../contract/step.ts';
import { Aborted, poll } from '../contract/wait.ts';
import { problem } from '../errors/index.ts';
import type { Ports } from './ports.ts';
import { itemsKnown } from './references.ts';
import { tokenOf } from './state/key.ts';
import { generationOf, type PlanState, type RunState } from './state/run-state.ts';

// A real process runs in real time, whatever the run's clock.
const wall = clockOf();
const lookEveryMs = 500;
// As a command of a living process is given between the two signals.
const graceMs = 2_000;
const killedWithinMs = 30_000;

/** What was started by an earlier process of this run. `until` in ms by the wall clock. */
interface Orphan {
  readonly key: Key;
  readonly process: Owner;
  readonly until: number | undefined;
}

/** Whose commands they are. */
interface Starter<S> {
  readonly plan: Plan;
  readonly state: PlanState;
  readonly run: RunState;
  readonly ports: Ports<S>;
  append(entry: Entry): Promise<void>;
}

/** The operator's commands of one plan, and those that an earlier process of the run has left behind. */
export class PlanCommands<S> {
  private readonly run: Starter<S>;
  /** By number: what this process has started ends with it, or is waited for by whoever started it. */
  private readonly ours = new Set<number>();
  /** An earlier process of the run has worked on the plan. */
  private readonly resumed: boolean;
  private left: Promise<void> | undefined;

  constructor(run: Starter<S>) {
    this.run = run;
    this.resumed = run.state.phases.size > 0;
  }

  /** The same for one key. */
  of(key: Key): Commands {
    return { alone: () => this.alone(key), started: (pid, until) => this.started(key, pid, until) };
  }

  private alone(key: Key): Promise<void> {
    // Nothing that an earlier process has started begins later: once it is over, it is.
    this.left ??= this.endLeftOver(key).catch((error: unknown) => {
      this.left = undefined;
      throw error;
    });
    return this.left;
  }

  private async started(key: Key, pid: number, until: number): Promise<void> {
    this.ours.add(pid);
    const process = await this.run.ports.processes.identityOf(pid);
    if (process) await this.run.append({ t: 'spawned', key, process, until });
  }

  private async endLeftOver(asker: Key): Promise<void> {
    if (!this.resumed) return;
    for (const orphan of await this.leftOver(asker)) await this.waitForEnd(orphan);
  }

  /** Throws for what can not be looked at from here. */
  private async leftOver(asker: Key): Promise<Orphan[]> {
    const { state, ports } = this.run;
    const found: Orphan[] = [];
    for (const { key, process, until, saidToHaveEnded } of state.commands) {
      if (this.ours.has(process.pid)) continue;
      const is = await ports.processes.isAlive(process);
      if (is === 'unknown' && !saidToHaveEnded) throw this.outOfSight(process);
      if (is === 'alive') found.push({ key, process, until });
    }
    const known = new Set([...this.ours, ...found.map(({ process }) => process.pid)]);
    const leaders = await this.startedOffRecord();
    return [
      ...found,
      ...leaders.filter(({ pid }) => !known.has(pid)).map((process) => ({ key: asker, process, until: undefined })),
    ];
  }

  /** Their process died between the start and the record of it. */
  private async startedOffRecord(): Promise<readonly Owner[]> {
    const { state, run, ports } = this.run;
    const sent = [...state.phases.values()].flatMap(({ key, uses, sentBy }) =>
      isCommand(ports.registry.step(uses)) && sentBy !== undefined && sentBy !== run.owner ? [{ key, sentBy }] : [],
    );
    for (const { sentBy } of sent)
      if ((await ports.processes.isAlive(sentBy)) === 'unknown') throw this.outOfSight(sentBy);
    const keys = [...sent.map(({ key }) => key), ...this.keysBeforeIntents()];
    const leaders = await ports.processes.leadersWith(
      'REKEY_TOKEN',
      keys.map((key) => tokenOf(run.run, key)),
    );
    const [first] = sent;
    if (!leaders && first) throw this.outOfSight(first.sentBy);
    return leaders ?? [];
  }

  /** A verification has no intent, nor has a command whose probe is asked first: what they start may be all that there is of them. */
  private keysBeforeIntents(): Key[] {
    const { plan, state, ports } = this.run;
    return plan.steps.flatMap((step) => {
      if (step.kind !== 'use') return [];
      const definition = ports.registry.step(step.uses);
      if (definition?.kind !== 'verify' && !isCommand(definition)) return [];
      return (itemsKnown(plan, state, step) ?? []).flatMap(({ id: item }) =>
        [...Array(generationOf(state, step.id, item) + 1).keys()].map((generation) => ({
          plan: plan.name,
          step: step.id,
          item,
          generation,
        })),
      );
    });
  }

  private outOfSight({ host, pid }: Owner) {
    return problem('command-out-of-sight', { run: this.run.run.run, host, pid });
  }

  private async waitForEnd(orphan: Orphan): Promise<void> {
    const { process } = orphan;
    const name = `process ${process.pid} on ${process.host}, which an earlier process of this run has started for it,`;
    const until = orphan.until ?? wall.now();
    if (until > wall.now()) {
      await this.tell(orphan, `${name} still ran: waited for its end until ${new Date(until).toISOString()}`);
      if (await this.endsUntil(process, until)) return;
    }
    const { signalGroup } = this.run.ports.processes;
    await this.tell(orphan, `${name} did not end in its time, and was ended`);
    await signalGroup(process, 'SIGTERM');
    if (await this.endsUntil(process, wall.now() + graceMs)) return;
    await signalGroup(process, 'SIGKILL');
    if (await this.endsUntil(process, wall.now() + killedWithinMs)) return;
    throw problem('command-not-ended', { run: this.run.run.run, host: process.host, pid: process.pid });
  }

  private tell({ key }: Orphan, text: string): Promise<void> {
    return this.run.append({ t: 'announced', plan: this.run.plan.name, step: key.step, text });
  }

  private async endsUntil(process: Owner, until: number): Promise<boolean> {
    const { processes, signal } = this.run.ports;
    const end = await poll<boolean>({ clock: wall, signal }, lookEveryMs, async (askedAt) => {
      if ((await processes.isAlive(process)) !== 'alive') return { done: true };
      return askedAt < until ? { again: true } : { done: false };
    });
    if (end === 'aborted') throw new Aborted('the wait for a command was interrupted');
    return end.done;
  }
}

function isCommand<S>(definition: StepDefinition<S> | undefined): boolean {
  return definition?.kind === 'effect' && definition.call === 'none';
}
