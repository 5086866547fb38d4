import type { JournalRecord } from '../../src/contract/record.ts';
import type { Verdict } from '../../src/contract/verdict.ts';
import type { Account, Call } from '../../src/simulator/account.ts';
import { letsIn } from '../../src/simulator/ec2/security-groups.ts';
import { clientAddress } from '../../src/simulator/rds/clients.ts';
import type { Origin } from '../judge/origin.ts';
import { ClusterAudit } from './cluster-audit.ts';
import { KeptOut } from './kept-out.ts';

type Judge = (
  invariant: 'I1' | 'I2' | 'I3' | 'I6' | 'I7' | 'I9' | 'I10' | 'I13',
  holds: boolean,
  told: () => string,
) => void;
interface Party {
  readonly run: string;
  records(): readonly JournalRecord[];
}
type State = ReturnType<Account['state']>;
type Database = State['databases'][number];
type Input = Readonly<Record<string, unknown>>;

// What a replacement has otherwise by design: its key moves, its size follows the snapshot, zones are AWS's.
const moved = new Set(['PerformanceInsightsKMSKeyId', 'AllocatedStorage', 'AvailabilityZone', 'SecurityGroupIds']);

/** Judges every effect on the account's databases against their true state. */
export class RdsAudit {
  private readonly account: Account;
  private readonly origin: Origin;
  private readonly judge: Judge;
  /** How much a database held when it was last seen before clients were let in. */
  private readonly births = new Map<string, number>();
  /** What has let clients in at some time: until then only what is inside can have written. */
  private readonly reached = new Set<string>();
  private readonly writers = new Map<string, string>();
  /** The settings of a replacement when its clients were let in. */
  private readonly admitted = new Map<string, Database['settings']>();
  /** Originals as they were when the run took their name from them. */
  private readonly retired = new Map<string, Database>();
  private readonly clusters: ClusterAudit;
  private before: State | undefined;

  private readonly keptOut = new KeptOut();

  constructor(account: Account, origin: Origin, judge: Judge) {
    this.account = account;
    this.origin = origin;
    this.judge = judge;
    this.clusters = new ClusterAudit(account, origin, judge);
  }

  /** To be called when a call arrives, before it is carried out. */
  arrive(): void {
    const { databases, clusters } = this.account.world.rds;
    if (databases.size + clusters.size === 0) return;
    this.before = this.account.state();
    this.noteBirths(this.before);
  }

  /** To be called when a changing call to RDS has been carried out. `windowOpen`: may a cut-over begin at this time? */
  done(call: Call, party: Party, windowOpen: ((now: number) => boolean) | undefined): void {
    const { before } = this;
    if (!before) return;
    const input = call.input as Input;
    const now = this.account.state();
    this.noteBirths(now);
    this.judgeCopies(call, before, now);
    this.clusters.done(call, { before, party, windowOpen });
    const named = before.databases.find((one) => one.identifier === input['DBInstanceIdentifier']);
    // What is done to a member is done to its cluster.
    if (named && named.cluster === null) this.judgeDatabase(call, input, named, { before, party, windowOpen });
    const snapshot = before.databaseSnapshots.find((one) => one.id === input['DBSnapshotIdentifier']);
    if (snapshot && call.operation === 'DeleteDBSnapshot')
      this.judge('I9', this.origin.isOf(party.run, snapshot.id), () => `${snapshot.id} is not the run's to delete`);
  }

  private judgeDatabase(
    call: Call,
    input: Input,
    named: Database,
    { before, party, windowOpen }: { before: State; party: Party; windowOpen: ((now: number) => boolean) | undefined },
  ): void {
    const made = this.origin.isOf(party.run, named.resourceId);
    const claimed = `rekey:claim:${party.run}` in named.tags;
    const warmUp = call.operation === 'CreateDBSnapshot';
    this.judge('I9', made || claimed || warmUp, () => `${call.operation} on ${named.identifier}, not the run's`);
    const undo = party.records().findLast((record) => record.t === 'intent');
    const takesBack = undo?.t === 'intent' && undo.key.undo !== undefined;
    const typed = party.records().some((record) => record.t === 'unwinding' && record.stop === null);
    if (call.operation === 'ModifyDBInstance' || call.operation === 'DeleteDBInstance') {
      const last = this.writers.get(named.resourceId);
      const held = last !== undefined && last !== party.run && `rekey:claim:${last}` in named.tags;
      this.judge('I6', !held, () => `run ${party.run} changed ${named.identifier} under the claim of ${last}`);
      this.writers.set(named.resourceId, party.run);
    }
    if (call.operation === 'ModifyDBInstance' && input['VpcSecurityGroupIds'] && !made && !takesBack && windowOpen)
      this.judge('I7', windowOpen(call.at), () => `a cut-over began at ${new Date(call.at).toISOString()}`);
    const groups = input['VpcSecurityGroupIds'] as readonly string[] | undefined;
    const keepsOut = groups !== undefined && !this.letsClientsIn({ ...named, securityGroups: [...groups] });
    const takesAway = keepsOut || input['NewDBInstanceIdentifier'] !== undefined;
    if (made && (call.operation === 'DeleteDBInstance' || (takesAway && this.letsClientsIn(named)))) {
      const allowed = this.unwritten(named) || (typed && call.operation !== 'DeleteDBInstance');
      this.judge('I13', allowed, () => `${call.operation} ${named.identifier}, on which clients have written`);
    }
    // What somebody does to an original that no longer serves is not for the run to carry.
    if (!made && !takesBack && input['NewDBInstanceIdentifier'] !== undefined)
      this.retired.set(named.resourceId, named);
    // Nor what its owner changes once the replacement serves.
    if (made && groups !== undefined && !keepsOut) this.admitted.set(named.resourceId, named.settings);
    if (call.operation === 'DeleteDBInstance' && !made) this.judgeDelete(named, before, party);
  }

