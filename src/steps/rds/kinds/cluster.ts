import type { DBCluster } from '@aws-sdk/client-rds';
import { printable } from '../../../aws/printable.ts';
import { clusterSettings } from '../carry-cluster.ts';
import { ClusterId, ClusterRole, ClusterSnapshotName, FinalClusterVerdict, MadeCluster } from '../cluster-domain.ts';
import { isWriter, membersOf } from '../cluster-found.ts';
import { customEndpointsOf } from '../endpoints.ts';
import { isUsable } from '../status.ts';
import type { Kind, Pair } from './kind.ts';

/** An Aurora cluster with its members. */
export const clusters: Kind = {
  steps: {
    /** Says "mine" on the original cluster, by a tag whose key holds the run. Its members are claimed with it: nobody can move one alone. */
    claim: 'rds.claim-cluster',
    /** Takes a claim off the original cluster and what was made of it; what no longer exists counts as released. */
    release: 'rds.release-cluster-claim',
    /** Gives the replacement one of the IAM roles of the original cluster. */
    addRole: 'rds.add-cluster-role',
    /** Starts an original cluster that somebody has stopped meanwhile: stopped it could not be brought back to service. */
    start: 'rds.start-cluster',
    /** Protects a cluster against deletion again. */
    setProtection: 'rds.set-cluster-deletion-protection',
    /** Takes the deletion protection off an original cluster, by the verdict about it. */
    clearProtection: 'rds.clear-cluster-deletion-protection',
    /** Removes a cluster that this run made and no client was ever let in to. */
    discard: 'rds.discard-cluster',
    /** Removes a cluster snapshot that this run made. */
    discardSnapshot: 'rds.discard-cluster-snapshot',
  },
  resource: 'DBCluster',
  snapshot: 'DBClusterSnapshot',
  idField: 'cluster',
  Id: ClusterId,
  SnapshotName: ClusterSnapshotName,
  Made: MadeCluster,
  Role: ClusterRole,
  FinalVerdict: FinalClusterVerdict,
  notFound: 'DBClusterNotFoundFault',
  describesAll: ['rds:DescribeDBClusters', 'rds:DescribeDBClusterEndpoints', 'rds:DescribeDBInstances'],
  differs: { sendsEmptyFeature: false },

  find: (ctx, id) => ctx.aws.sight.cluster(id),
  all: (ctx) => ctx.aws.sight.clusters(),
  lastSeen: (ctx) => ctx.aws.sight.lastSeenClusters(),
  findSnapshot: (ctx, name) => ctx.aws.sight.clusterSnapshot(name),

  async pair({ aws: { sight } }, ids) {
    const [original, replacement, instances, endpoints] = await Promise.all([
      sight.cluster(ids.original),
      sight.cluster(ids.replacement),
      sight.databases(),
      sight.clusterEndpoints(),
    ]);
    return { original, replacement, instances, endpoints };
  },
  settings: clusterSettings,
  faultsOfPair: (verdict: FinalClusterVerdict, pair: Pair<DBCluster>) => [
    ...newEndpoints(verdict, pair),
    ...faultsOfWriter(verdict, pair),
  ],

  modify: (ctx, name, change) => ctx.aws.rds.modifyDBCluster({ DBClusterIdentifier: name, ...change }),
  start: (ctx, name) => ctx.aws.rds.startDBCluster({ DBClusterIdentifier: name }),
  addRole: (ctx, name, role) => ctx.aws.rds.addRoleToDBCluster({ DBClusterIdentifier: name, ...role }),
  discard: (ctx, name) =>
    ctx.aws.rds.deleteDBCluster({ DBClusterIdentifier: name, SkipFinalSnapshot: true, DeleteAutomatedBackups: true }),
  discardSnapshot: (ctx, name) => ctx.aws.rds.deleteDBClusterSnapshot({ DBClusterSnapshotIdentifier: name }),
};

/** Its own were taken off before the new cluster got them: whoever makes another one reckons with it. */
function newEndpoints({ original: id, name }: FinalClusterVerdict, { original, endpoints }: Pair<DBCluster>): string[] {
  const made = original ? customEndpointsOf(original, endpoints) : [];
  return made.map(
    ({ DBClusterEndpointIdentifier: endpoint }) =>
      `original ${id} has got a custom endpoint, ${printable(endpoint ?? '', 63)}: make it on ${name} and delete it here`,
  );
}

function faultsOfWriter(
  { replacement: id }: FinalClusterVerdict,
  { replacement, instances }: Pair<DBCluster>,
): string[] {
  if (!replacement) return [];
  const writer = membersOf(replacement, instances).find((one) => isWriter(replacement, one));
  if (writer && isUsable(writer)) return [];
  if (!writer) return [`replacement ${id} has no writer`];
  return [`the writer ${writer.DBInstanceIdentifier} of the replacement is ${writer.DBInstanceStatus}`];
}
