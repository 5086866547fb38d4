import type { ScenarioInput } from '../../../../src/simulator/scenario.ts';
import { apps, fence, rdsClients } from '../support.ts';

type ClusterInput = NonNullable<ScenarioInput['clusters']>[number];

/** The resource id of the cluster of these tests. */
export const original = 'cluster-AAAAAAAAAAAAAAAAAAAAAAAAA1';

/** One Aurora PostgreSQL cluster under `alias/old` with a writer and a reader, applications that write to it, and a fence. */
export function shop(changes: Partial<ClusterInput> = {}, more: ScenarioInput = {}): ScenarioInput {
  return {
    keys: [{ alias: 'alias/old' }, { alias: 'alias/new' }, { alias: 'alias/disabled', state: 'Disabled' }],
    runner: '10.9.0.7/32',
    securityGroups: [
      { id: apps, inbound: ['10.0.0.0/8:5432'] },
      { id: fence, inbound: ['10.9.0.7/32:5432'], outbound: [] },
    ],
    clusters: [
      {
        id: 'shop',
        resourceId: original,
        storage: 8,
        key: 'alias/old',
        securityGroups: [apps],
        subnetGroup: 'private',
        parameterGroup: 'shop-16',
        tags: { team: 'shop' },
        members: [
          { id: 'shop-1', tier: 1 },
          { id: 'shop-2', tier: 2 },
        ],
        endpoints: [{ id: 'shop-reports', type: 'READER', static: ['shop-2'] }],
        workload: { everySeconds: 7 },
        ...changes,
      },
    ],
    ...more,
  };
}

/** Real SDK clients of a simulated account with a cluster, whose clock only `pass` moves. */
export function clusterClients(...[input = shop(), options]: Parameters<typeof rdsClients>) {
  const set = rdsClients(input, options);
  const clusterTruth = (identifier: string) => {
    const found = set.account.state().clusters.find((one) => one.identifier === identifier);
    if (!found) throw new Error(`there is no cluster ${identifier}`);
    return found;
  };
  /** Waits for a cluster and its members to be available and free. */
  const settledCluster = (identifier: string, status = 'available') =>
    set.until(async () => {
      const { clusters, databases } = set.account.state();
      const one = clusters.find((each) => each.identifier === identifier);
      const members = databases.filter((each) => each.cluster === identifier);
      return one !== undefined && !one.busy && one.status === status && members.every((each) => !each.busy);
    });
  const clusterSnapshotted = (id: string) =>
    set.until(async () => set.account.state().clusterSnapshots.find((one) => one.id === id)?.status === 'available');
  const describeCluster = async (identifier: string) =>
    (await set.rds.describeDBClusters({ DBClusterIdentifier: identifier })).DBClusters?.[0];
  const members = async (identifier: string) =>
    (await describeCluster(identifier))?.DBClusterMembers?.map((one) => [
      one.DBInstanceIdentifier,
      one.IsClusterWriter,
    ]);
  return { ...set, clusterTruth, settledCluster, clusterSnapshotted, describeCluster, members };
}
