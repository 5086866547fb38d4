import type { IpPermission, SecurityGroup } from '@aws-sdk/client-ec2';
import type * as z from 'zod';
import type { AwsContext } from '../../../aws/services.ts';
import type { Refusals } from '../../refusals.ts';
import type { AcceptedOfDatabase, Database, Fence } from '../domain.ts';

type LetThrough = Database['letThrough'];

/** Collects what speaks against the isolation group: it must let through what the plan declares, and nothing else. */
export async function refuseFence(
  ctx: AwsContext,
  fence: z.infer<typeof Fence>,
  found: { readonly name: string; readonly groups: readonly string[]; readonly vpc: string | undefined },
  refusals: Refusals<AcceptedOfDatabase>,
): Promise<void> {
  const id = fence.securityGroup;
  if (found.groups.includes(id))
    refusals.refuse(
      `${found.name} is in the isolation group ${id} already, so its own groups are not known`,
      'give it its own security groups back',
    );
  const group = await groupOf(ctx, id);
  if (!group) {
    refusals.refuse(`there is no security group ${id}`, 'make an isolation group in the VPC of the database');
    return;
  }
  const { vpc } = found;
  if (vpc !== undefined && group.VpcId !== vpc)
    refusals.refuse(`${id} is in ${group.VpcId}, the database is in ${vpc}`, 'make one in the same VPC');
  for (const hole of holesOf(group, fence))
    refusals.refuse(hole, 'take the rules out, or declare them in fence.inbound and fence.outbound');
}

/** What the fence lets through beyond what the plan declares, one sentence each: somebody may have opened it since. */
export async function holesInFence(
  ctx: AwsContext,
  { fence, letThrough }: Pick<Database, 'fence' | 'letThrough'>,
): Promise<string[]> {
  const group = await groupOf(ctx, fence);
  return group ? holesOf(group, letThrough) : [`the security group ${fence} is gone`];
}

async function groupOf(ctx: AwsContext, id: string): Promise<SecurityGroup | undefined> {
  const answer = await ctx.aws.ec2.describeSecurityGroups({ Filters: [{ Name: 'group-id', Values: [id] }] });
  return answer.SecurityGroups?.[0];
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

function peersOf(rule: IpPermission): string[] {
  return [
    ...(rule.IpRanges ?? []).map(({ CidrIp }) => CidrIp ?? ''),
    ...(rule.Ipv6Ranges ?? []).map(({ CidrIpv6 }) => CidrIpv6 ?? ''),
    ...(rule.PrefixListIds ?? []).map(({ PrefixListId }) => PrefixListId ?? ''),
    ...(rule.UserIdGroupPairs ?? []).map(({ GroupId }) => GroupId ?? ''),
  ];
}
