import type { DescribeDBClusterParameterGroupsMessage } from '@aws-sdk/client-rds';
import { securityGroups } from '../../ec2/network.ts';
import { type Operations, operation } from '../../operation.ts';
import type { World } from '../../world.ts';
import { defaultOptionGroup, familyOf } from '../engines.ts';
import { checkGroups } from '../groups.ts';
import { refusals } from '../refusals.ts';
import { folded, markedPage } from '../select.ts';
import type { ClusterSettings } from './model.ts';

/** What RDS takes where a restore names no group. */
export function clusterDefaults(
  engine: string,
  version: string,
): Pick<ClusterSettings, 'SecurityGroupIds' | 'ParameterGroup' | 'OptionGroup'> {
  return {
    SecurityGroupIds: securityGroups.map((group) => group.GroupId),
    ParameterGroup: `default.${familyOf(engine, version)}`,
    OptionGroup: defaultOptionGroup(engine, version),
  };
}

/** Throws when one of the groups that the settings name isn't there. */
export function checkClusterGroups(world: World, settings: Partial<ClusterSettings>): void {
  const { ParameterGroup: parameters, SubnetGroup, SecurityGroupIds, OptionGroup } = settings;
  if (
    parameters !== undefined &&
    !world.rds.clusterParameterGroups.has(parameters) &&
    !parameters.startsWith('default.')
  ) {
    throw refusals.noClusterParameterGroup(parameters);
  }
  checkGroups(world, {
    ...(SubnetGroup === undefined ? {} : { SubnetGroup }),
    ...(SecurityGroupIds === undefined ? {} : { SecurityGroupIds }),
    ...(OptionGroup === undefined ? {} : { OptionGroup }),
  });
}

/** Makes the groups of a scenario's cluster known. */
export function addClusterGroups(world: World, engine: string, version: string, settings: ClusterSettings): void {
  const family = familyOf(engine, version);
  for (const name of [settings.ParameterGroup, `default.${family}`])
    world.rds.clusterParameterGroups.set(name, { name, family });
  world.rds.subnetGroups.add(settings.SubnetGroup).add('default');
}

function describe(world: World, input: DescribeDBClusterParameterGroupsMessage): object {
  const name = input.DBClusterParameterGroupName && folded(input.DBClusterParameterGroupName);
  const all = [...world.rds.clusterParameterGroups.values()].filter((one) => name === undefined || one.name === name);
  // Unlike the other operations (the @throws of its command).
  if (name !== undefined && all.length === 0) throw refusals.noParameterGroup(name);
  const { items, ...rest } = markedPage(all, input, (one) => one.name);
  return {
    DBClusterParameterGroups: items.map((one) => ({
      DBClusterParameterGroupName: one.name,
      DBParameterGroupFamily: one.family,
      Description: one.name,
      DBClusterParameterGroupArn: world.arn('rds', `cluster-pg:${one.name}`),
    })),
    ...rest,
  };
}

export const clusterGroupOperations: Operations = {
  DescribeDBClusterParameterGroups: operation<DescribeDBClusterParameterGroupsMessage>(
    ['DBClusterParameterGroupName', 'MaxRecords', 'Marker'],
    describe,
  ),
};
