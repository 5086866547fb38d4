import type { DBCluster, DBInstance } from '@aws-sdk/client-rds';
import * as z from 'zod';
import { printable } from '../../../aws/printable.ts';
import { KeyArn, Surroundings } from '../../domain.ts';
import { carryOfCluster, clusterCarriedBy, clusterParameters, clusterSettings } from '../carry/cluster.ts';
import { carryOfMember } from '../carry/member.ts';
import { membersAsSet } from '../claim/as-set.ts';
import {
  Cluster,
  ClusterEndpoint,
  ClusterFenceProof,
  ClusterId,
  ClusterName,
  ClusterRole,
  ClusterSnapshotName,
  ClusterVerdict,
  FencedCluster,
  FinalClusterVerdict,
  MadeCluster,
  MadeClusterSnapshot,
  MadeDatabase,
  Member,
  PlacedClusterVerdict,
  RestartedDatabase,
} from '../domain.ts';
import { positioned } from '../fence/position.ts';
import { isWriter, membersOf, writerAddressOf } from '../found.ts';
import { faultsOfPlaces } from '../judge/places.ts';
import { customEndpointsOf, leadsAnywhere } from '../names/endpoints.ts';
import { readCluster } from '../read/cluster.ts';
import { idIn, isUsable, nameIn } from '../status.ts';
import type { Kind, Pair, Whole } from './kind.ts';

