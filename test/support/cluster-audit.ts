import type { JournalRecord } from '../../src/contract/record.ts';
import type { Verdict } from '../../src/contract/verdict.ts';
import type { Account, Call } from '../../src/simulator/account.ts';
import { letsIn } from '../../src/simulator/ec2/security-groups.ts';
import { clientAddress } from '../../src/simulator/rds/clients.ts';
import type { Origin } from '../judge/origin.ts';
import { KeptOut } from './kept-out.ts';

type Judge = (invariant: 'I2' | 'I3' | 'I6' | 'I7' | 'I9' | 'I10' | 'I13', holds: boolean, told: () => string) => void;
interface Party {
  readonly run: string;
  records(): readonly JournalRecord[];
}
export type State = ReturnType<Account['state']>;
type Cluster = State['clusters'][number];
type Member = State['databases'][number];
type Endpoint = Pick<Cluster['endpoints'][number], 'type' | 'static' | 'excluded' | 'tags'>;
type Input = Readonly<Record<string, unknown>>;
type Settings = Readonly<Record<string, unknown>>;
interface ClusterVerdict extends Verdict {
  readonly name: string;
  readonly members: readonly { readonly id: string; readonly replacement: string }[];
}
interface Circumstances {
  readonly before: State;
  readonly party: Party;
  readonly windowOpen: ((now: number) => boolean) | undefined;
}

// What a replacement has otherwise by design: its key moves, and it is let in to, protected and read otherwise meanwhile.
const moved = new Set(['PerformanceInsightsKMSKeyId', 'SecurityGroupIds', 'DeletionProtection']);

/** Judges every effect on the account's clusters, their members and endpoints against their true state. */
export class ClusterAudit {
  private readonly account: Account;
  private readonly origin: Origin;
  private readonly judge: Judge;
  private readonly preexisting: ReadonlySet<string>;
  /** How much a cluster held when it was last seen before clients were let in. */
  private readonly births = new Map<string, number>();
  /** What has let clients in at some time: until then only what is inside can have written. */
  private readonly reached = new Set<string>();
  private readonly writers = new Map<string, string>();
  /** Custom endpoints: of an original those it has, or had until the run took them; of a replacement those it began to serve with. */
  private readonly endpoints = new Map<string, Map<string, Endpoint>>();
  /** Endpoints of originals that the run has taken away. */
  private readonly taken = new Set<string>();
  /** Endpoints that the run has made. What others make of a replacement besides takes nothing from anybody. */
  private readonly given = new Set<string>();
  /** Clusters and members as they were when clients were let in to them, or when their names were taken. */
  private readonly known = new Map<string, Settings>();

  private readonly keptOut = new KeptOut();

  constructor(account: Account, origin: Origin, judge: Judge) {
    this.account = account;
    this.origin = origin;
    this.judge = judge;
    this.preexisting = new Set(account.world.rds.clusters.keys());
  }

  /** To be called with the state now, and no other. */
  noteBirths(state: State): void {
    this.noteEndpoints(state);
    for (const one of state.clusters) {
      const open = this.letsClientsIn(one);
      this.keptOut.note(one.resourceId, open, this.account.world.time);
      if (one.writes === null) continue;
      if (!this.reached.has(one.resourceId)) this.births.set(one.resourceId, one.writes);
      if (open) this.reached.add(one.resourceId);
    }
  }

  /** To be called with what has become of a call that changes something. */
  done(call: Call, how: Circumstances): void {
    const { before, party } = how;
    const input = call.input as Input;
    if (call.operation === 'DeleteDBClusterEndpoint') this.taken.add(String(input['DBClusterEndpointIdentifier']));
    if (call.operation === 'CreateDBClusterEndpoint') this.given.add(String(input['DBClusterEndpointIdentifier']));
    const snapshot = before.clusterSnapshots.find((one) => one.id === input['DBClusterSnapshotIdentifier']);
    if (snapshot && call.operation === 'DeleteDBClusterSnapshot')
      this.judge('I9', this.origin.isOf(party.run, snapshot.id), () => `${snapshot.id} is not the run's to delete`);
    const cluster = this.meant(call, before);
    if (!cluster) return;
    const made = this.origin.isOf(party.run, cluster.resourceId);
    const claimed = `rekey:claim:${party.run}` in cluster.tags;
    this.judge('I9', made || claimed, () => `${call.operation} on ${cluster.identifier}, not the run's`);
    if (/^(Modify|Delete)/.test(call.operation)) this.judgeWriter(cluster, party);
    const member = before.databases.find((one) => one.identifier === input['DBInstanceIdentifier']);
    if (call.operation === 'ModifyDBCluster') this.judgeModified(call, input, cluster, made, how);
    else if (input['NewDBInstanceIdentifier'] !== undefined && member && !made)
      this.known.set(member.resourceId, { ...member.settings });
    if (!/^DeleteDB(Cluster|Instance)$/.test(call.operation)) return;
    if (made)
      this.judge('I13', this.unwritten(cluster), () => `${call.operation} of ${cluster.identifier}, which has writes`);
    // Whatever cluster it was born in, where somebody had swapped names: what the run has made holds nothing of its own.
    else if (!member || !this.origin.isOf(party.run, member.resourceId)) this.judgeDelete(call, cluster, member, how);
  }

