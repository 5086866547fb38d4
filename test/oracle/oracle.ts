import type { Plan } from '../../src/contract/plan.ts';
import type { JournalRecord } from '../../src/contract/record.ts';
import { unseenMs } from '../../src/contract/settle.ts';
import type { Command } from '../../src/engine/execute.ts';
import { LiveStatus } from '../../src/report/live-status.ts';
import type { Account, Call } from '../../src/simulator/account.ts';
import type { Action } from '../../src/simulator/action.ts';
import { registry } from '../../src/steps/registry.ts';
import type { Comparisons } from '../judge/comparisons.ts';
import type { Origin } from '../judge/origin.ts';
import type { Said } from '../judge/said.ts';
import { type Course, Facts } from './facts.ts';
import type { Deed, Situation } from './situation.ts';
import { type OracleKind, over, rowFor } from './table.ts';

/** A process of a run, as the oracle has to know it. */
export interface Party {
  readonly run: string;
  records(): readonly JournalRecord[];
}

/** Counts what truth could not decide, or on which the table is silent. */
export const unjudged = 'O.unjudged';
type Judge = (kind: OracleKind | typeof unjudged, holds: boolean, told: () => string) => void;

// Everything else only adds something, which each row allows.
const isJudged = (operation: string) =>
  /^((Start|Stop)Instances|(Attach|Detach|Delete)Volume|DeleteSnapshot)$/.test(operation);

// A guard's look counts for five seconds, and a call is on its way for as long as it takes.
const onItsWayMs = 30_000;

/** One target of a run, over all of its processes. */
interface Watched {
  readonly plan: Plan;
  readonly facts: Facts;
  typed: boolean;
  rollback: boolean;
  readonly party: Party;
  /** How many records there were at the end of its last process. */
  recorded: number;
  /** It has ended for good, or can't be judged any more. */
  over: boolean;
  live: { readonly party: Party; readonly status: LiveStatus<unknown>; taken: number } | undefined;
  before: Situation | undefined;
}

/**
 * The table oracle: before each changing call of ours, and at each end of a process, the one row of the table that truth and
 * facts leave decides what is right. Of the engine it reads only what would be said of the plan at that moment.
 */
export class Oracle {
  private readonly account: Account;
  private readonly known: { readonly origin: Origin; readonly comparisons: Comparisons };
  private readonly judge: Judge;
  private readonly watched = new Map<string, Watched>();
  private lastReadAt = Number.NEGATIVE_INFINITY;
  private old = false;

  constructor(account: Account, known: { readonly origin: Origin; readonly comparisons: Comparisons }, judge: Judge) {
    this.account = account;
    this.known = known;
    this.judge = judge;
  }

  /** To be called when a process begins to work on a plan, with what it was told to do. */
  begin(plan: Plan, party: Party, command: Command): void {
    if (!/^(ec2-instance|ebs-volume)$/.test(plan.target.type)) return;
    const key = `${party.run} ${plan.target.id}`;
    const facts = this.watched.get(key)?.facts ?? new Facts(this.account, this.known, plan, party.run);
    const rollback = command.command === 'rollback';
    const typed = (rollback && command.discardWrites) || (this.watched.get(key)?.typed ?? false);
    const known = this.watched.get(key);
    // A run whose journal has lost records knows less than it has said.
    const cut = known !== undefined && party.records().length < known.recorded;
    const over = cut || known?.over === true;
    const recorded = Math.max(known?.recorded ?? 0, party.records().length);
    this.watched.set(key, { plan, facts, party, recorded, typed, rollback, over, live: undefined, before: undefined });
  }

  /** To be called right before a changing call of `party` is carried out. */
  arrive(operation: string, party: Party | undefined): void {
    for (const one of this.of(party)) {
      one.facts.arrive(operation);
      one.before = party && isJudged(operation) ? one.facts.situation(this.course(one, party)) : undefined;
    }
  }

  /** To be called when the account has answered a call of ours. */
  called(call: Call, party: Party | undefined): void {
    const read = /^(Describe|Get|List|Lookup)/.test(call.operation);
    if (read || call.outcome !== 'done') {
      for (const one of this.watched.values()) one.facts.look();
      if (read && call.outcome === 'done') this.lastReadAt = call.at;
      return;
    }
    const authors = this.authorsOf(call, party);
    for (const one of this.watched.values()) {
      const { before } = one;
      if (!authors.includes(one)) {
        one.facts.doneByAnother(call);
        continue;
      }
      const deed = before && !one.over ? one.facts.deed(call, before) : undefined;
      if (before && deed) this.judgeDeed(one, call, deed, before);
      one.facts.done(call, before?.state === 'runs');
    }
  }

  /** To be called before others do something. */
  soon(): void {
    for (const { facts } of this.watched.values()) facts.look();
  }

  /** To be called when others have done something. */
  meanwhile(action: Action): void {
    for (const { facts } of this.watched.values()) facts.meanwhile(action);
  }

