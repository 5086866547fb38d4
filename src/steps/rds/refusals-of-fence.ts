import type { IpPermission, SecurityGroup } from '@aws-sdk/client-ec2';
import type { DBInstance } from '@aws-sdk/client-rds';
import type * as z from 'zod';
import type { AwsContext } from '../../aws/services.ts';
import type { Refusals } from '../refusals.ts';
import type { AcceptedOfDatabase, Fence } from './domain.ts';
import { groupsOf } from './status.ts';

type FenceInput = z.infer<typeof Fence>;

/** Collects what speaks against the isolation group: it must let through what the plan declares, and nothing else. */
export async function refuseFence(
  ctx: AwsContext,
  fence: FenceInput,
  found: DBInstance,
  refusals: Refusals<AcceptedOfDatabase>,
): Promise<void> {
  const id = fence.securityGroup;
  if (groupsOf(found).includes(id))
    refusals.refuse(
      `${found.DBInstanceIdentifier} is in the isolation group ${id} already, so its own groups are not known`,
      'give it its own security groups back',
    );
  const answer = await ctx.aws.ec2.describeSecurityGroups({ Filters: [{ Name: 'group-id', Values: [id] }] });
  const group = answer.SecurityGroups?.[0];
  if (!group) {
    refusals.refuse(`there is no security group ${id}`, 'make an isolation group in the VPC of the database');
    return;
  }
  const vpc = found.DBSubnetGroup?.VpcId;
  if (vpc !== undefined && group.VpcId !== vpc)
    refusals.refuse(`${id} is in ${group.VpcId}, the database is in ${vpc}`, 'make one in the same VPC');
  refuseRules(group, fence, refusals);
}

function refuseRules(group: SecurityGroup, fence: FenceInput, refusals: Refusals<AcceptedOfDatabase>): void {
  const beyond = (rules: readonly IpPermission[] | undefined, declared: readonly string[]) =>
    (rules ?? []).flatMap(peersOf).filter((peer) => !declared.includes(peer));
  const into = beyond(group.IpPermissions, fence.inbound);
  const out = beyond(group.IpPermissionsEgress, fence.outbound);
  if (into.length > 0)
    refusals.refuse(
      `${group.GroupId} lets in ${into.join(', ')}`,
      'take the rules out, or declare them in fence.inbound',
    );
  if (out.length > 0)
    refusals.refuse(
      `${group.GroupId} lets out to ${out.join(', ')}`,
      'take the rules out, or declare them in fence.outbound',
    );
}

function peersOf(rule: IpPermission): string[] {
  return [
    ...(rule.IpRanges ?? []).map(({ CidrIp }) => CidrIp ?? ''),
    ...(rule.Ipv6Ranges ?? []).map(({ CidrIpv6 }) => CidrIpv6 ?? ''),
    ...(rule.PrefixListIds ?? []).map(({ PrefixListId }) => PrefixListId ?? ''),
    ...(rule.UserIdGroupPairs ?? []).map(({ GroupId }) => GroupId ?? ''),
  ];
}
