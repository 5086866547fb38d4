import type { Account, Call } from '../../src/simulator/account.ts';

// RDS takes automated snapshots by itself, in the backup window, which may open during a call of ours.
const ofRds = /^rds:/;

/**
 * Who has truly made what, and of what: by what the account came to hold with each call. No tag says it, since tags get
 * copied, and no journal, since that is what is judged.
 */
export class Origin {
  private readonly account: Account;
  /** The run that has made it, by id. */
  private readonly makers = new Map<string, string>();
  /** Of what each was made: the id of the source. */
  private readonly sources = new Map<string, string>();
  private readonly madeAt = new Map<string, number>();
  /** When a call of a run deleted it, by id. */
  private readonly deletedAt = new Map<string, number>();
  /** What was made by a call whose answer a process did not live to put on record. */
  private readonly unheard = new Set<string>();
  /** The cluster that a database is a member of, by their resource ids. */
  private readonly clusterOf = new Map<string, string>();
  private known: ReadonlySet<string>;
  private made: readonly string[] = [];

  constructor(account: Account) {
    this.account = account;
    this.known = new Set(this.all());
  }

  /** To be called before a call of ours is carried out, and when others have done something: what is there by then is not of the call. */
  arrive(): void {
    this.known = new Set(this.all());
    for (const { resourceId, member } of this.account.world.rds.databases.values())
      if (member) this.clusterOf.set(resourceId, member.cluster);
  }

  /** To be called when a call of `run` has been carried out. */
  done(call: Call, run: string): void {
    this.made = [];
    if (!/^(Create|Copy|Restore|Delete)(DB|Volume|Snapshot)/.test(call.operation)) return;
    const source = this.sourceOf(call);
    const all = this.all();
    for (const id of this.known) if (!all.includes(id)) this.deletedAt.set(id, call.at);
    this.made = all.filter((id) => !this.known.has(id) && !ofRds.test(id));
    for (const id of this.made) {
      this.makers.set(id, run);
      this.madeAt.set(id, call.at);
      if (source !== undefined) this.sources.set(id, source);
    }
    this.arrive();
  }

  /** What the last call of a run has made. */
  get madeLast(): readonly string[] {
    return this.made;
  }

  /** By whose doing something is gone, and how long ago beyond what the machine stood still, in words. */
  deletedWhen(id: string, stallMs: number): string | undefined {
    const at = this.deletedAt.get(id);
    return at === undefined ? undefined : `deleted by the run ${this.secondsSince(at + stallMs)} s ago`;
  }

  /** Has a run deleted a member of this cluster? */
  hasLostMember(id: string): boolean {
    return [...this.deletedAt.keys()].some((one) => this.clusterOf.get(one) === id);
  }

  /** To be called when a process has died and has no name for these. */
  died(unnamed: readonly string[]): void {
    for (const id of unnamed) this.unheard.add(id);
  }

  /** When a run has made it, in words. */
  madeWhen(id: string, stallMs: number): string {
    const words = `made ${this.secondsSince((this.madeAt.get(id) ?? Number.NEGATIVE_INFINITY) + stallMs)} s ago`;
    return this.unheard.has(id) ? `${words}, as a process died` : words;
  }

  private secondsSince(at: number): number {
    return Math.round(Math.max(0, this.account.world.time - at) / 1000);
  }

  isOf(run: string, id: string): boolean {
    return this.makers.get(id) === run;
  }

  /** Has any run made it? */
  isMade(id: string): boolean {
    return this.makers.has(id);
  }

  /** All that a run has made and that is still there. */
  madeBy(run: string): string[] {
    return this.all().filter((id) => this.isOf(run, id));
  }

  /** What a run has made, directly or by way of snapshots, of something: the latest first. */
  descendantsOf(id: string, run: string): string[] {
    return this.madeBy(run)
      .filter((one) => this.ancestorsOf(one).includes(id))
      .reverse();
  }

  ancestorsOf(id: string): string[] {
    const source = this.sources.get(id);
    return source === undefined ? [] : [source, ...this.ancestorsOf(source)];
  }

  /** What is in the account now, without what is on its way out. */
  all(): string[] {
    const { volumes, snapshots, rds } = this.account.world;
    const there = (one: { readonly status: string }) => one.status !== 'deleting';
    return [
      ...[...volumes.values()].filter(({ state }) => state !== 'deleting').map(({ id }) => id),
      ...snapshots.keys(),
      ...[...rds.databases.values(), ...rds.clusters.values()].filter(there).map(({ resourceId }) => resourceId),
      ...[...rds.snapshots.values(), ...rds.clusterSnapshots.values()].filter(there).map(({ id }) => id),
    ];
  }

  private sourceOf({ operation, input }: Call): string | undefined {
    const named = input as Readonly<Record<string, unknown>>;
    // A snapshot may be named by its ARN.
    const text = (name: string) => (typeof named[name] === 'string' ? named[name].split(':').at(-1) : undefined);
    const { databases, clusters } = this.account.world.rds;
    const database = (name: string) => idOf(databases.values(), text(name));
    const cluster = () => idOf(clusters.values(), text('DBClusterIdentifier'));
    switch (operation) {
      case 'CreateSnapshot':
        return text('VolumeId');
      case 'CopySnapshot':
        return text('SourceSnapshotId');
      case 'CreateVolume':
        return text('SnapshotId');
      case 'CopyDBSnapshot':
        return text('SourceDBSnapshotIdentifier');
      case 'CopyDBClusterSnapshot':
        return text('SourceDBClusterSnapshotIdentifier');
      case 'RestoreDBInstanceFromDBSnapshot':
        return text('DBSnapshotIdentifier');
      case 'RestoreDBClusterFromSnapshot':
        return text('SnapshotIdentifier');
      case 'CreateDBInstanceReadReplica':
        return database('SourceDBInstanceIdentifier');
      case 'CreateDBSnapshot':
      case 'DeleteDBInstance':
        return database('DBInstanceIdentifier');
      default:
        return cluster();
    }
  }
}

function idOf(
  things: Iterable<{ readonly identifier: string; readonly resourceId: string }>,
  identifier: string | undefined,
): string | undefined {
  return [...things].find((one) => one.identifier === identifier)?.resourceId;
}
