import { BlockList, isIP, isIPv6 } from 'node:net';
import type { IpPermission, SecurityGroup } from '@aws-sdk/client-ec2';
import type * as z from 'zod';
import type { AwsContext } from '../../../aws/services.ts';
import type { Refusals } from '../../refusals.ts';
import type { AcceptedOfDatabase, Database, Fence } from '../domain.ts';

type LetThrough = Database['letThrough'];

/** Collects what is wrong with the fence: it must let through what the plan declares, and nothing else. */
export async function refuseFence(
  ctx: AwsContext,
  fence: z.infer<typeof Fence>,
  found: { readonly name: string; readonly groups: readonly string[]; readonly vpc: string | undefined },
  refusals: Refusals<AcceptedOfDatabase>,
): Promise<void> {
  const id = fence.securityGroup;
  if (found.groups.includes(id))
    refusals.refuse(
      `${found.name} is behind the fence ${id} already, so its own groups are not known`,
      'give it its own security groups back',
    );
  const [group, ...own] = await groupsOf(ctx, [id, ...found.groups]);
  if (!group) {
    refusals.refuse(
      `there is no security group ${id}`,
      'make a security group for the fence in the VPC of the database',
    );
    return;
  }
  const { vpc } = found;
  if (vpc !== undefined && group.VpcId !== vpc)
    refusals.refuse(`${id} is in ${group.VpcId}, the database is in ${vpc}`, 'make one in the same VPC');
  for (const hole of holesOf(group, fence))
    refusals.refuse(hole, 'take the rules out, or declare them in fence.inbound and fence.outbound');
  refuseClients(group, own, refusals);
}

/** Collects whom the fence lets in that may be a client: behind it nobody writes but by a session that a look may miss. */
function refuseClients(
  group: SecurityGroup,
  own: readonly (SecurityGroup | undefined)[],
  refusals: Refusals<AcceptedOfDatabase>,
): void {
  const rules = group.IpPermissions ?? [];
  const id = group.GroupId ?? '';
  for (const peer of rules.flatMap(namedPeersOf))
    refusals.refuse(
      `${id} lets in ${peer}, whose members change without a change of its rules`,
      'let in the addresses of this runner, each by itself',
    );
  const ranges = rules.flatMap(rangesOf).filter((range) => !isOneAddress(range));
  const wanted = own.flatMap((one) => one?.IpPermissions ?? []).flatMap(rangesOf);
  for (const range of new Set(ranges)) {
    const known = wanted.find((one) => overlap(one, range));
    if (known !== undefined)
      refusals.refuse(
        `${id} lets in ${range}, and clients of the database come from ${known}: they could write behind the fence`,
        'let in the addresses of this runner, each by itself',
      );
    else
      refusals.unless(
        'fence-range',
        `${id} lets in ${range}: whoever has one of these addresses can write behind the fence`,
        'let in the addresses of this runner, each by itself',
      );
  }
}

const isOneAddress = (range: string) => range.endsWith(range.includes(':') ? '/128' : '/32');

/** Is an address in both? */
function overlap(a: string, b: string): boolean {
  return holds(a, b) || holds(b, a);
}

/** Does the range hold the first address of the other? What can't be read may hold any. */
function holds(range: string, other: string): boolean {
  const [network = '', length = ''] = range.split('/');
  const [address = ''] = other.split('/');
  if (!isIP(address) || !isIP(network) || !/^\d{1,3}$/.test(length) || Number(length) > (isIPv6(network) ? 128 : 32))
    return true;
  if (isIPv6(address) !== isIPv6(network)) return false;
  const family = isIPv6(network) ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  list.addSubnet(network, Number(length), family);
  return list.check(address, family);
}

/** What the fence lets through beyond what the plan declares, one sentence each: somebody may have opened it since. */
export async function holesInFence(
  ctx: AwsContext,
  { fence, letThrough }: Pick<Database, 'fence' | 'letThrough'>,
): Promise<string[]> {
  const [group] = await groupsOf(ctx, [fence]);
  return group ? holesOf(group, letThrough) : [`the security group ${fence} is gone`];
}

/** Each of these, undefined where it is not there. */
async function groupsOf(ctx: AwsContext, ids: readonly string[]): Promise<readonly (SecurityGroup | undefined)[]> {
  const answer = await ctx.aws.ec2.describeSecurityGroups({ Filters: [{ Name: 'group-id', Values: [...ids] }] });
  return ids.map((id) => answer.SecurityGroups?.find(({ GroupId }) => GroupId === id));
}

function holesOf(group: SecurityGroup, declared: LetThrough): string[] {
  const beyond = (rules: readonly IpPermission[] | undefined, known: readonly string[]) =>
    (rules ?? []).flatMap(peersOf).filter((peer) => !known.includes(peer));
  const into = beyond(group.IpPermissions, declared.inbound);
  const out = beyond(group.IpPermissionsEgress, declared.outbound);
  return [
    ...(into.length > 0 ? [`${group.GroupId} lets in ${into.join(', ')}`] : []),
    ...(out.length > 0 ? [`${group.GroupId} lets out to ${out.join(', ')}`] : []),
  ];
}

const peersOf = (rule: IpPermission) => [...rangesOf(rule), ...namedPeersOf(rule)];

function rangesOf(rule: IpPermission): string[] {
  const all = [
    ...(rule.IpRanges ?? []).map(({ CidrIp }) => CidrIp),
    ...(rule.Ipv6Ranges ?? []).map(({ CidrIpv6 }) => CidrIpv6),
  ];
  return all.flatMap((range) => range ?? []);
}

/** Those that a rule names otherwise than by their addresses. */
function namedPeersOf(rule: IpPermission): string[] {
  return [
    ...(rule.PrefixListIds ?? []).map(({ PrefixListId }) => PrefixListId ?? ''),
    ...(rule.UserIdGroupPairs ?? []).map(({ GroupId }) => GroupId ?? ''),
  ];
}
