import type { World } from '../world.ts';
import { clusterFails, instead } from './cluster/failing.ts';
import { tell } from './events.ts';
import type { Database } from './model.ts';
import { folded } from './select.ts';

interface Asked {
  readonly DBInstanceIdentifier?: string;
  readonly DBSnapshotIdentifier?: string;
  readonly TargetDBSnapshotIdentifier?: string;
}

type Fails = (world: World, input: object, output: object, code: string | undefined) => void;

function named(world: World, { DBInstanceIdentifier = '' }: Asked): Database | undefined {
  const identifier = folded(DBInstanceIdentifier);
  return [...world.rds.databases.values()].find((one) => one.identifier === identifier);
}

function failSnapshot(world: World, id: string): void {
  const snapshot = world.rds.snapshots.get(folded(id));
  world.after(world.seconds(10, 40), () => {
    if (snapshot && (snapshot.status === 'creating' || snapshot.status === 'copying')) {
      Object.assign(snapshot, { status: 'failed', sealed: undefined });
    }
  });
}

/** What an accepted call comes to when it fails later, by operation. AWS documents the states, not when they come [U]. */
export const rdsFails: Readonly<Record<string, Fails>> = {
  ...clusterFails,
  CreateDBSnapshot: (world, { DBSnapshotIdentifier = '' }: Asked) => failSnapshot(world, DBSnapshotIdentifier),
  CopyDBSnapshot: (world, { TargetDBSnapshotIdentifier = '' }: Asked) =>
    failSnapshot(world, TargetDBSnapshotIdentifier),
  // In the state of the code, or as an instance that can't be restored.
  RestoreDBInstanceFromDBSnapshot: (world, input, _output, code = 'incompatible-restore') => {
    instead(world, named(world, input), world.seconds(60, 200), (database) => {
      database.status = code;
      tell(world, database, `DB instance could not be restored: ${code}`, 'failure');
    });
  },
  // Nothing of what was asked for is done, and the instance is as it was.
  ModifyDBInstance: (world, input) => {
    const { settings } = named(world, input) ?? {};
    instead(world, named(world, input), world.seconds(10, 60), (database) => {
      database.pending = {};
      database.renamingTo = undefined;
      if (settings) database.settings = { ...settings, SecurityGroupIds: database.groupsInForce };
      tell(world, database, 'Unable to modify the DB instance', 'failure');
    });
  },
  // The engine is not restarted at all, and no event tells of one.
  RebootDBInstance: (world, input) => {
    instead(world, named(world, input), world.seconds(10, 60), (database) => {
      database.status = 'available';
    });
  },
};
