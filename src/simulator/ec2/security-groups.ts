import type {
  DescribeSecurityGroupRulesRequest,
  DescribeSecurityGroupsRequest,
  IpPermission,
  SecurityGroup as WireSecurityGroup,
} from '@aws-sdk/client-ec2';
import type { Rule, SecurityGroup } from '../model.ts';
import { type Operations, operation } from '../operation.ts';
import type { World } from '../world.ts';
import { vpcId } from './network.ts';
import { type Kind, listedOrAll, matching, page, tagList } from './select.ts';

const kind: Kind = {
  prefix: 'sg',
  malformed: 'InvalidGroupId.Malformed',
  notFound: 'InvalidGroup.NotFound',
  parameter: 'groupIdSet',
  missing: (ids) =>
    `The security group${ids.length > 1 ? 's' : ''} '${ids.join(', ')}' ${ids.length > 1 ? 'do' : 'does'} not exist`,
};

/** `10.0.0.0/8:5432`, `10.0.0.0/8` or `sg-…:5432` as a rule. */
export function ruleOf(world: World, text: string): Rule {
  const [peer = '', port] = text.split(':');
  return { id: world.id('sgr'), peer, port: port === undefined ? undefined : Number(port) };
}

function numberOf(ip: string): number {
  return ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** Whether `ip` lies in the IPv4 range `cidr`. */
export function within(ip: string, cidr: string): boolean {
  const [base = '', bits = '32'] = cidr.split('/');
  const size = 2 ** (32 - Number(bits));
  return Math.floor(numberOf(ip) / size) === Math.floor(numberOf(base) / size);
}

/** Whether one of the groups lets a new connection from `ip` in at `port`. What is open already is tracked, and stays. */
export function letsIn(world: World, groupIds: readonly string[], ip: string, port: number): boolean {
  return groupIds.some((id) =>
    world.securityGroups
      .get(id)
      ?.inbound.some((rule) => !rule.peer.startsWith('sg-') && (rule.port ?? port) === port && within(ip, rule.peer)),
  );
}

function permissions(world: World, rules: readonly Rule[]): IpPermission[] {
  const ports = [...new Set(rules.map((rule) => rule.port))];
  return ports.map((port) => {
    const peers = rules.filter((rule) => rule.port === port).map((rule) => rule.peer);
    return {
      ...(port === undefined ? { IpProtocol: '-1' } : { IpProtocol: 'tcp', FromPort: port, ToPort: port }),
      IpRanges: peers.filter((peer) => !peer.startsWith('sg-')).map((CidrIp) => ({ CidrIp })),
      UserIdGroupPairs: peers
        .filter((peer) => peer.startsWith('sg-'))
        .map((GroupId) => ({ GroupId, UserId: world.account })),
      Ipv6Ranges: [],
      PrefixListIds: [],
    };
  });
}

function groupView(world: World, group: SecurityGroup): WireSecurityGroup {
  return {
    GroupId: group.id,
    GroupName: group.name,
    Description: group.description,
    OwnerId: world.account,
    VpcId: vpcId,
    SecurityGroupArn: world.arn('ec2', `security-group/${group.id}`),
    IpPermissions: permissions(world, group.inbound),
    IpPermissionsEgress: permissions(world, group.outbound),
    Tags: tagList(group.tags, world.time),
  };
}

function describeSecurityGroups(world: World, input: DescribeSecurityGroupsRequest): object {
  const groups = listedOrAll(
    kind,
    { ...input, ids: input.GroupIds },
    () => world.securityGroups.values(),
    (id) => world.securityGroups.get(id),
  );
  const test = matching<SecurityGroup>(
    input.Filters,
    {
      'group-id': (group) => group.id,
      'group-name': (group) => group.name,
      'vpc-id': () => vpcId,
      'owner-id': () => world.account,
    },
    (group) => group.tags.seenAt(world.time),
  );
  const { items, ...rest } = page(groups.filter(test), input, (group) => group.id);
  return { SecurityGroups: items.map((group) => groupView(world, group)), ...rest };
}

function describeSecurityGroupRules(world: World, input: DescribeSecurityGroupRulesRequest): object {
  const all = [...world.securityGroups.values()].flatMap((group) => [
    ...group.inbound.map((rule) => ({ group, rule, outbound: false })),
    ...group.outbound.map((rule) => ({ group, rule, outbound: true })),
  ]);
  const test = matching<(typeof all)[number]>(input.Filters, {
    'group-id': ({ group }) => group.id,
    'security-group-rule-id': ({ rule }) => rule.id,
  });
  const { items, ...rest } = page(all.filter(test), input, ({ rule }) => rule.id);
  return {
    SecurityGroupRules: items.map(({ group, rule: { id, peer, port }, outbound }) => ({
      SecurityGroupRuleId: id,
      GroupId: group.id,
      GroupOwnerId: world.account,
      IsEgress: outbound,
      IpProtocol: port === undefined ? '-1' : 'tcp',
      FromPort: port ?? -1,
      ToPort: port ?? -1,
      ...(peer.startsWith('sg-')
        ? { ReferencedGroupInfo: { GroupId: peer, UserId: world.account } }
        : { CidrIpv4: peer }),
      Tags: [],
    })),
    ...rest,
  };
}

export const securityGroupOperations: Operations = {
  DescribeSecurityGroups: operation<DescribeSecurityGroupsRequest>(
    ['GroupIds', 'Filters', 'MaxResults', 'NextToken'],
    describeSecurityGroups,
  ),
  DescribeSecurityGroupRules: operation<DescribeSecurityGroupRulesRequest>(
    ['Filters', 'MaxResults', 'NextToken'],
    describeSecurityGroupRules,
  ),
};
