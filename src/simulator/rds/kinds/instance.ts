import { AwsError } from '../../wire/message.ts';
import { tell, tellOfSnapshot } from '../life/events.ts';
import { optimise, requireFree, requireOwn, restart, statusOf, takeDown } from '../life/lifecycle.ts';
import type { Database } from '../model/model.ts';
import { hostOf } from '../naming/addresses.ts';
import { clusterArn, databaseArn, snapshotArn } from '../naming/arns.ts';
import { clusterOfMember } from '../naming/names.ts';
import { refusals } from '../rules/refusals.ts';
import { databaseView, dbSnapshotView } from '../views/instance.ts';
import type { Kind } from './kind.ts';

export const instanceKind: Kind<Database> = {
  all: (world) => world.rds.databases,
  snapshots: (world) => world.rds.snapshots,
  backups: (world) => world.rds.automatedBackups,
  noun: 'DB instance',
  arn: databaseArn,
  snapshotArn,
  called: 'Instance',
  parameters: {
    identifier: 'DBInstanceIdentifier',
    arn: 'DBInstanceArn',
    snapshot: 'DBSnapshotIdentifier',
    identifierFilter: 'db-instance-id',
    resourceFilter: 'dbi-resource-id',
  },
  filters: (world) => ({
    'db-cluster-id': (one) => {
      const cluster = clusterOfMember(world, one);
      return cluster && [cluster.identifier, clusterArn(world, cluster.identifier)];
    },
  }),
  view: databaseView,
  shownStatus: statusOf,
  requireOwn,
  parameterGroups: (world) => world.rds.parameterGroups,
  refusals: {
    noParameterGroup: refusals.noParameterGroup,
    missing: refusals.noDatabase,
    exists: refusals.databaseExists,
    state: refusals.databaseState,
    noSnapshot: refusals.noSnapshot,
    snapshotExists: refusals.snapshotExists,
    snapshotState: refusals.snapshotState,
  },
  // Difference: also while its storage is loaded, optimised or full [D accessing-monitoring]; a cluster shows none of these.
  requireFree,
  snapshot: {
    limits: ({ limits }) => ({ manual: limits.databaseSnapshots, copiesAtOnce: limits.databaseSnapshotCopies }),
    longestId: 255,
    filters: (world) => ({
      'db-snapshot-id': (one) => [one.id, snapshotArn(world, one.id)],
      'db-instance-id': (one) => [one.databaseIdentifier, databaseArn(world, one.databaseIdentifier)],
      'dbi-resource-id': (one) => one.resourceId,
    }),
    view: dbSnapshotView,
    refuse({ member }) {
      if (!member) return;
      throw refusals.value(
        'The specified instance is a member of a cluster and a snapshot cannot be created directly. Please use the CreateDBClusterSnapshot API instead.',
      );
    },
    finished: 'Finished DB Instance backup',
    // A cluster's retention is 1 at least (doc comments of the two Modify messages).
    keptByDefault: 0,
    deletedShows: 'deleted',
  },
  engines: (_world, one) => [one],
  changes: {
    disruptive: [
      'CACertificateIdentifier',
      'DBInstanceClass',
      'EngineVersion',
      'Port',
      'ProcessorFeatures',
      'SubnetGroup',
    ],
    begin(_world, one, settings) {
      if (settings.ParameterGroup !== undefined) one.parameterStatus = 'applying';
      if (settings.OptionGroup !== undefined) one.optionStatus = 'pending-apply';
    },
    inForce(_world, one, settings) {
      if (settings.ParameterGroup !== undefined) one.parameterStatus = 'pending-reboot';
      if (settings.OptionGroup !== undefined) one.optionStatus = 'in-sync';
    },
    // Difference: a cluster's are told when its members are up again. AWS says nothing of the order [U].
    toldBeforeRestart: true,
    after(world, one, { AllocatedStorage }) {
      if (AllocatedStorage !== undefined && one.status === 'available') optimise(world, one);
    },
  },
  renaming: {
    noun: 'instance',
    restarts: true,
    seconds: [10, 60],
    lastSeconds: [20, 90],
    dnsSeconds: [10, 400],
    unname(world, one, old) {
      const host = hostOf(world, old);
      if (world.rds.names.get(host) === one.resourceId) world.rds.names.delete(host);
    },
    show(world, one) {
      one.address = hostOf(world, one.identifier);
    },
    name(world, one) {
      world.rds.names.set(hostOf(world, one.identifier), one.resourceId);
    },
  },
  stopping: {
    refuse(world, { resourceId, replicaOf }) {
      const replicas = [...world.rds.databases.values()].some((one) => one.replicaOf === resourceId);
      if (replicas || replicaOf !== undefined) {
        throw refusals.databaseState('A read replica, or an instance that has one, can not be stopped.');
      }
    },
    stopSeconds: [30, 120],
    longestStartSeconds: 200,
    // Difference: a cluster's start is told even where no member could open its storage, which may be a fault.
    tellsOfStart: (one) => one.up,
    // Difference: no event tells of a cluster's, which may be a fault [U].
    weekIsOver: 'DB instance is being started due to it exceeding the maximum allowed time being stopped',
  },
  maintenance: {
    // Difference: one that is up and has nothing under way, whatever it shows; a cluster only when it shows available. May be a fault.
    mayBegin: (one) => !one.busy && one.up,
    stages: (world, one, finished) => [...restart(world, one), [world.seconds(5, 20), finished]],
    // Difference: whatever it shows by then, also when it could not open its storage, which may be a fault.
    takesPending: () => true,
  },
  deleting: {
    protectedNoun: 'DB Instance',
    // A cluster does not (the AWS CLI's examples of both).
    showsAtOnce: true,
    stages: (world, one, remove) => [
      [world.seconds(2, 10), () => takeDown(world, one)],
      [world.seconds(60, 240), remove],
    ],
  },
  roles: {
    // Required in AddRoleToDBInstanceMessage, optional in AddRoleToDBClusterMessage.
    needFeature: true,
    exists: (arn, name) =>
      new AwsError('DBInstanceRoleAlreadyExists', `Role ARN ${arn} is already associated with DB Instance: ${name}.`),
    full: () => new AwsError('DBInstanceRoleQuotaExceeded', 'No more roles can be associated with the DB instance.'),
    none: refusals.noRole,
  },
  backsUp: (one) => (one.settings.BackupRetentionPeriod ?? 0) > 0,
  removed(world, { resourceId }) {
    // Its replicas in the Region become instances of their own.
    for (const one of world.rds.databases.values()) if (one.replicaOf === resourceId) one.replicaOf = undefined;
    for (const [host, id] of world.rds.names) if (id === resourceId) world.rds.names.delete(host);
  },
  tell,
  tellOfSnapshot,
};
