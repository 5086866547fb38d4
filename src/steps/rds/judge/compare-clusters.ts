import * as z from 'zod';
import { defineVerify } from '../../../aws/services.ts';
import type { Seen } from '../../../contract/step.ts';
import type { VerdictStatus } from '../../../contract/verdict.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { KeyArn, KeyTried } from '../../domain.ts';
import { carryOfCluster } from '../carry/cluster.ts';
import { carryOfMember } from '../carry/member.ts';
import { Cluster, ClusterVerdict, MadeCluster } from '../cluster-domain.ts';
import { MadeDatabase } from '../domain.ts';
import { brokenStatus, isSettled, nameIn, pendingOf, statusOf } from '../status.ts';
import { clusterDifferences } from './cluster-comparison.ts';
import { unlike } from './comparison.ts';

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
    const { was, is } = clusterDifferences(input.cluster, pairsOf(input), { original, replacement, all });
    for (const { attribute, told } of is)
      if (input.differences.includes(attribute)) ctx.announce(`a difference that the plan names: ${told}`);
    const findings = unlike(was, is, input.differences);
    for (const one of [replacement, ...made]) {
      const waiting = Object.keys(pendingOf(one));
      if (waiting.length > 0) findings.push(`${nameIn(one)} has pending changes of ${waiting.join(', ')}`);
    }
    return judged(input, findings);
  },
  conclude: (input, status, reason) => verdict(input, status, [reason]),
  verdicts: (output) => [output],
});

function judged(input: Input, findings: readonly string[]): Seen<ClusterVerdict> {
  return { is: 'done', output: verdict(input, findings.length === 0 ? 'SUCCESSFUL' : 'FAILED', findings) };
}

function pending(input: Input, why: string): Seen<ClusterVerdict> {
  return { is: 'pending', output: verdict(input, 'TIMED_OUT', [why]), why };
}

function verdict(input: Input, status: VerdictStatus, findings: readonly string[]): ClusterVerdict {
  const { cluster, replacement, key, keyTried, differences } = input;
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
    members: pairsOf(input),
    differences,
  };
}

/** The members, old and new. */
function pairsOf({ cluster, members }: Input): ClusterVerdict['members'] {
  return members.map((made) => ({
    id: made.original,
    name: cluster.members.find((one) => one.id === made.original)?.name ?? made.name,
    replacement: made.id,
  }));
}
