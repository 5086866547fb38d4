import { AwsError } from '../../wire/message.ts';
import type { World } from '../../world.ts';
import { contentIn, dropSessions, writeUp } from '../clients.ts';
import type { Database } from '../model/model.ts';
import { clusterOfMember } from '../naming/names.ts';
import { refusals } from '../rules/refusals.ts';
import { tell } from './events.ts';

/** So many ms after the one before, something happens. */
export type Stage = readonly [afterMs: number, act: () => void];

/** An instance or a cluster, as far as work on it goes. */
interface Worked {
  readonly resourceId: string;
  task: number;
  busy: boolean;
}

/** What an instance or a cluster shows when work on it ends: available, unless an engine of it can't open its storage. */
export function atRest(engines: readonly Database[]): string {
  const lost = engines.find(({ status }) => status.startsWith('inaccessible-encryption'));
  return lost?.status ?? 'available';
}

/** Has the stages happen one after the other, unless other work on the instance or cluster begins meanwhile or it is gone. */
export function carryOut(world: World, worked: Worked, stages: readonly Stage[]): void {
  const task = ++worked.task;
  worked.busy = true;
  const { databases, clusters } = world.rds;
  let at = world.time;
  for (const [i, [afterMs, act]] of stages.entries()) {
    at += afterMs;
    world.at(at, () => {
      if (worked.task !== task || !(databases.has(worked.resourceId) || clusters.has(worked.resourceId))) return;
      writeUp(world);
      if (i === stages.length - 1) worked.busy = false;
      act();
    });
  }
}

/** The status as Describe shows it: blocks that are still being loaded after a restore don't keep it from being used. */
export function statusOf(world: World, database: Database): string {
  const loading = database.initialisation && database.initialisation.until > world.time;
  return database.status === 'available' && loading ? 'storage-initialization' : database.status;
}

/** Throws InvalidDBInstanceState unless the instance is free for a change: `doing` says which. */
export function requireFree(world: World, database: Database, doing: string): void {
  const status = statusOf(world, database);
  const free = ['available', 'storage-initialization', 'storage-optimization', 'storage-full'].includes(status);
  if (!free || database.busy) {
    throw refusals.databaseState(
      `Database instance is not in available state: ${database.identifier} is ${free ? 'being changed' : status}, and so can not be ${doing}.`,
    );
  }
}

/** Throws InvalidDBClusterStateFault for a member of a cluster: what is the cluster's is done by its own calls. */
export function requireOwn(database: Database, doing: string): void {
  if (!database.member) return;
  throw refusals.clusterState(`${database.identifier} is a member of a DB cluster and can not be ${doing} by itself.`);
}

export function takeDown(world: World, database: Database): void {
  dropSessions(world, database);
  database.up = false;
  database.dataKey = undefined;
}

/** The engine takes connections again, if its storage can be opened; otherwise the instance ends up inaccessible. */
export function bringUp(world: World, database: Database): void {
  if (!database.storage.sealed) throw new Error(`${database.identifier} has no data to start on`);
  try {
    database.dataKey = world.dataKeyOf(database.storage.sealed);
    database.up = true;
    database.started = { at: world.time, writes: contentIn(world, database)?.count ?? 0 };
    database.status = 'available';
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    makeInaccessible(world, database);
  }
}

/** What follows a change of storage: the instance can be used and changed meanwhile. */
export function optimise(world: World, database: Database): void {
  database.status = 'storage-optimization';
  world.after(world.seconds(600, 3600), () => {
    if (database.status === 'storage-optimization') database.status = 'available';
  });
}

const recoverableMs = 7 * 86_400_000;

/**
 * What RDS makes of an instance whose key it can't use: recoverable for a week where there are backups (facts §3.2). The
 * members of a cluster have one storage under one key, so their cluster shows the same.
 */
export function makeInaccessible(world: World, database: Database): void {
  takeDown(world, database);
  const show = (status: string) => {
    database.status = status;
    const cluster = clusterOfMember(world, database);
    if (cluster && cluster.status !== 'deleting') cluster.status = status;
  };
  const recoverable = (database.settings.BackupRetentionPeriod ?? 0) > 0 && database.replicaOf === undefined;
  show(recoverable ? 'inaccessible-encryption-credentials-recoverable' : 'inaccessible-encryption-credentials');
  tell(world, database, 'The KMS key of the DB instance is not accessible.', 'failure');
  if (!recoverable) return;
  carryOut(world, database, [
    [
      recoverableMs,
      () => {
        if (database.status === 'inaccessible-encryption-credentials-recoverable') {
          show('inaccessible-encryption-credentials');
        }
      },
    ],
  ]);
  database.busy = false;
}

/** The stages of a restart of the engine: it is down, then up with the parameters that waited for it. */
export function restart(world: World, database: Database): Stage[] {
  return [
    [
      world.seconds(1, 6),
      () => {
        takeDown(world, database);
        tell(world, database, 'DB instance shutdown', 'availability');
      },
    ],
    [
      world.seconds(15, 60),
      () => {
        syncParameters(database);
        bringUp(world, database);
        if (database.up) tell(world, database, 'DB instance restarted', 'availability');
      },
    ],
  ];
}

/** After a restart of its engine an instance works with the parameters that waited for it. */
export function syncParameters(database: Database): void {
  database.parameterStatus = 'in-sync';
  if (database.member) database.member.parameterStatus = 'in-sync';
}
