import { AwsError } from '../../wire/message.ts';
import { flicker, follow, requireFreeCluster } from '../life/cluster.ts';
import { tellOfCluster, tellOfClusterSnapshot } from '../life/events.ts';
import { atRest, bringUp, syncParameters, takeDown } from '../life/lifecycle.ts';
import type { Cluster } from '../model/cluster.ts';
import { nameEndpoints, unnameCustomEndpoint, unnameEndpoints } from '../naming/addresses.ts';
import { clusterArn, clusterSnapshotArn } from '../naming/arns.ts';
import { membersOf } from '../naming/names.ts';
import { refusals } from '../rules/refusals.ts';
import { clusterSnapshotView, clusterView } from '../views/cluster.ts';
import type { Kind } from './kind.ts';

export const clusterKind: Kind<Cluster> = {
  all: (world) => world.rds.clusters,
  snapshots: (world) => world.rds.clusterSnapshots,
  backups: (world) => world.rds.clusterBackups,
  noun: 'DB cluster',
  arn: clusterArn,
  snapshotArn: clusterSnapshotArn,
  called: 'DB cluster',
  parameters: {
    identifier: 'DBClusterIdentifier',
    arn: 'DBClusterArn',
    snapshot: 'DBClusterSnapshotIdentifier',
    identifierFilter: 'db-cluster-id',
    resourceFilter: 'db-cluster-resource-id',
  },
  filters: () => ({ 'clone-group-id': (one) => one.oddities.CloneGroupId }),
  view: clusterView,
  shownStatus: (_world, { status }) => status,
  parameterGroups: (world) => world.rds.clusterParameterGroups,
  refusals: {
    noParameterGroup: refusals.noClusterParameterGroup,
    missing: refusals.noCluster,
    exists: refusals.clusterExists,
    state: refusals.clusterState,
    noSnapshot: refusals.noClusterSnapshot,
    snapshotExists: refusals.clusterSnapshotExists,
    snapshotState: refusals.clusterSnapshotState,
  },
  requireFree: (_world, one, doing) => requireFreeCluster(one, doing),
  snapshot: {
    limits: ({ limits }) => ({ manual: limits.clusterSnapshots, copiesAtOnce: limits.clusterSnapshotCopies }),
    longestId: 63,
    // None by resource id (the doc comment of DescribeDBClusterSnapshotsMessage.Filters).
    filters: (world) => ({
      'db-cluster-snapshot-id': (one) => [one.id, clusterSnapshotArn(world, one.id)],
      'db-cluster-id': (one) => [one.databaseIdentifier, clusterArn(world, one.databaseIdentifier)],
    }),
    view: clusterSnapshotView,
    // An unencrypted cluster snapshot can't be copied into an encrypted one, as a DB snapshot can (facts §3.2).
    refuseKey({ keyArn }, key) {
      if (keyArn !== undefined || key === undefined) return;
      throw refusals.combination('A KMS key can not be given for the copy of an unencrypted DB cluster snapshot.');
    },
    finished: 'Finished DB cluster backup',
    keptByDefault: 1,
    deletedShows: 'available',
  },
  engines: membersOf,
  changes: {
    disruptive: ['EngineVersion', 'Port'],
    begin: (world, one) => follow(world, one),
    meanwhile: (world, one) => flicker(world, one, 'modifying'),
    inForce(world, one, settings) {
      follow(world, one);
      if (settings.ParameterGroup === undefined) return;
      for (const { member } of membersOf(world, one)) if (member) member.parameterStatus = 'pending-reboot';
    },
    toldBeforeRestart: false,
  },
  renaming: {
    noun: 'cluster',
    // Difference: an instance restarts (facts §6.6); that members do not is an assumption [U].
    restarts: false,
    // Difference: the first two are an instance's the other way round, the third is shorter, and nothing says why [U].
    seconds: [20, 90],
    lastSeconds: [10, 60],
    dnsSeconds: [10, 300],
    unname: unnameEndpoints,
    show(_world, one) {
      one.shownName = one.identifier;
    },
    name: nameEndpoints,
  },
  stopping: {
    // Difference: both take longer than an instance's, and AWS publishes neither [U].
    stopSeconds: [60, 200],
    longestStartSeconds: 300,
    tellsOfStart: () => true,
    // Difference: no event tells that an instance is asked to start.
    startAsked: 'DB cluster is being started',
  },
  maintenance: {
    mayBegin: ({ status, busy }) => status === 'available' && !busy,
    stages: (world, one, finished) => [
      [
        world.seconds(1, 10),
        () => {
          for (const member of membersOf(world, one)) {
            member.status = 'maintenance';
            takeDown(world, member);
          }
        },
      ],
      [
        world.seconds(20, 90),
        () => {
          for (const member of membersOf(world, one)) {
            syncParameters(member);
            bringUp(world, member);
          }
          one.status = atRest(membersOf(world, one));
          finished();
        },
      ],
    ],
    takesPending: ({ status }) => status === 'available',
  },
  deleting: {
    protectedNoun: 'Cluster',
    refuse(world, one) {
      if (membersOf(world, one).every(({ status }) => status === 'deleting')) return;
      throw refusals.clusterState('Cluster cannot be deleted, it still contains DB instances in non-deleting state.');
    },
    showsAtOnce: false,
    stages: (world, _one, remove) => [[world.seconds(30, 240), remove]],
  },
  roles: {
    needFeature: false,
    exists: (arn, name) =>
      new AwsError('DBClusterRoleAlreadyExists', `Role ARN ${arn} is already associated with DB Cluster: ${name}.`),
    full: () => new AwsError('DBClusterRoleQuotaExceeded', 'No more roles can be associated with the DB cluster.'),
    none: refusals.noClusterRole,
  },
  // Difference: an instance can have none. A cluster's retention is 1 at least, but a restore does not check it: may be a fault.
  backsUp: () => true,
  removed(world, one) {
    unnameEndpoints(world, one, one.identifier);
    const { clusterEndpoints } = world.rds;
    for (const endpoint of clusterEndpoints.values()) {
      if (endpoint.cluster !== one.resourceId) continue;
      unnameCustomEndpoint(world, endpoint);
      clusterEndpoints.delete(endpoint.id);
    }
  },
  tell: tellOfCluster,
  tellOfSnapshot: tellOfClusterSnapshot,
};
