import * as z from 'zod';
import { type AwsContext, defineVerify } from '../../aws/services.ts';
import type { Seen } from '../../contract/step.ts';
import type { VerdictStatus } from '../../contract/verdict.ts';
import { pause } from '../../contract/wait.ts';
import { settleWithinMs } from '../deadlines.ts';
import { Cluster, ClusterFenceProof } from './cluster-domain.ts';
import { membersOf } from './cluster-found.ts';
import { RestartedDatabase } from './domain.ts';
import { holesInFence } from './fence-rules.ts';
import { addressOf, foreignSessions, permissionsOfSql } from './sessions.ts';
import { hasGroups } from './status.ts';

// A pool that was thrown out comes back within seconds, if it can.
const betweenMs = 20_000;

const input = z.strictObject({ cluster: Cluster, restarts: z.array(RestartedDatabase).min(1) });
type Input = z.infer<typeof input>;

/** Has every member itself say that nobody else is connected, twice, some time apart. Waits while somebody is. */
export const verifyClusterFence = defineVerify({
  type: 'rds.verify-cluster-fence',
  settleWithinMs: settleWithinMs.sessions,
  permissions: ['rds:DescribeDBClusters', 'rds:DescribeDBInstances', 'ec2:DescribeSecurityGroups', ...permissionsOfSql],
  input,
  output: ClusterFenceProof,
  title: (input) => `verify that nobody is connected to ${input.cluster.name}`,
  async check(ctx, input) {
    const first = await findings(ctx, input);
    if (first.length > 0) return pending(input, first);
    await pause(ctx, betweenMs);
    const second = await findings(ctx, input);
    if (second.length > 0) return pending(input, second);
    return { is: 'done', output: proof(input, 'SUCCESSFUL', []) };
  },
  conclude: (input, status, reason) => proof(input, status, [reason]),
  // There is no replacement yet: the verdict is about the original and its fence.
  verdicts: (output) => [output],
});

async function findings(ctx: AwsContext, { cluster, restarts }: Input): Promise<readonly string[]> {
  const found = await ctx.aws.sight.cluster(cluster.id);
  if (!found) return [`${cluster.id} is not there`];
  if (!hasGroups(found, [cluster.fence])) return [`${cluster.id} is not behind ${cluster.fence} alone`];
  const members = membersOf(found, await ctx.aws.sight.databases());
  const own = members.flatMap((member) => {
    const name = member.DBInstanceIdentifier ?? '';
    if (!hasGroups(member, [cluster.fence])) return [`${name} is not behind ${cluster.fence} alone`];
    // One that somebody has added since may hold sessions which no restart has ended.
    return restarts.some(({ id }) => id === member.DbiResourceId) ? [] : [`${name} was not restarted behind the fence`];
  });
  const sessions = members.map(async (member) => {
    const at = addressOf(cluster, member);
    return at ? foreignSessions(ctx, at) : [`${member.DBInstanceIdentifier} has no endpoint`];
  });
  return [...own, ...(await holesInFence(ctx, cluster)), ...(await Promise.all(sessions)).flat()];
}

function pending(input: Input, findings: readonly string[]): Seen<ClusterFenceProof> {
  return { is: 'pending', output: proof(input, 'TIMED_OUT', findings), why: findings.join('; ') };
}

function proof({ cluster, restarts }: Input, status: VerdictStatus, findings: readonly string[]): ClusterFenceProof {
  const { id } = cluster;
  return {
    id,
    original: id,
    replacement: `no one else at ${cluster.name}`,
    status,
    findings: [...findings],
    restartedAt: restarts
      .map((one) => `${one.id} ${one.restartedAt}`)
      .sort()
      .join(', '),
  };
}
