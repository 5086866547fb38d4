import type { PromoteReadReplicaMessage } from '@aws-sdk/client-rds';
import { type Operations, operation } from '../../operation.ts';
import type { World } from '../../world.ts';
import { instanceKind } from '../kinds/instance.ts';
import { tell } from '../life/events.ts';
import { bringUp, carryOut, requireFree, takeDown } from '../life/lifecycle.ts';
import { named } from '../naming/find.ts';
import { refusals } from '../rules/refusals.ts';
import { databaseView } from '../views/instance.ts';

/** The replica stops following its source, restarts, and is an instance of its own. */
function promote(world: World, input: PromoteReadReplicaMessage): object {
  const replica = named(world, instanceKind, input.DBInstanceIdentifier);
  if (replica.replicaOf === undefined) throw refusals.databaseState(`${replica.identifier} is not a read replica.`);
  requireFree(world, replica, 'promoted');
  const retention = input.BackupRetentionPeriod ?? replica.settings.BackupRetentionPeriod;
  replica.status = 'modifying';
  carryOut(world, replica, [
    [
      world.seconds(30, 120),
      () => {
        replica.replicaOf = undefined;
        replica.settings = { ...replica.settings, BackupRetentionPeriod: retention };
        replica.status = 'rebooting';
        takeDown(world, replica);
      },
    ],
    [
      world.seconds(30, 120),
      () => {
        bringUp(world, replica);
        tell(world, replica, 'Promoted Read Replica instance to a stand-alone database instance', 'read replica');
      },
    ],
  ]);
  return { DBInstance: databaseView(world, replica) };
}

export const promoteOperations: Operations = {
  PromoteReadReplica: operation<PromoteReadReplicaMessage>(['DBInstanceIdentifier', 'BackupRetentionPeriod'], promote),
};
