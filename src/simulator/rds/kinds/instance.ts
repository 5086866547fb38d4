import { databaseArn, snapshotArn } from '../arns.ts';
import { tell, tellOfSnapshot } from '../events.ts';
import type { Database } from '../model.ts';
import { refusals } from '../refusals.ts';
import type { Kind } from './kind.ts';

export const instanceKind: Kind<Database> = {
  all: (world) => world.rds.databases,
  snapshots: (world) => world.rds.snapshots,
  backups: (world) => world.rds.automatedBackups,
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
  tell,
  tellOfSnapshot,
};
