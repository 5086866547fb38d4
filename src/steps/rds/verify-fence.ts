import * as z from 'zod';
import { type AwsContext, defineVerify } from '../../aws/services.ts';
import type { Seen } from '../../contract/step.ts';
import type { VerdictStatus } from '../../contract/verdict.ts';
import { pause } from '../../contract/wait.ts';
import { settleWithinMs } from '../deadlines.ts';
import { Database, FenceProof, RestartedDatabase } from './domain.ts';
import { holesInFence } from './fence-rules.ts';
import { addressOf, foreignSessions, permissionsOfSql } from './sessions.ts';
import { hasGroups } from './status.ts';

// A pool that was thrown out comes back within seconds, if it can.
const betweenMs = 20_000;

const input = z.strictObject({ instance: Database, restart: RestartedDatabase });
type Input = z.infer<typeof input>;

/** Has the database itself say that nobody else is connected, twice, some time apart. Waits while somebody is. */
export const verifyFence = defineVerify({
  type: 'rds.verify-fence',
  settleWithinMs: settleWithinMs.sessions,
  permissions: ['rds:DescribeDBInstances', 'ec2:DescribeSecurityGroups', ...permissionsOfSql],
  input,
  output: FenceProof,
  title: (input) => `verify that nobody is connected to ${input.instance.name}`,
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

async function findings(ctx: AwsContext, { instance }: Input): Promise<readonly string[]> {
  const { id, fence } = instance;
  const found = await ctx.aws.sight.database(id);
  const at = found && addressOf(instance, found);
  if (!found || !at) return [`${id} has no endpoint`];
  if (!hasGroups(found, [fence])) return [`${id} is not behind ${fence} alone`];
  return [...(await holesInFence(ctx, instance)), ...(await foreignSessions(ctx, at))];
}

function pending(input: Input, findings: readonly string[]): Seen<FenceProof> {
  return { is: 'pending', output: proof(input, 'TIMED_OUT', findings), why: findings.join('; ') };
}

function proof({ instance, restart }: Input, status: VerdictStatus, findings: readonly string[]): FenceProof {
  const { id } = instance;
  return {
    id,
    original: id,
    replacement: `no one else at ${instance.name}`,
    status,
    findings: [...findings],
    restartedAt: restart.restartedAt,
  };
}
