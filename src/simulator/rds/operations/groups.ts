import type {
  DescribeDBClusterParameterGroupsMessage,
  DescribeDBParameterGroupsMessage,
  DescribeDBSubnetGroupsMessage,
  DescribeOptionGroupsMessage,
} from '@aws-sdk/client-rds';
import { type Operations, operation } from '../../operation.ts';
import type { World } from '../../world.ts';
import { clusterKind } from '../kinds/cluster.ts';
import { instanceKind } from '../kinds/instance.ts';
import type { Kind } from '../kinds/kind.ts';
import type { Resource } from '../model/alike.ts';
import type { ParameterGroup } from '../model/model.ts';
import { folded, markedPage } from '../naming/select.ts';
import { refusals } from '../rules/refusals.ts';
import { subnetGroupView } from '../views/instance.ts';

function parameterGroups<T extends Resource>(
  world: World,
  kind: Kind<T>,
  asked: {
    readonly name: string | undefined;
    readonly MaxRecords?: number | undefined;
    readonly Marker?: string | undefined;
  },
) {
  const name = asked.name && folded(asked.name);
  const all = [...kind.parameterGroups(world).values()].filter((group) => name === undefined || group.name === name);
  // Of a cluster's, too, unlike in the other operations (the @throws of its command).
  if (name !== undefined && all.length === 0) throw refusals.noParameterGroup(name);
  return markedPage(all, asked, (one) => one.name);
}

const groupView = ({ name, family }: ParameterGroup) => ({ DBParameterGroupFamily: family, Description: name });

function describeParameterGroups(world: World, input: DescribeDBParameterGroupsMessage): object {
  const { items, ...rest } = parameterGroups(world, instanceKind, { ...input, name: input.DBParameterGroupName });
  return {
    DBParameterGroups: items.map((one) => ({
      DBParameterGroupName: one.name,
      ...groupView(one),
      DBParameterGroupArn: world.arn('rds', `pg:${one.name}`),
    })),
    ...rest,
  };
}

function describeClusterParameterGroups(world: World, input: DescribeDBClusterParameterGroupsMessage): object {
  const { items, ...rest } = parameterGroups(world, clusterKind, { ...input, name: input.DBClusterParameterGroupName });
  return {
    DBClusterParameterGroups: items.map((one) => ({
      DBClusterParameterGroupName: one.name,
      ...groupView(one),
      DBClusterParameterGroupArn: world.arn('rds', `cluster-pg:${one.name}`),
    })),
    ...rest,
  };
}

function describeOptionGroups(world: World, input: DescribeOptionGroupsMessage): object {
  const all = [...world.rds.optionGroups.values()].filter(
    (one) =>
      (input.OptionGroupName === undefined || one.name === folded(input.OptionGroupName)) &&
      (input.EngineName === undefined || one.engine === input.EngineName),
  );
  if (input.OptionGroupName !== undefined && all.length === 0) throw refusals.noOptionGroup(input.OptionGroupName);
  const { items, ...rest } = markedPage(all, input, (one) => one.name);
  return {
    OptionGroupsList: items.map((one) => ({
      OptionGroupName: one.name,
      OptionGroupDescription: one.name,
      EngineName: one.engine,
      // What encrypts by itself can't be taken out of the group again.
      Options: one.options.map((OptionName) => ({
        OptionName,
        OptionDescription: OptionName,
        ...(OptionName === 'MEMCACHED' && { Port: 11211 }),
        Persistent: OptionName === 'TDE',
        Permanent: OptionName === 'TDE',
      })),
      AllowsVpcAndNonVpcInstanceMemberships: true,
      OptionGroupArn: world.arn('rds', `og:${one.name}`),
    })),
    ...rest,
  };
}

function describeSubnetGroups(world: World, input: DescribeDBSubnetGroupsMessage): object {
  const name = input.DBSubnetGroupName && folded(input.DBSubnetGroupName);
  const all = [...world.rds.subnetGroups].filter((one) => name === undefined || one === name);
  if (name !== undefined && all.length === 0) throw refusals.noSubnetGroup(name);
  const { items, ...rest } = markedPage(all, input, (one) => one);
  return { DBSubnetGroups: items.map((one) => subnetGroupView(world, one)), ...rest };
}

export const groupOperations: Operations = {
  DescribeDBParameterGroups: operation<DescribeDBParameterGroupsMessage>(
    ['DBParameterGroupName', 'MaxRecords', 'Marker'],
    describeParameterGroups,
  ),
  DescribeDBClusterParameterGroups: operation<DescribeDBClusterParameterGroupsMessage>(
    ['DBClusterParameterGroupName', 'MaxRecords', 'Marker'],
    describeClusterParameterGroups,
  ),
  DescribeOptionGroups: operation<DescribeOptionGroupsMessage>(
    ['OptionGroupName', 'EngineName', 'MaxRecords', 'Marker'],
    describeOptionGroups,
  ),
  DescribeDBSubnetGroups: operation<DescribeDBSubnetGroupsMessage>(
    ['DBSubnetGroupName', 'MaxRecords', 'Marker'],
    describeSubnetGroups,
  ),
};
