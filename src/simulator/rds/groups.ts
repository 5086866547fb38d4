import type {
  DescribeDBParameterGroupsMessage,
  DescribeDBSubnetGroupsMessage,
  DescribeOptionGroupsMessage,
} from '@aws-sdk/client-rds';
import { securityGroups } from '../ec2/network.ts';
import { type Operations, operation } from '../operation.ts';
import type { World } from '../world.ts';
import { defaultOptionGroup, familyOf } from './engines.ts';
import type { ParameterGroup, Settings } from './model.ts';
import { refusals } from './refusals.ts';
import { folded, markedPage, passing } from './select.ts';
import { subnetGroupView } from './views.ts';

/** What RDS takes where a restore names no group. */
export function defaultsFor(
  engine: string,
  version: string,
): Pick<Settings, 'SecurityGroupIds' | 'ParameterGroup' | 'OptionGroup'> {
  return {
    SecurityGroupIds: securityGroups.map((group) => group.GroupId),
    ParameterGroup: `default.${familyOf(engine, version)}`,
    OptionGroup: defaultOptionGroup(engine, version),
  };
}

/** Throws when one of the groups that the settings name isn't there. */
export function checkGroups(world: World, settings: Partial<Settings>): void {
  const { ParameterGroup: parameters, OptionGroup: options, SubnetGroup: subnets, SecurityGroupIds: groups } = settings;
  const { parameterGroups, optionGroups, subnetGroups } = world.rds;
  if (parameters !== undefined && !parameterGroups.has(parameters) && !parameters.startsWith('default.')) {
    throw refusals.noParameterGroup(parameters);
  }
  if (options !== undefined && !optionGroups.has(options) && !options.startsWith('default:')) {
    throw refusals.noOptionGroup(options);
  }
  if (subnets !== undefined && subnets !== 'default' && !subnetGroups.has(subnets))
    throw refusals.noSubnetGroup(subnets);
  for (const id of groups ?? []) {
    if (!world.securityGroups.has(id)) throw refusals.value(`Invalid security group , groupId= ${id}, groupName=.`);
  }
}

/** Makes the groups of a scenario's database known. */
export function addGroups(
  world: World,
  engine: string,
  version: string,
  settings: Settings,
  options: readonly string[],
): void {
  const family = familyOf(engine, version);
  for (const name of [settings.ParameterGroup, `default.${family}`])
    world.rds.parameterGroups.set(name, { name, family });
  const standard = defaultsFor(engine, version).OptionGroup;
  world.rds.optionGroups.set(standard, { name: standard, engine, options: [] });
  world.rds.optionGroups.set(settings.OptionGroup, { name: settings.OptionGroup, engine, options });
  world.rds.subnetGroups.add(settings.SubnetGroup).add('default');
}

function describeParameterGroups(world: World, input: DescribeDBParameterGroupsMessage): object {
  const name = input.DBParameterGroupName && folded(input.DBParameterGroupName);
  const all = [...world.rds.parameterGroups.values()].filter((group) => name === undefined || group.name === name);
  if (name !== undefined && all.length === 0) throw refusals.noParameterGroup(name);
  const { items, ...rest } = markedPage(
    all.filter(passing<ParameterGroup>(input.Filters, {})),
    input,
    (one) => one.name,
  );
  return {
    DBParameterGroups: items.map((one) => ({
      DBParameterGroupName: one.name,
      DBParameterGroupFamily: one.family,
      Description: one.name,
      DBParameterGroupArn: world.arn('rds', `pg:${one.name}`),
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
  DescribeOptionGroups: operation<DescribeOptionGroupsMessage>(
    ['OptionGroupName', 'EngineName', 'MaxRecords', 'Marker'],
    describeOptionGroups,
  ),
  DescribeDBSubnetGroups: operation<DescribeDBSubnetGroupsMessage>(
    ['DBSubnetGroupName', 'MaxRecords', 'Marker'],
    describeSubnetGroups,
  ),
};