  private judgeDelete(original: Database, before: State, party: Party): void {
    const verdict = party
      .records()
      .flatMap((record) =>
        record.t === 'intent' && /^rds\.delete-(?:instance|read-replica)$/.test(record.uses)
          ? [(record.input as unknown as { verdict: Verdict & { name: string } }).verdict]
          : [],
      )
      .find((one) => one.original === original.resourceId);
    const replacement = before.databases.find((one) => one.resourceId === verdict?.replacement);
    const good =
      verdict?.status === 'SUCCESSFUL' &&
      replacement !== undefined &&
      replacement.identifier === verdict.name &&
      replacement.key !== original.key &&
      replacement.readable &&
      this.keptOut.mayShowOpen(replacement.resourceId, this.account.world.time) &&
      // A replica holds nothing of its own.
      (original.replicaOf !== null || !this.letsClientsIn(original));
    this.judge('I2', good, () => `${original.identifier} was deleted (verdict ${verdict?.status})`);
    if (replacement) this.judgeCarried(original, replacement, party);
  }

  private judgeCarried(original: Database, replacement: Database, party: Party): void {
    const retired = this.retired.get(original.resourceId) ?? original;
    const [was, is] = [retired.settings, this.admitted.get(replacement.resourceId) ?? replacement.settings].map(
      (settings): Readonly<Record<string, unknown>> => ({ ...settings }),
    );
    const names = Object.keys({ ...was, ...is }).filter((name) => !moved.has(name) && name !== 'DeletionProtection');
    const lost = names.filter((name) => JSON.stringify(was?.[name]) !== JSON.stringify(is?.[name]));
    const told = party
      .records()
      .some(
        (record) => record.t === 'announced' && /a difference that the plan names| goes with the /.test(record.text),
      );
    this.judge(
      'I10',
      lost.length === 0 || told,
      () => `${replacement.identifier} differs in ${lost.join(', ')} without a word`,
    );
  }

  /** Who holds all that a client was acknowledged, by client: what is written there later only adds to it. */
  private holders(state: State): Map<string, readonly string[]> {
    const all = [...state.databases, ...state.clusters].filter(isThere);
    return new Map(
      state.clients.map((client) => [
        client.identifier,
        all.filter(({ digest }) => digest === client.digest).map(({ resourceId }) => resourceId),
      ]),
    );
  }

  private judgeCopies(call: Call, before: State, now: State): void {
    const there = new Set([...now.databases, ...now.clusters].filter(isThere).map(({ resourceId }) => resourceId));
    for (const [client, held] of this.holders(before))
      if (held.length > 0)
        this.judge(
          'I1',
          held.some((id) => there.has(id)),
          () => `${call.operation} ${JSON.stringify(call.input)} took the last complete copy of ${client}`,
        );
  }

  private noteBirths(state: State): void {
    this.clusters.noteBirths(state);
    for (const one of state.databases) {
      const open = this.letsClientsIn(one);
      this.keptOut.note(one.resourceId, open, this.account.world.time);
      if (one.writes === null) continue;
      if (!this.reached.has(one.resourceId)) this.births.set(one.resourceId, one.writes);
      if (open) this.reached.add(one.resourceId);
    }
  }

  private unwritten(one: Database): boolean {
    return one.writes === null || one.writes === this.births.get(one.resourceId);
  }

  private letsClientsIn(one: Database): boolean {
    return letsIn(this.account.world, one.securityGroups, clientAddress, one.settings.Port);
  }
}

const isThere = (one: { readonly readable: boolean; readonly status: string }) =>
  one.readable && one.status !== 'deleting';
