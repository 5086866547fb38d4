import type {
  DeleteDBInstanceMessage,
  DescribeDBInstancesMessage,
  RebootDBInstanceMessage,
  StartDBInstanceMessage,
  StopDBInstanceMessage,
} from '@aws-sdk/client-rds';
import { zones } from '../../ec2/volumes.ts';
import { type Operations, operation } from '../../operation.ts';
import type { World } from '../../world.ts';
import { instanceKind } from '../kinds/instance.ts';
import { loseWriter } from '../life/cluster.ts';
import { tell } from '../life/events.ts';
import { carryOut, requireFree, restart, takeDown } from '../life/lifecycle.ts';
import { remove } from '../life/remove.ts';
import { askStart, askStop } from '../life/stop.ts';
import type { Database } from '../model/model.ts';
import { named } from '../naming/find.ts';
import { clusterOfMember } from '../naming/names.ts';
import { refusals } from '../rules/refusals.ts';
import { databaseView } from '../views/instance.ts';
import { deleteOne, requireThere } from './delete.ts';
import { list } from './describe.ts';

function reboot(world: World, input: RebootDBInstanceMessage): object {
  const database = named(world, instanceKind, input.DBInstanceIdentifier);
  requireFree(world, database, 'rebooted');
  if (input.ForceFailover && !database.settings.MultiAZ) {
    throw refusals.combination('Cannot force failover since the instance is not configured for Multi-AZ.');
  }
  database.status = 'rebooting';
  if (input.ForceFailover) {
    const { AvailabilityZone } = database.settings;
    database.settings = {
      ...database.settings,
      AvailabilityZone: zones(world).find((zone) => zone !== AvailabilityZone),
    };
    tell(world, database, 'Multi-AZ instance failover started', 'failover');
  }
  carryOut(world, database, restart(world, database));
  return { DBInstance: databaseView(world, database) };
}

function deleteDatabase(world: World, input: DeleteDBInstanceMessage): object {
  const database = named(world, instanceKind, input.DBInstanceIdentifier);
  requireThere(instanceKind, database);
  if (database.member) return deleteMember(world, database, input);
  deleteOne(world, instanceKind, database, input);
  return { DBInstance: databaseView(world, database) };
}

// It takes no snapshot: the data is the cluster's. Without its writer the cluster has another one write.
function deleteMember(world: World, database: Database, input: DeleteDBInstanceMessage): object {
  if (input.FinalDBSnapshotIdentifier !== undefined) {
    throw refusals.combination('FinalDBSnapshotIdentifier can not be specified when deleting a cluster instance.');
  }
  database.status = 'deleting';
  const cluster = clusterOfMember(world, database);
  carryOut(world, database, [
    [
      world.seconds(2, 10),
      () => {
        takeDown(world, database);
        if (cluster?.writer === database.resourceId) loseWriter(world, cluster);
      },
    ],
    [world.seconds(60, 300), () => remove(world, instanceKind, database, false)],
  ]);
  return { DBInstance: databaseView(world, database) };
}

export const instanceOperations: Operations = {
  DescribeDBInstances: operation<DescribeDBInstancesMessage>(
    ['DBInstanceIdentifier', 'Filters', 'MaxRecords', 'Marker'],
    (world, input) => {
      const { views, rest } = list(world, instanceKind, input.DBInstanceIdentifier, input);
      return { DBInstances: views, ...rest };
    },
  ),
  RebootDBInstance: operation<RebootDBInstanceMessage>(['DBInstanceIdentifier', 'ForceFailover'], reboot),
  StopDBInstance: operation<StopDBInstanceMessage>(['DBInstanceIdentifier'], (world, input) => ({
    DBInstance: askStop(world, instanceKind, input.DBInstanceIdentifier),
  })),
  StartDBInstance: operation<StartDBInstanceMessage>(['DBInstanceIdentifier'], (world, input) => ({
    DBInstance: askStart(world, instanceKind, input.DBInstanceIdentifier),
  })),
  DeleteDBInstance: operation<DeleteDBInstanceMessage>(
    ['DBInstanceIdentifier', 'SkipFinalSnapshot', 'FinalDBSnapshotIdentifier', 'DeleteAutomatedBackups'],
    deleteDatabase,
  ),
};
