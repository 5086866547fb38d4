import type { World } from '../../world.ts';
import { clusterKind } from '../kinds/cluster.ts';
import { instanceKind } from '../kinds/instance.ts';
import type { Kind } from '../kinds/kind.ts';
import { tell, tellOfCluster } from '../life/events.ts';
import { atRest } from '../life/lifecycle.ts';
import type { Resource } from '../model/alike.ts';
import { membersOf } from '../naming/names.ts';
import { folded } from '../naming/select.ts';

type Fails = (world: World, input: object, output: object, code: string | undefined) => void;

function asked(input: object, parameter: string): string {
  const value: unknown = Reflect.get(input, parameter);
  return typeof value === 'string' ? folded(value) : '';
}

function named<T extends Resource>(world: World, kind: Kind<T>, input: object): T | undefined {
  const identifier = asked(input, kind.parameters.identifier);
  return [...kind.all(world).values()].find((one) => one.identifier === identifier);
}

/** Has what an instance or a cluster is about to do end soon, and differently. */
function instead<T extends Resource>(world: World, one: T | undefined, afterMs: number, act: (one: T) => void): void {
  if (!one) return;
  const task = ++one.task;
  world.after(afterMs, () => {
    if (one.task !== task) return;
    one.busy = false;
    act(one);
  });
}

function failSnapshot<T extends Resource>(world: World, kind: Kind<T>, id: string): void {
  const snapshot = kind.snapshots(world).get(id);
  world.after(world.seconds(10, 40), () => {
    if (snapshot && (snapshot.status === 'creating' || snapshot.status === 'copying')) {
      Object.assign(snapshot, { status: 'failed', sealed: undefined });
    }
  });
}

/** Of the operations that instances and clusters have alike. */
function failing<T extends Resource>(kind: Kind<T>) {
  const { snapshot: parameter } = kind.parameters;
  return {
    create: (world, input) => failSnapshot(world, kind, asked(input, parameter)),
    copy: (world, input) => failSnapshot(world, kind, asked(input, `Target${parameter}`)),
    // In the state of the code, or as one that can't be restored.
    restore: (world, input, _output, code = 'incompatible-restore') => {
      instead(world, named(world, kind, input), world.seconds(60, 200), (one) => {
        one.status = code;
        kind.tell(world, one, `${kind.noun} could not be restored: ${code}`, 'failure');
      });
    },
    // Nothing of what was asked for is done, and it is as it was.
    modify: (world, input) => {
      const { settings } = named(world, kind, input) ?? {};
      instead(world, named(world, kind, input), world.seconds(10, 60), (one) => {
        one.pending = {};
        one.renamingTo = undefined;
        if (settings) one.settings = { ...settings, SecurityGroupIds: one.groupsInForce };
        kind.changes.begin(world, one, {});
        kind.tell(world, one, `Unable to modify the ${kind.noun}`, 'failure');
      });
    },
  } satisfies Readonly<Record<string, Fails>>;
}

const ofInstances = failing(instanceKind);
const ofClusters = failing(clusterKind);

/** What an accepted call comes to when it fails later, by operation. AWS documents the states, not when they come [U]. */
export const rdsFails: Readonly<Record<string, Fails>> = {
  CreateDBClusterSnapshot: ofClusters.create,
  CopyDBClusterSnapshot: ofClusters.copy,
  RestoreDBClusterFromSnapshot: ofClusters.restore,
  ModifyDBCluster: ofClusters.modify,
  // In the state of the code, or as an instance that could not be made.
  CreateDBInstance: (world, input, _output, code = 'incompatible-create') => {
    instead(world, named(world, instanceKind, input), world.seconds(60, 200), (database) => {
      database.status = code;
      tell(world, database, `DB instance could not be created: ${code}`, 'failure');
    });
  },
  // Nothing fails over.
  FailoverDBCluster: (world, input) => {
    instead(world, named(world, clusterKind, input), world.seconds(10, 60), (cluster) => {
      cluster.status = atRest(membersOf(world, cluster));
      tellOfCluster(world, cluster, 'Failover of the DB cluster failed', 'failover', 'failure');
    });
  },
  CreateDBSnapshot: ofInstances.create,
  CopyDBSnapshot: ofInstances.copy,
  RestoreDBInstanceFromDBSnapshot: ofInstances.restore,
  ModifyDBInstance: ofInstances.modify,
  // The engine is not restarted at all, and no event tells of one.
  RebootDBInstance: (world, input) => {
    instead(world, named(world, instanceKind, input), world.seconds(10, 60), (database) => {
      database.status = 'available';
    });
  },
};
