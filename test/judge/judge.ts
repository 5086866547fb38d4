import type { Plan } from '../../src/contract/plan.ts';
import type { JournalRecord } from '../../src/contract/record.ts';
import type { Command } from '../../src/engine/execute.ts';
import type { RekeyError } from '../../src/errors/index.ts';
import type { Account, Call } from '../../src/simulator/account.ts';
import type { Action } from '../../src/simulator/action.ts';
import { Oracle, type Party } from '../oracle/oracle.ts';
import { type Ending, judgeEnding, type ProcessEnd } from './aftermath.ts';
import { Carried } from './carried.ts';
import { Comparisons } from './comparisons.ts';
import { Deletes, type Judge } from './deletes.ts';
import { Holds } from './holds.ts';
import { judgeLeftovers, judgeMade } from './names.ts';
import { Neighbours } from './neighbours.ts';
import { Offers } from './offers.ts';
import type { Origin } from './origin.ts';
import { saidOf } from './said.ts';
import { Service } from './service.ts';

// Of how long it is down, seconds are told.
const beatMs = 1_000;
const isReadOfTarget = (operation: string) => /^Describe(Instances|Volumes|DBInstances|DBClusters)$/.test(operation);
const isRead = (operation: string) => /^(Describe|Get|List|Lookup)/.test(operation);

/** Who begins, and what he was told to do. */
export interface Beginning {
  readonly party: Party;
  readonly command: Command;
  /** The run whose claim he takes over. */
  readonly replaces?: string | undefined;
}

/**
 * Judges the truth of the account by the promises: after every effect, at every end of a process, and by what was said there.
 * It knows nothing of what the engine believes: of the journal it reads only what a person would be told from it.
 */
export class PromiseJudge {
  private calmSince = Number.POSITIVE_INFINITY;
  /** How long calls, groups and starts may take: what is told later or earlier by less is told right. */
  slackMs = 60_000;
  /** What a busy machine may stand still besides; nothing where time is virtual. */
  stallMs = 0;
  /** A journal has lost records that were on disk: what they told nobody can say. */
  recordsLost = false;
  readonly account: Account;
  private readonly judge: Judge;
  private readonly origin: Origin;
  private readonly deletes: Deletes;
  private readonly carried: Carried;
  private readonly holds: Holds;
  readonly neighbours: Neighbours;
  readonly comparisons: Comparisons;
  private readonly offers: Offers;
  private readonly oracle: Oracle;
  private readonly services = new Map<string, Service>();
  private lastReadAt = 0;
  /** The run that reads: of processes that live one after the other the last that began. */
  private reader: string | undefined;
  private readonly readAt = new Map<string, number>();
  private lookedAt = Number.NEGATIVE_INFINITY;

  constructor(account: Account, origin: Origin, judge: Judge) {
    this.account = account;
    this.judge = judge;
    this.origin = origin;
    this.holds = new Holds(judge);
    this.comparisons = new Comparisons(account);
    const { holds, comparisons } = this;
    this.deletes = new Deletes(account, { origin, holds, comparisons, judge });
    this.carried = new Carried(account, this.origin, judge);
    this.neighbours = new Neighbours(account, this.origin, judge);
    this.offers = new Offers(judge);
    this.oracle = new Oracle(account, { origin, comparisons }, judge);
  }

  /** Nothing is in the way any more, and nobody has taken the target apart. */
  get calm(): boolean {
    return this.calmSince <= this.account.world.time;
  }

  set calm(is: boolean) {
    this.calmSince = is ? this.account.world.time : Number.POSITIVE_INFINITY;
  }

  /** To be called when a process begins to work on a plan; `by`, with what it was told to do, for the table oracle. */
  begin(plan: Plan, by?: Beginning): void {
    if (by) this.oracle.begin(plan, by.party, by.command);
    if (by) this.deletes.begin(plan, by.party.run, by.command);
    if (by?.replaces !== undefined) this.holds.replaced(by.replaces);
    this.reader = by?.party.run;
    this.neighbours.begin(plan);
    if (!this.services.has(keyOf(plan))) this.services.set(keyOf(plan), new Service(this.account, plan));
  }

  /** To be called when a changing call of ours arrives, before it is carried out. */
  arrive(operation: string, party: Party | undefined): void {
    this.oracle.arrive(operation, party);
    for (const service of this.services.values()) service.look();
    this.origin.arrive();
    this.neighbours.arrive();
    this.deletes.arrive(operation);
    this.carried.arrive();
  }

