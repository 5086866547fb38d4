import { databaseArn, snapshotArn } from '../arns.ts';
import { tell, tellOfSnapshot } from '../events.ts';
import { requireFree } from '../lifecycle.ts';
import type { Database } from '../model.ts';
import { refusals } from '../refusals.ts';
import { dbSnapshotView } from '../views.ts';
import type { Kind } from './kind.ts';

export const instanceKind: Kind<Database> = {
  all: (world) => world.rds.databases,
  snapshots: (world) => world.rds.snapshots,
  backups: (world) => world.rds.automatedBackups,
  noun: 'DB instance',
  arn: databaseArn,
  snapshotArn,
  parameters: { identifier: 'DBInstanceIdentifier', snapshot: 'DBSnapshotIdentifier' },
  refusals: {
    missing: refusals.noDatabase,
    exists: refusals.databaseExists,
    state: refusals.databaseState,
    noSnapshot: refusals.noSnapshot,
    snapshotExists: refusals.snapshotExists,
    snapshotState: refusals.snapshotState,
  },
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
    keptByDefault: 0,
    deletedShows: 'deleted',
  },
  tell,
  tellOfSnapshot,
};