  /** The cluster that a call is about: by its name, by that of a member or of a custom endpoint. */
  private meant(call: Call, before: State): Cluster | undefined {
    const input = call.input as Input;
    const member = before.databases.find((one) => one.identifier === input['DBInstanceIdentifier']);
    const endpoint = input['DBClusterEndpointIdentifier'];
    const name = input['DBClusterIdentifier'] ?? member?.cluster;
    // A restore names what is not there yet.
    if (call.operation === 'RestoreDBClusterFromSnapshot') return undefined;
    return before.clusters.find(
      (one) => one.identifier === name || one.endpoints.some(({ id }) => name === undefined && id === endpoint),
    );
  }

  private judgeWriter(cluster: Cluster, party: Party): void {
    const last = this.writers.get(cluster.resourceId);
    const held = last !== undefined && last !== party.run && `rekey:claim:${last}` in cluster.tags;
    this.judge('I6', !held, () => `run ${party.run} changed ${cluster.identifier} under the claim of ${last}`);
    this.writers.set(cluster.resourceId, party.run);
  }

  private judgeModified(call: Call, input: Input, cluster: Cluster, made: boolean, how: Circumstances): void {
    const { party, windowOpen, before } = how;
    const undo = party.records().findLast((record) => record.t === 'intent');
    const takesBack = undo?.t === 'intent' && undo.key.undo !== undefined;
    const groups = input['VpcSecurityGroupIds'] as readonly string[] | undefined;
    if (groups && !made && !takesBack && windowOpen)
      this.judge('I7', windowOpen(call.at), () => `a cut-over began at ${new Date(call.at).toISOString()}`);
    const keepsOut = groups !== undefined && !this.letsClientsIn({ ...cluster, securityGroups: [...groups] });
    const renames = input['NewDBClusterIdentifier'] !== undefined;
    if (made && (keepsOut || renames) && this.letsClientsIn(cluster)) {
      const typed = party.records().some((record) => record.t === 'unwinding' && record.stop === null);
      const allowed = this.unwritten(cluster) || typed;
      this.judge('I13', allowed, () => `${call.operation} ${cluster.identifier}, on which clients have written`);
    }
    if (made ? groups !== undefined && !keepsOut : renames && !takesBack) {
      this.known.set(cluster.resourceId, { ...cluster.settings });
      if (!made) return;
      this.endpoints.set(cluster.resourceId, endpointsOf(cluster, before));
      for (const one of before.databases.filter((each) => each.cluster === cluster.identifier))
        this.known.set(one.resourceId, { ...one.settings });
    }
  }

  private judgeDelete(call: Call, original: Cluster, member: Member | undefined, how: Circumstances): void {
    const { before, party } = how;
    const verdict = party
      .records()
      .flatMap((record) =>
        record.t === 'intent' && /^rds\.delete-(cluster|member)$/.test(record.uses)
          ? [(record.input as unknown as { verdict: ClusterVerdict }).verdict]
          : [],
      )
      .find((one) => one.original === original.resourceId);
    const replacement = before.clusters.find((one) => one.resourceId === verdict?.replacement);
    const good =
      verdict?.status === 'SUCCESSFUL' &&
      replacement !== undefined &&
      replacement.identifier === verdict.name &&
      replacement.key !== original.key &&
      replacement.readable &&
      replacement.writer !== null &&
      this.keptOut.mayShowOpen(replacement.resourceId, call.at) &&
      !this.letsClientsIn(original);
    const told = `${call.operation} ${member?.identifier ?? original.identifier} (verdict ${verdict?.status})`;
    this.judge('I2', good, () => told);
    if (!replacement || !verdict) return;
    if (!member) {
      this.judgeCarried(original, replacement, verdict, how);
      return;
    }
    const pair = verdict.members.find(({ id }) => id === member.resourceId);
    this.judge('I2', pair !== undefined, () => `${told}: it is none of the verdict's members`);
    const successor = before.databases.find((one) => one.resourceId === pair?.replacement);
    // Its owner may have taken it away since it serves.
    if (successor) this.judgeSettings(member, successor, party);
  }