  /** To be called when the account has answered a call of ours, whatever becomes of the answer. */
  called(call: Call, party: Party | undefined): void {
    if (party && !isRead(call.operation) && call.outcome === 'done')
      for (const service of this.services.values()) service.called(call, party.run);
    this.comparisons.called(call, party);
    this.look(call);
    if (!party || isRead(call.operation) || call.outcome !== 'done') this.oracle.called(call, party);
    if (call.outcome !== 'done') return;
    if (isReadOfTarget(call.operation)) this.noteRead(call.at);
    if (!party || isRead(call.operation)) return;
    this.origin.done(call, party.run);
    this.oracle.called(call, party);
    this.neighbours.done(call, party.run);
    this.deletes.done(call, party.run);
    if (call.service === 'rds') this.carried.done(call, party.run, announcedIn(party.records()));
  }

  /** Has AWS let its last start fall back before there was nothing in the way? Who learns of it first may end with that, and say it. */
  private fellBack({ target }: Plan): boolean {
    const instance = this.account.world.instances.get(target.id);
    const code = instance?.stateReason?.code ?? 'Client.UserInitiatedShutdown';
    return (
      instance?.state === 'stopped' && code !== 'Client.UserInitiatedShutdown' && instance.launched < this.calmSince
    );
  }

  private noteRead(at: number): void {
    this.lastReadAt = at;
    if (this.reader !== undefined) this.readAt.set(this.reader, at);
  }

  /** Every service after every effect; between reads so close together nothing that counts happens. */
  private look({ at, operation }: Call): void {
    if (isRead(operation) && at - this.lookedAt < beatMs) return;
    this.lookedAt = at;
    for (const service of this.services.values()) service.look();
  }

  /** To be called before somebody else does something. */
  soon(): void {
    for (const service of this.services.values()) service.soon();
    this.oracle.soon();
    this.carried.soon();
  }

  /** To be called when somebody else has done something. */
  meanwhile(action: Action): void {
    for (const service of this.services.values()) service.meanwhile(action);
    this.oracle.meanwhile(action);
    this.origin.arrive();
    this.deletes.meanwhile(action);
    this.carried.meanwhile(action);
  }

  /** To be called at each end of a process, with its journal, and how it ended. */
  ended(plans: readonly Plan[], disk: readonly JournalRecord[], how: ProcessEnd): void {
    const submitted = disk.find((record) => record.t === 'submitted');
    if (submitted?.t !== 'submitted') return;
    const endings = plans.map(
      (plan, at): Ending => ({
        run: submitted.run,
        type: plan.target.type,
        died: how.died,
        lookedAt: how.died || how.interrupted === true || wasLookedAt(plan, disk, how.errors[at]),
        said: saidOf(plan, disk, how.errors[at], how.died ? undefined : how.printed),
        lastReadAt: this.readAt.get(submitted.run) ?? this.lastReadAt,
        slackMs: this.slackMs + this.stallMs,
        stallMs: this.stallMs,
        calm: this.calm && !this.fellBack(plan),
        recordsLost: this.recordsLost,
      }),
    );
    for (const [at, plan] of plans.entries()) {
      const [service, ending] = [this.services.get(keyOf(plan)), endings[at]];
      if (!service || !ending) continue;
      service.look();
      judgeEnding(ending, service, this.origin, this.judge);
      this.oracle.ended(plan, submitted.run, ending.said);
    }
    // What a journal has lost nobody can name, and a tag alone proves nothing.
    if (!this.recordsLost) {
      judgeMade(endings, this.origin, this.judge);
      judgeLeftovers(endings, this.origin, this.judge);
    }
    this.holds.ended(submitted.run, endings);
    this.offers.ended(submitted.run, how, endings);
  }
}

/** Whether a process that ended by itself, and has put something on record of the plan, has looked at its target before. */
function wasLookedAt(plan: Plan, disk: readonly JournalRecord[], error: RekeyError | undefined): boolean {
  const begun = disk.findLastIndex((record) => record.t === 'command');
  const own = disk.slice(begun + 1).filter((record) => planIn(record) === plan.name);
  const worked = own.some((record) => record.t !== 'stopped');
  // Who waits at a gate may have been told to end there, and then does not look.
  const byItself = error ? !error.code.startsWith('journal-') : own.some(({ t }) => t === 'finished');
  return !worked || !byItself || own.some((record) => record.t === 'looked');
}

function planIn(record: JournalRecord): string | undefined {
  if ('plan' in record) return record.plan;
  return 'key' in record ? record.key?.plan : undefined;
}

const keyOf = ({ target }: Plan) => `${target.type} ${target.id}`;

function announcedIn(records: readonly JournalRecord[]): string[] {
  return records.flatMap((record) => (record.t === 'announced' ? [record.text] : []));
}