/** An Aurora cluster with its members. */
export const clusters: Kind = {
  steps: {
    /** Reads an Aurora cluster with all that its replacement must have, member by member, and refuses one that can't be moved. */
    read: 'rds.read-cluster',
    /** Claims the original cluster by a tag whose key holds the run id. Its members are claimed with it: nobody can move one alone. */
    claim: 'rds.claim-cluster',
    /** Takes a claim off the original cluster and what was made of it; what no longer exists counts as released. */
    release: 'rds.release-cluster-claim',
    /** Snapshots a fenced cluster. It needs no copy: a cluster is restored under another key straight from it. */
    createSnapshot: 'rds.create-cluster-snapshot',
    /** Keeps clients out of a cluster by the fence. Connections that are open already stay until each member restarts. */
    fence: 'rds.fence-cluster',
    /** Asks every member itself, twice, some time apart, whether anybody else is connected. Waits while somebody is. */
    verifyFence: 'rds.verify-cluster-fence',
    /** Makes the replacement from the final snapshot, under the new key: fenced from its creation, with every setting given, and without members. */
    restore: 'rds.restore-cluster',
    /** Gives the replacement, in one call, what a restore can't: only ModifyDBCluster sets it. */
    modify: 'rds.modify-cluster',
    /** Gives the replacement one of the IAM roles of the original cluster, once it is judged in its place: until then it has none. */
    addRole: 'rds.add-cluster-role',
    /** Compares old and new cluster, member by member, before any gets another name. What differs and is not named stops the plan. */
    compare: 'rds.compare-clusters',
    /** Asks the writers of old and new, both fenced, the same questions in SQL. The answers must be equal, row by row. */
    checkSql: 'rds.check-cluster-sql',
    /** Renames a cluster, and waits until its endpoints and its members have followed. */
    rename: 'rds.rename-cluster',
    /** Judges the pair before clients are admitted: key, lineage, names, members, fence, and that every endpoint answers. */
    verify: 'rds.verify-cluster',
    /** Lets clients in to a cluster again, through the security groups that the original had. On the replacement this is the write point. */
    admit: 'rds.admit-cluster-clients',
    /** Judges the replacement once its clients are let in, and makes the final verdict from this and the earlier one. */
    verifyServing: 'rds.verify-cluster-serving',
    /** Takes the deletion protection off an original cluster, by the verdict about it. */
    clearProtection: 'rds.clear-cluster-deletion-protection',
    /** Protects a cluster against deletion again. */
    setProtection: 'rds.set-cluster-deletion-protection',
    /** Deletes an original cluster, without members by then, by the verdict about it and its replacement. */
    delete: 'rds.delete-cluster',
    /** Deletes a cluster that this run made and to which no client was ever let in. */
    discard: 'rds.discard-cluster',
    /** Removes a cluster snapshot that this run made. */
    discardSnapshot: 'rds.discard-cluster-snapshot',
    /** Starts an original cluster that somebody has stopped meanwhile: a stopped one can't be brought back to service. */
    start: 'rds.start-cluster',
    /** Keeps clients out of the replacement, before a rollback takes its name away. */
    fenceReplacement: 'rds.fence-cluster-replacement',
  },
  resource: 'DBCluster',
  snapshot: 'DBClusterSnapshot',
  describes: ['rds:DescribeDBClusters', 'rds:DescribeDBInstances'],
  describesAll: ['rds:DescribeDBClusters', 'rds:DescribeDBClusterEndpoints', 'rds:DescribeDBInstances'],
  describesToRead: [
    'rds:DescribeDBClusters',
    'rds:DescribeDBInstances',
    'rds:DescribeDBClusterEndpoints',
    'rds:ListTagsForResource',
  ],
  describesAround: ['rds:DescribeGlobalClusters'],
  noun: 'DB cluster',
  notFound: 'DBClusterNotFoundFault',
  asked: 'writers',
  restoreCall: 'rds:RestoreDBClusterFromSnapshot',
  deleteCommand: 'aws rds delete-db-cluster --db-cluster-identifier',

  idField: 'cluster',
  targetType: 'rds-cluster',
  idPattern: /^cluster-[A-Z0-9]+$/,
  isPart: (id) => /^db-[A-Z0-9]+$/.test(id),
  targetField: 'cluster',
  originalField: 'cluster',
  Id: ClusterId,
  Name: ClusterName,
  SnapshotName: ClusterSnapshotName,
  ReadOutput: z
    .strictObject({
      cluster: Cluster,
      members: z.array(Member),
      endpoints: z.array(ClusterEndpoint),
      roles: z.array(ClusterRole),
      surroundings: Surroundings.optional(),
    })
    .meta({ id: 'ReadCluster' }),
  Original: Cluster,
  Made: MadeCluster,
  MadeSnapshot: MadeClusterSnapshot,
  Role: ClusterRole,
  Fenced: FencedCluster,
  FenceProof: ClusterFenceProof,
  After: ClusterFenceProof.meta({ description: 'the proof that nobody writes any more' }),
  Verdict: ClusterVerdict,
  PlacedVerdict: PlacedClusterVerdict,
  FinalVerdict: FinalClusterVerdict,
  restartsShape: {
    restarts: z
      .array(RestartedDatabase)
      .min(1)
      .meta({ description: 'one for each member, as `steps.<drop-sessions>`' }),
  },
  membersShape: {
    members: z
      .array(MadeDatabase)
      .min(1)
      .meta({ description: 'the members of the new cluster, as `steps.<create-member>`' }),
  },
  copyShape: {},
  keyShape: { key: KeyArn.meta({ description: 'the key to move to, as `steps.<check-key>.to`' }) },
  attributes: [...new Set([...Object.keys(carryOfCluster), ...Object.keys(carryOfMember)])],
  mayDiffer: 'attributes of DescribeDBClusters or DescribeDBInstances in which old and new may differ',
  carried: [...clusterCarriedBy('restore'), ...clusterCarriedBy('modify')],
  restored: clusterCarriedBy('restore'),
  modified: clusterCarriedBy('modify'),
  together: [],

  find: (ctx, id) => ctx.aws.sight.cluster(id),
  all: (ctx) => ctx.aws.sight.clusters(),
  lastSeen: (ctx) => ctx.aws.sight.lastSeenClusters(),
  findSnapshot: (ctx, name) => ctx.aws.sight.clusterSnapshot(name),
  parts: async (ctx, found: DBCluster) => membersOf(found, await ctx.aws.sight.databases()),
  async whole({ aws: { sight } }, id) {
    const [found, all] = await Promise.all([sight.cluster(id), sight.databases()]);
    return found && { found, parts: membersOf(found, all) };
  },
  partsAmong: membersOf,
  async pair({ aws: { sight } }, ids) {
    const [original, replacement, instances] = await Promise.all([
      sight.cluster(ids.original),
      sight.cluster(ids.replacement),
      sight.databases(),
    ]);
    return { original, replacement, instances, endpoints: [] };
  },
  async pairWithEndpoints({ aws: { sight } }, ids) {
    const [original, replacement, instances, endpoints] = await Promise.all([
      sight.cluster(ids.original),
      sight.cluster(ids.replacement),
      sight.databases(),
      sight.clusterEndpoints(),
    ]);
    return { original, replacement, instances, endpoints };
  },

  async allSeen({ aws: { sight } }) {
    const [all, instances, endpoints] = await Promise.all([
      sight.clusters(),
      sight.databases(),
      sight.clusterEndpoints(),
    ]);
    return { all, instances, endpoints };
  },
  partsAsSet: membersAsSet,

  read: readCluster,
  // The claim stands on the cluster; its members are originals with it.
  claimsIn: ({ cluster, members }: { readonly cluster: Cluster; readonly members: readonly Member[] }) => [
    cluster.id,
    ...members.map(({ id }) => id),
  ],

  addressOf: writerAddressOf,
  ownNames: (found: DBCluster) => [found.Endpoint, found.ReaderEndpoint],
  isWhole: (found: DBCluster, members) => members.length === (found.DBClusterMembers ?? []).length,
  hasWriter: (found: DBCluster, members: readonly DBInstance[]) => members.some((one) => isWriter(found, one)),
  settings: clusterSettings,
  changes: (settings, wanted) => ({
    ...clusterParameters('modify', settings),
    // The mode is refused without what it rests on, even where that is so already.
    ...('DatabaseInsightsMode' in settings && insights(wanted)),
  }),
  // Of Aurora DescribeDBClusters tells no size (AllocatedStorage is 1): CloudWatch's VolumeBytesUsed does.
  keeps: (original: Cluster) => ({
    instances: original.members.map(({ settings }) => String(settings['DBInstanceClass'])),
    storage: 'by use',
  }),
  members: (original: Cluster) => original.members,
  membersMade: (input: { readonly members: readonly MadeDatabase[] }) => input.members,
  pairs: (original: Cluster, made) =>
    made.map((one) => ({
      id: one.original,
      name: original.members.find(({ id }) => id === one.original)?.name ?? one.name,
      replacement: one.id,
    })),
  pairsIn: (verdict: ClusterVerdict) => verdict.members,
  inVerdict: (members) => ({ members }),
  copyIn: () => undefined,
  otherNames: ({ found, parts }: Whole<DBCluster>, endpoints) => [
    ...[found.ReaderEndpoint ?? []].flat(),
    ...customEndpointsOf(found, endpoints).flatMap((one) => (leadsAnywhere(found, one) ? (one.Endpoint ?? []) : [])),
    ...parts.flatMap((one) => one.Endpoint?.Address ?? []),
  ],
  fenced: (id, members) => ({ id, members }),
  restartsOf: (input: { readonly restarts: readonly RestartedDatabase[] }) => input.restarts,
  restartedAt: (restarts) =>
    restarts
      .map((one) => `${one.id} ${one.restartedAt}`)
      .sort()
      .join(', '),
  madeSnapshot: (id, cluster, after) => ({
    id,
    cluster,
    after: after?.restartedAt ?? null,
    ...positioned(after?.position),
  }),
  faultsOfSize: () => [],
  faultsOfPlace: (verdict: ClusterVerdict, original: Cluster, made: Whole<DBCluster>, endpoints) =>
    faultsOfPlaces(verdict, original, {
      replacement: made.found,
      members: made.parts,
      endpoints: customEndpointsOf(made.found, endpoints),
    }),
  faultsOfServing: () => [],
  faultsOfPair: (verdict: FinalClusterVerdict, pair: Pair<DBCluster>) => [
    ...newEndpoints(verdict, pair),
    ...faultsOfMembers(verdict, pair),
    ...faultsOfWriter(verdict, pair),
  ],

  modify: (ctx, name, change) => ctx.aws.rds.modifyDBCluster({ DBClusterIdentifier: name, ...change }),
  rename: (ctx, name, to) =>
    ctx.aws.rds.modifyDBCluster({ DBClusterIdentifier: name, NewDBClusterIdentifier: to, ApplyImmediately: true }),
  async restore(ctx, name, { settings, snapshot, key, fence, tags }) {
    const { DBCluster: made } = await ctx.aws.rds.restoreDBClusterFromSnapshot({
      ...clusterParameters('restore', settings),
      DBClusterIdentifier: name,
      SnapshotIdentifier: snapshot,
      Engine: String(settings['Engine']),
      // Left out, it would stay under the old one.
      KmsKeyId: key,
      VpcSecurityGroupIds: [fence],
      DeletionProtection: false,
      Tags: tags,
    });
    return made?.DbClusterResourceId;
  },
  start: (ctx, name) => ctx.aws.rds.startDBCluster({ DBClusterIdentifier: name }),
  addRole: (ctx, name, { role: RoleArn, feature }) =>
    ctx.aws.rds.addRoleToDBCluster({
      DBClusterIdentifier: name,
      RoleArn,
      ...(feature !== '' && { FeatureName: feature }),
    }),
  createSnapshot: (ctx, name, snapshot, Tags) =>
    ctx.aws.rds.createDBClusterSnapshot({ DBClusterIdentifier: name, DBClusterSnapshotIdentifier: snapshot, Tags }),
  delete: (ctx, name, remains) => ctx.aws.rds.deleteDBCluster({ DBClusterIdentifier: name, ...remains }),
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

/** A member that somebody has added keeps RDS from deleting the cluster, and a name that clients know goes with the member that has it. */
function faultsOfMembers({ original: id, members }: FinalClusterVerdict, { original, instances }: Pair<DBCluster>) {
  const there = original ? membersOf(original, instances) : [];
  return there.flatMap((one) => {
    const name = nameIn(one);
    if (!members.some((member) => member.id === idIn(one)))
      return [
        `original ${id} has got a member, ${name}, since it was moved: if nobody needs it, delete it (aws rds delete-db-instance --db-instance-identifier ${name})`,
      ];
    return members.some((member) => member.name === name)
      ? [`${idIn(one)}, a member of original ${id}, holds the name ${name} again`]
      : [];
  });
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

function insights(settings: Readonly<Record<string, unknown>>) {
  const { PerformanceInsightsEnabled, PerformanceInsightsRetentionPeriod } = settings;
  return clusterParameters('restore', { PerformanceInsightsEnabled, PerformanceInsightsRetentionPeriod });
}
