import type { DBCluster, DBInstance } from '@aws-sdk/client-rds';
import * as z from 'zod';
import { defineVerify } from '../../aws/services.ts';
import type { Seen } from '../../contract/step.ts';
import type { VerdictStatus } from '../../contract/verdict.ts';
import { settleWithinMs } from '../deadlines.ts';
import { KeyArn, KeyTried } from '../domain.ts';
import { carryOfCluster, clusterSettings } from './carry-cluster.ts';
import { carryOfMember, memberSettings } from './carry-member.ts';
import { Cluster, ClusterVerdict, MadeCluster, type Member } from './cluster-domain.ts';
import { type Difference, differencesBetween } from './comparison.ts';
import { MadeDatabase } from './domain.ts';
import { brokenStatus, isSettled, nameIn, pendingOf, statusOf } from './status.ts';

const attributes = [...new Set([...Object.keys(carryOfCluster), ...Object.keys(carryOfMember)])] as [
  string,
  ...string[],
];
const input = z.strictObject({
  cluster: Cluster,
  replacement: MadeCluster,
  members: z.array(MadeDatabase).min(1),
  key: KeyArn,
  keyTried: KeyTried,
  differences: z
    .array(z.enum(attributes))
    .default([])
    .meta({ description: 'attributes of DescribeDBClusters or DescribeDBInstances in which old and new may differ' }),
});
type Input = z.infer<typeof input>;

/** Compares old and new cluster, member by member, before any gets another name. What differs and is not named stops the plan. */
export const compareClusters = defineVerify({
  type: 'rds.compare-clusters',
  settleWithinMs: settleWithinMs.databaseChange,
  permissions: ['rds:DescribeDBClusters', 'rds:DescribeDBInstances'],
  input,
  output: ClusterVerdict,
  title: (input) => `compare ${input.replacement.name} with ${input.cluster.name}`,
  async check(ctx, input) {
    const { sight } = ctx.aws;
    const [original, replacement, all] = await Promise.all([
      sight.cluster(input.cluster.id),
      sight.cluster(input.replacement.id),
      sight.databases(),
    ]);
    if (!original) return judged(input, [`original ${input.cluster.id} is gone`]);
    if (!replacement) return judged(input, [`replacement ${input.replacement.id} is gone`]);
    const instance = (id: string) => all.find((one) => one.DbiResourceId === id);
    const made = input.members.flatMap(({ id }) => instance(id) ?? []);
    if (made.length < input.members.length) return judged(input, [`members of ${input.replacement.name} are gone`]);
    const broken = [replacement, ...made].flatMap((one) => brokenStatus(one) ?? []);
    if (broken.length > 0) return judged(input, broken);
    const busy = [replacement, ...made].find((one) => !isSettled(one));
    if (busy) return pending(input, `${nameIn(busy)} is ${statusOf(busy)}`);
    const findings: string[] = [];
    // What somebody has changed on the original since it was read would be lost with it.
    const was = [
      ...ofCluster(input.cluster, original, 'itself'),
      ...input.cluster.members.flatMap((one) => ofMember(one, instance(one.id), 'itself')),
    ];
    for (const { attribute, told } of was) findings.push(`since it was read, ${attribute}: ${told}`);
    const is = [
      ...ofCluster(input.cluster, replacement, 'replacement'),
      ...input.cluster.members.flatMap((one) => ofMember(one, takingPlaceOf(one, input, all), 'replacement')),
    ];
    for (const { attribute, told } of is) {
      if (input.differences.includes(attribute)) ctx.announce(`a difference that the plan names: ${told}`);
      else findings.push(told);
    }
    for (const one of [replacement, ...made]) {
      const waiting = Object.keys(pendingOf(one));
      if (waiting.length > 0) findings.push(`${nameIn(one)} has pending changes of ${waiting.join(', ')}`);
    }
    return judged(input, findings);
  },
  conclude: (input, status, reason) => verdict(input, status, [reason]),
  verdicts: (output) => [output],
});

function ofCluster(original: Cluster, found: DBCluster, as: 'itself' | 'replacement'): Difference[] {
  const { DBClusterIdentifier: name = '', AssociatedRoles: roles, TagList: tags } = found;
  return differencesBetween(original, { name, settings: clusterSettings(found), roles, tags }, as);
}

function ofMember(original: Member, found: DBInstance | undefined, as: 'itself' | 'replacement'): Difference[] {
  if (!found) return [{ attribute: 'DBClusterMembers', told: `the member ${original.name} is missing` }];
  const { DBInstanceIdentifier: name = '', TagList: tags } = found;
  return differencesBetween({ ...original, roles: [] }, { name, settings: memberSettings(found), roles: [], tags }, as);
}

function takingPlaceOf(member: Member, { members }: Input, all: readonly DBInstance[]): DBInstance | undefined {
  const made = members.find(({ original }) => original === member.id);
  return all.find((one) => one.DbiResourceId === made?.id);
}

function judged(input: Input, findings: readonly string[]): Seen<ClusterVerdict> {
  return { is: 'done', output: verdict(input, findings.length === 0 ? 'SUCCESSFUL' : 'FAILED', findings) };
}

function pending(input: Input, why: string): Seen<ClusterVerdict> {
  return { is: 'pending', output: verdict(input, 'TIMED_OUT', [why]), why };
}

function verdict(input: Input, status: VerdictStatus, findings: readonly string[]): ClusterVerdict {
  const { cluster, replacement, members, key, keyTried } = input;
  const { id, name, fence, letThrough, securityGroups } = cluster;
  return {
    id,
    original: id,
    replacement: replacement.id,
    status,
    findings: [...findings],
    key,
    keyTried,
    name,
    fence,
    letThrough,
    securityGroups,
    members: members.map((made) => ({
      id: made.original,
      name: cluster.members.find((one) => one.id === made.original)?.name ?? made.name,
      replacement: made.id,
    })),
  };
}
