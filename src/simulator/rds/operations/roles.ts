import type {
  AddRoleToDBClusterMessage,
  AddRoleToDBInstanceMessage,
  RemoveRoleFromDBClusterMessage,
  RemoveRoleFromDBInstanceMessage,
} from '@aws-sdk/client-rds';
import { required } from '../../ec2/select.ts';
import { type Operations, operation } from '../../operation.ts';
import type { World } from '../../world.ts';
import { clusterKind } from '../kinds/cluster.ts';
import { instanceKind } from '../kinds/instance.ts';
import type { Kind } from '../kinds/kind.ts';
import type { DatabaseRole, Resource } from '../model/alike.ts';
import { named } from '../naming/find.ts';

const mostRoles = 5;

interface Asked {
  readonly RoleArn: string | undefined;
  readonly FeatureName?: string | undefined;
}

function add<T extends Resource>(world: World, kind: Kind<T>, name: string | undefined, asked: Asked): object {
  const one = named(world, kind, name);
  const arn = required(asked.RoleArn, 'RoleArn');
  const feature = kind.roles.needFeature ? required(asked.FeatureName, 'FeatureName') : (asked.FeatureName ?? '');
  kind.requireOwn?.(one, 'given a role');
  kind.requireFree(world, one, 'given a role');
  if (one.roles.some((role) => role.arn === arn || (feature !== '' && role.feature === feature)))
    throw kind.roles.exists(arn, one.identifier);
  if (one.roles.length >= mostRoles) throw kind.roles.full();
  const role: DatabaseRole = { arn, feature, status: 'PENDING' };
  one.roles.push(role);
  world.after(world.seconds(5, 60), () => {
    role.status = 'ACTIVE';
  });
  return {};
}

function remove<T extends Resource>(world: World, kind: Kind<T>, name: string | undefined, asked: Asked): object {
  const one = named(world, kind, name);
  const arn = required(asked.RoleArn, 'RoleArn');
  // Difference: not asked whether it is its cluster's, as it is when a role is added: may be a fault.
  kind.requireFree(world, one, 'parted from a role');
  const feature = asked.FeatureName ?? '';
  const whatever = feature === '' && !kind.roles.needFeature;
  const left = one.roles.filter((role) => role.arn !== arn || (!whatever && role.feature !== feature));
  if (left.length === one.roles.length) throw kind.roles.none(arn, one.identifier);
  one.roles = left;
  return {};
}

export const roleOperations: Operations = {
  AddRoleToDBInstance: operation<AddRoleToDBInstanceMessage>(
    ['DBInstanceIdentifier', 'RoleArn', 'FeatureName'],
    (world, input) => add(world, instanceKind, input.DBInstanceIdentifier, input),
  ),
  RemoveRoleFromDBInstance: operation<RemoveRoleFromDBInstanceMessage>(
    ['DBInstanceIdentifier', 'RoleArn', 'FeatureName'],
    (world, input) => remove(world, instanceKind, input.DBInstanceIdentifier, input),
  ),
  AddRoleToDBCluster: operation<AddRoleToDBClusterMessage>(
    ['DBClusterIdentifier', 'RoleArn', 'FeatureName'],
    (world, input) => add(world, clusterKind, input.DBClusterIdentifier, input),
  ),
  RemoveRoleFromDBCluster: operation<RemoveRoleFromDBClusterMessage>(
    ['DBClusterIdentifier', 'RoleArn', 'FeatureName'],
    (world, input) => remove(world, clusterKind, input.DBClusterIdentifier, input),
  ),
};
