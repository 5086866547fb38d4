import type { World } from '../../world.ts';
import { tell, tellOfCluster } from '../events.ts';
import { atRest } from '../lifecycle.ts';
import { membersOf } from '../names.ts';
import { folded } from '../select.ts';
import { follow } from './lifecycle.ts';
import type { Cluster } from './model.ts';

interface Asked {
  readonly DBClusterIdentifier?: string;
  readonly DBInstanceIdentifier?: string;
  readonly DBClusterSnapshotIdentifier?: string;
  readonly TargetDBClusterSnapshotIdentifier?: string;
  readonly DBClusterEndpointIdentifier?: string;
}

type Fails = (world: World, input: object, output: object, code: string | undefined) => void;

function named(world: World, { DBClusterIdentifier = '' }: Asked): Cluster | undefined {
  const identifier = folded(DBClusterIdentifier);
  return [...world.rds.clusters.values()].find((one) => one.identifier === identifier);
}

/** Has what an instance or a cluster is about to do end soon, and differently. */
export function instead<T extends { task: number; busy: boolean }>(
  world: World,
  worked: T | undefined,
  afterMs: number,
  act: (worked: T) => void,
): void {
  if (!worked) return;
  const task = ++worked.task;
  world.after(afterMs, () => {
    if (worked.task !== task) return;
    worked.busy = false;
    act(worked);
  });
}

function failSnapshot(world: World, id: string): void {
  const snapshot = world.rds.clusterSnapshots.get(folded(id));
  world.after(world.seconds(10, 40), () => {
    if (snapshot && (snapshot.status === 'creating' || snapshot.status === 'copying')) {
      Object.assign(snapshot, { status: 'failed', sealed: undefined });
    }
  });
}

/** What an accepted call about a cluster comes to when it fails later, by operation [U]. */
export const clusterFails: Readonly<Record<string, Fails>> = {
  CreateDBClusterSnapshot: (world, { DBClusterSnapshotIdentifier = '' }: Asked) =>
    failSnapshot(world, DBClusterSnapshotIdentifier),
  CopyDBClusterSnapshot: (world, { TargetDBClusterSnapshotIdentifier = '' }: Asked) =>
    failSnapshot(world, TargetDBClusterSnapshotIdentifier),
  // In the state of the code, or as a cluster that can't be restored.
  RestoreDBClusterFromSnapshot: (world, input, _output, code = 'incompatible-restore') => {
    instead(world, named(world, input), world.seconds(60, 200), (cluster) => {
      cluster.status = code;
      tellOfCluster(world, cluster, `DB cluster could not be restored: ${code}`, 'failure');
    });
  },
  // Nothing of what was asked for is done, and the cluster is as it was.
  ModifyDBCluster: (world, input) => {
    const { settings } = named(world, input) ?? {};
    instead(world, named(world, input), world.seconds(10, 60), (cluster) => {
      cluster.pending = {};
      cluster.renamingTo = undefined;
      if (settings) cluster.settings = { ...settings, SecurityGroupIds: cluster.groupsInForce };
      follow(world, cluster);
      tellOfCluster(world, cluster, 'Unable to modify the DB cluster', 'failure');
    });
  },
  // In the state of the code, or as an instance that could not be made.
  CreateDBInstance: (world, { DBInstanceIdentifier = '' }: Asked, _output, code = 'incompatible-create') => {
    const identifier = folded(DBInstanceIdentifier);
    const database = [...world.rds.databases.values()].find((one) => one.identifier === identifier);
    instead(world, database, world.seconds(60, 200), (one) => {
      one.status = code;
      tell(world, one, `DB instance could not be created: ${code}`, 'failure');
    });
  },
  // Nothing fails over.
  FailoverDBCluster: (world, input) => {
    instead(world, named(world, input), world.seconds(10, 60), (cluster) => {
      cluster.status = atRest(membersOf(world, cluster));
      tellOfCluster(world, cluster, 'Failover of the DB cluster failed', 'failover', 'failure');
    });
  },
};
