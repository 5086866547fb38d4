import { securityGroups } from '../../ec2/network.ts';
import type { World } from '../../world.ts';
import type { Kind } from '../kinds/kind.ts';
import type { Resource, SharedSettings } from '../model/alike.ts';
import { defaultOptionGroup, familyOf } from './engines.ts';
import { refusals } from './refusals.ts';

/** What RDS takes where a restore names no group. */
export function defaultsFor(
  engine: string,
  version: string,
): Pick<SharedSettings, 'SecurityGroupIds' | 'ParameterGroup' | 'OptionGroup'> {
  return {
    SecurityGroupIds: securityGroups.map((group) => group.GroupId),
    ParameterGroup: `default.${familyOf(engine, version)}`,
    OptionGroup: defaultOptionGroup(engine, version),
  };
}

/** Throws when one of the groups that the settings name isn't there. */
export function checkGroups<T extends Resource>(
  world: World,
  kind: Kind<T>,
  settings: Partial<Pick<SharedSettings, 'ParameterGroup' | 'OptionGroup' | 'SubnetGroup' | 'SecurityGroupIds'>>,
): void {
  const { ParameterGroup: parameters, OptionGroup: options, SubnetGroup: subnets, SecurityGroupIds: groups } = settings;
  const { optionGroups, subnetGroups } = world.rds;
  const known = (name: string) => kind.parameterGroups(world).has(name) || name.startsWith('default.');
  if (parameters !== undefined && !known(parameters)) throw kind.refusals.noParameterGroup(parameters);
  if (options !== undefined && !optionGroups.has(options) && !options.startsWith('default:')) {
    throw refusals.noOptionGroup(options);
  }
  if (subnets !== undefined && subnets !== 'default' && !subnetGroups.has(subnets))
    throw refusals.noSubnetGroup(subnets);
  for (const id of groups ?? []) {
    if (!world.securityGroups.has(id)) throw refusals.value(`Invalid security group , groupId= ${id}, groupName=.`);
  }
}

/** Makes the groups of a scenario's instance or cluster known. */
export function addGroups<T extends Resource>(
  world: World,
  kind: Kind<T>,
  engine: string,
  version: string,
  settings: SharedSettings,
): void {
  const family = familyOf(engine, version);
  for (const name of [settings.ParameterGroup, `default.${family}`])
    kind.parameterGroups(world).set(name, { name, family });
  world.rds.subnetGroups.add(settings.SubnetGroup).add('default');
}

/** Makes the option group of a scenario's instance known, and that which its engine has of itself. */
export function addOptionGroups(
  world: World,
  engine: string,
  version: string,
  name: string,
  options: readonly string[],
): void {
  const standard = defaultsFor(engine, version).OptionGroup;
  world.rds.optionGroups.set(standard, { name: standard, engine, options: [] });
  world.rds.optionGroups.set(name, { name, engine, options });
}