  /** To be called at each end of a process, with what it, or `status` of it, says of each plan. */
  ended(plan: Plan, run: string, said: Said): void {
    const { status } = said;
    const one = this.watched.get(`${run} ${plan.target.id}`);
    if (one) one.recorded = one.party.records().length;
    if (!one || one.over) return;
    one.facts.look();
    const { rollback, typed } = one;
    const now = one.facts.situation({ rollback, typed, status });
    const how = status.status === 'done' || status.status === 'rolled-back' ? status.status : 'other';
    one.over = how !== 'other';
    if (status.takenBack) one.facts.retire();
    if (now.pairs.length === 0) return;
    const told = () => `the process ended ${status.status}; ${aboutOf(now)}`;
    const row = rowFor(now, undefined);
    const fault = row?.end?.({ status: how, names: namedIn(said) }, now);
    if (!row) this.judge(unjudged, true, told);
    else if (row.end) this.decide(`O.${row.name}`, fault === undefined, one, told);
    if (how === 'done') this.judgeDone(one, now, run, told);
  }

  private judgeDeed(one: Watched, { operation, input }: Call, deed: Deed, before: Situation): void {
    const row = rowFor(before, deed);
    const told = () => `${deed.kind} (${operation} ${JSON.stringify(input)}): ${aboutOf(before)}`;
    if (row) this.decide(`O.${row.name}`, row.allows(deed, before), one, told);
    else this.judge(unjudged, true, told);
  }

  /** A disagreement counts only where the run could have seen what others did. */
  private decide(kind: OracleKind, holds: boolean, { facts }: Watched, told: () => string): void {
    const unseen = facts.othersAt >= this.lastReadAt - this.mayBeOldMs();
    if (!holds && unseen) this.judge(unjudged, true, told);
    else this.judge(kind, holds, told);
  }

  private judgeDone({ plan, facts }: Watched, now: Situation, run: string, told: () => string): void {
    if (facts.meddled || now.state === 'gone') return;
    const { instances, volumes } = this.account.world;
    const target = instances.get(plan.target.id) ?? volumes.get(plan.target.id);
    const claimed = target?.tags.now.has(`rekey:claim:${run}`) === true;
    this.judge(`O.${over.name}`, !claimed && now.holds === 'replacements', told);
  }

  /** How old a read may have been: that is never over, since what was decided by an old one may go out late. */
  private mayBeOldMs(): number {
    this.old ||= this.account.faults.list().some(({ kind }) => kind === 'stale' || kind === 'seeded');
    const { visibilityDelayMs, viewLagMs } = this.account.world;
    return Math.max(visibilityDelayMs, viewLagMs, this.old ? unseenMs : 0) + onItsWayMs;
  }

  /** Those plans of a run of which one has sent a call: by the last intent of such a call, where a run has several. */
  private authorsOf({ operation, input }: Call, party: Party | undefined): readonly Watched[] {
    const all = this.of(party);
    if (all.length < 2) return all;
    const { InstanceIds: [instance] = [], ...named } = input as { readonly InstanceIds?: readonly string[] };
    const ids = [instance, ...Object.values(named)].filter((id) => /^(i|vol|snap)-/.test(String(id)));
    const intent = party?.records().findLast((record) => {
      if (record.t !== 'intent') return false;
      const step = registry.step(record.uses);
      const text = JSON.stringify(record.input);
      return (
        step?.kind === 'effect' && step.call === `ec2:${operation}` && ids.every((id) => text.includes(String(id)))
      );
    });
    const plan = intent?.t === 'intent' ? intent.key.plan : undefined;
    return plan === undefined ? all : all.filter((one) => one.plan.name === plan);
  }

  private of(party: Party | undefined): readonly Watched[] {
    const run = party?.run;
    return run === undefined ? [] : [...this.watched].flatMap(([key, one]) => (key.startsWith(`${run} `) ? [one] : []));
  }

  /** What was asked for, and what status would say now. */
  private course(one: Watched, party: Party): Course {
    const records = party.records();
    if (one.live?.party !== party)
      one.live = {
        party,
        status: new LiveStatus<unknown>([one.plan], registry as never, records),
        taken: records.length,
      };
    for (const entry of records.slice(one.live.taken))
      one.live.status.take({ type: 'record', entry, at: Date.parse(entry.at) });
    one.live.taken = records.length;
    return { rollback: one.rollback, typed: one.typed, status: one.live.status.of(one.plan.name) };
  }
}

function namedIn({ lines, announced, there }: Said): (id: string) => boolean {
  const words = [...lines, ...announced, ...there].join('\n');
  return (id) => words.includes(id);
}

function aboutOf({ pairs, left: _left, ...situation }: Situation): string {
  const each = pairs.map(({ original, replacement, ...is }) => {
    const so = Object.entries(is).flatMap(([name, value]) =>
      value === true ? [name] : typeof value === 'string' ? [value] : [],
    );
    return `${original}/${replacement} ${so.join(' ')}`;
  });
  return `${JSON.stringify(situation)} ${each.join(', ')}`;
}
