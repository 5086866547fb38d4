import type { DBCluster, DBInstance, DBSnapshot } from '@aws-sdk/client-rds';
import type { Script } from '../script.ts';

type Gone = 'gone';

/** What there is of a name, undefined for what RDS does not know. */
async function known<T>(asked: () => Promise<T>): Promise<T | undefined> {
  try {
    return await asked();
  } catch (error) {
    if (error instanceof Error && /NotFound/.test(error.name)) return undefined;
    throw error;
  }
}

/** Whether a modification that changes nothing is taken: one that was accepted before does not show at once. */
async function free(asked: () => Promise<unknown>): Promise<boolean> {
  try {
    await asked();
    return true;
  } catch (error) {
    if (error instanceof Error && /^InvalidDB(?:Instance|Cluster)State/.test(error.name)) return false;
    throw error;
  }
}

/** A database as it is now, unrecorded. */
export function databaseOf({ aside }: Script, DBInstanceIdentifier: string): Promise<DBInstance | undefined> {
  return known(async () => (await aside.rds.describeDBInstances({ DBInstanceIdentifier })).DBInstances?.[0]);
}

/** Waits until a database is in the state, and in `available` free for a change. */
export function databaseIs(on: Script, id: string, state: 'available' | 'stopped' | Gone): Promise<void> {
  return on.until(async () => {
    const one = await databaseOf(on, id);
    if ((one?.DBInstanceStatus ?? 'gone') !== state) return false;
    if (one?.VpcSecurityGroups?.some(({ Status }) => Status !== 'active')) return false;
    return state !== 'available' || free(() => on.aside.rds.modifyDBInstance({ DBInstanceIdentifier: id }));
  });
}

export function snapshotOf({ aside }: Script, DBSnapshotIdentifier: string): Promise<DBSnapshot | undefined> {
  return known(async () => (await aside.rds.describeDBSnapshots({ DBSnapshotIdentifier })).DBSnapshots?.[0]);
}

/** Waits until a snapshot is in the state. */
export function snapshotIs(on: Script, id: string, state: 'available' | Gone): Promise<void> {
  return on.until(async () => ((await snapshotOf(on, id))?.Status ?? 'gone') === state);
}

/** An available snapshot of a database, which is free again, made unrecorded. */
export async function newDbSnapshot(on: Script, of: string, id: string): Promise<void> {
  await on.aside.rds.createDBSnapshot({ DBInstanceIdentifier: of, DBSnapshotIdentifier: id });
  await snapshotIs(on, id, 'available');
  await databaseIs(on, of, 'available');
}

/** A cluster as it is now, unrecorded. */
export function clusterOf({ aside }: Script, DBClusterIdentifier: string): Promise<DBCluster | undefined> {
  return known(async () => (await aside.rds.describeDBClusters({ DBClusterIdentifier })).DBClusters?.[0]);
}

/** Waits until a cluster is in the state, and in `available` free for a change. */
export function clusterIs(on: Script, id: string, state: 'available' | 'stopped' | Gone): Promise<void> {
  return on.until(async () => {
    const one = await clusterOf(on, id);
    if ((one?.Status ?? 'gone') !== state) return false;
    return state !== 'available' || free(() => on.aside.rds.modifyDBCluster({ DBClusterIdentifier: id }));
  });
}

/** Waits until a cluster's snapshot is in the state. */
export function clusterSnapshotIs(on: Script, id: string, state: 'available' | Gone): Promise<void> {
  return on.until(async () => {
    const { rds } = on.aside;
    const one = await known(async () => {
      const { DBClusterSnapshots } = await rds.describeDBClusterSnapshots({ DBClusterSnapshotIdentifier: id });
      return DBClusterSnapshots?.[0];
    });
    return (one?.Status ?? 'gone') === state;
  });
}

/** An available snapshot of a cluster, which is free again, made unrecorded. */
export async function newClusterSnapshot(on: Script, of: string, id: string): Promise<void> {
  await on.aside.rds.createDBClusterSnapshot({ DBClusterIdentifier: of, DBClusterSnapshotIdentifier: id });
  await clusterSnapshotIs(on, id, 'available');
  await clusterIs(on, of, 'available');
}
