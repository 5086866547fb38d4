import type { Account, Call } from '../../src/simulator/account.ts';

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
  private known: ReadonlySet<string>;

  constructor(account: Account) {
    this.account = account;
    this.known = new Set(this.all());
  }

  /** To be called before a call of ours is carried out, and when others have done something: what is there by then is not of the call. */
  arrive(): void {
    this.known = new Set(this.all());
  }

  /** To be called when a call of `run` has been carried out. */
  done(call: Call, run: string): void {
    if (!/^(Create|Copy|Restore|Delete)DB|^(Create(Volume|Snapshot)|CopySnapshot)/.test(call.operation)) return;
    const source = this.sourceOf(call);
    for (const id of this.all()) {
      if (this.known.has(id)) continue;
      this.makers.set(id, run);
      if (source !== undefined) this.sources.set(id, source);
    }
    this.arrive();
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