  /** What others make, change or take away between two tries of a run is as it should be carried; only what the run took stays owed. */
  private noteEndpoints(state: State): void {
    for (const cluster of state.clusters.filter(({ resourceId }) => this.preexisting.has(resourceId))) {
      const there = cluster.endpoints.filter(({ status }) => status !== 'deleting');
      for (const { id } of there) this.taken.delete(id);
      const going = new Set([...this.taken, ...cluster.endpoints.map(({ id }) => id)]);
      const kept = [...(this.endpoints.get(cluster.resourceId) ?? [])].filter(([id]) => going.has(id));
      this.endpoints.set(cluster.resourceId, new Map([...kept, ...endpointsOf({ endpoints: there }, state)]));
    }
  }

  private judgeCarried(original: Cluster, replacement: Cluster, verdict: ClusterVerdict, how: Circumstances): void {
    this.judgeSettings(original, replacement, how.party);
    const shown = (one: Cluster) => this.endpoints.get(one.resourceId) ?? endpointsOf(one, how.before);
    const had = shown(original);
    const carried = [...shown(replacement)].filter(([id]) => had.has(id) || this.given.has(id));
    const away = scaledAway(verdict, how.before);
    const [was, is] = [toldOf(had, verdict, away), toldOf(new Map(carried), verdict, away)];
    this.judge('I10', was === is, () => `${replacement.identifier} has the endpoints ${is}, and not ${was}`);
  }

  private judgeSettings(original: Cluster | Member, replacement: Cluster | Member, party: Party): void {
    const [was, is] = [original, replacement].map(
      (one): Settings => this.known.get(one.resourceId) ?? { ...one.settings },
    );
    const names = Object.keys({ ...was, ...is }).filter((name) => !moved.has(name));
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

  private unwritten(one: Cluster): boolean {
    return one.writes === null || one.writes === this.births.get(one.resourceId);
  }

  private letsClientsIn(one: Cluster): boolean {
    return letsIn(this.account.world, one.securityGroups, clientAddress, one.settings.Port);
  }
}

/** By name, with the members that they lead to by their ids. A member that is gone is in no list, as AWS shows it. */
function endpointsOf(cluster: Pick<Cluster, 'endpoints'>, { databases }: State): Map<string, Endpoint> {
  const ids = (names: readonly string[]) =>
    names.flatMap((name) => databases.find(({ identifier }) => identifier === name)?.resourceId ?? []);
  return new Map(
    cluster.endpoints.map(({ id, type, static: led, excluded, tags }) => [
      id,
      { type, static: ids(led), excluded: ids(excluded), tags },
    ]),
  );
}

/** The original readers of which Application Auto Scaling has taken away what took their place: no endpoint leads there any more. */
function scaledAway({ members }: ClusterVerdict, { databases }: State): readonly string[] {
  const found = (id: string) => databases.find(({ resourceId }) => resourceId === id);
  // What is deleted by now was judged when it was not.
  const isScaled = (id: string) => found(id)?.tags['application-autoscaling:resourceId'] !== undefined || !found(id);
  return members.filter(({ id, replacement }) => isScaled(id) && !found(replacement)).map(({ id }) => id);
}

/** As text that is equal for equal ones: a member stands for the original that it takes the place of, whatever either is named. */
function toldOf(
  endpoints: ReadonlyMap<string, Endpoint>,
  { members }: ClusterVerdict,
  away: readonly string[],
): string {
  const originals = (ids: readonly string[]) =>
    ids
      .map((id) => members.find(({ replacement }) => replacement === id)?.id ?? id)
      .filter((id) => !away.includes(id))
      .sort();
  const all = [...endpoints].map(([id, one]) => [
    id,
    one.type,
    originals(one.static),
    originals(one.excluded),
    one.tags,
  ]);
  return JSON.stringify(all.sort());
}
