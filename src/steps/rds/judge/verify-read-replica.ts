import type { DBInstance } from '@aws-sdk/client-rds';
import * as z from 'zod';
import { type AwsContext, defineVerify } from '../../../aws/services.ts';
import type { Seen } from '../../../contract/step.ts';
import type { VerdictStatus } from '../../../contract/verdict.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { Database, FinalDatabaseVerdict, MadeDatabase, ReplicaVerdict } from '../domain.ts';
import { permissionsOfSql } from '../fence/sessions.ts';
import { instances } from '../kinds/instance.ts';
import { isReplicating, replicaNow, waitsOn, writesOf } from '../read/read-replicas.ts';
import { brokenStatus, hasGroups, isSettled } from '../status.ts';
import { differencesOf } from './comparison.ts';

const input = z.strictObject({ replica: Database, replacement: MadeDatabase, verdict: FinalDatabaseVerdict });
type Input = z.infer<typeof input>;

/** Judges a new read replica before it gets the name of the old one: source, key, settings, and that it replicates. */
export const verifyReadReplica = defineVerify({
  type: 'rds.verify-read-replica',
  settleWithinMs: settleWithinMs.databaseChange,
  permissions: ['rds:DescribeDBInstances', ...permissionsOfSql],
  input,
  output: ReplicaVerdict,
  title: (input) => `verify the new read replica ${input.replica.name}`,
  async check(ctx, input): Promise<Seen<ReplicaVerdict>> {
    const all = await ctx.aws.sight.databases();
    const found = all.find((one) => one.DbiResourceId === input.replacement.id);
    if (!found) return judged(input, [`replacement ${input.replacement.id} is gone`]);
    const broken = brokenStatus(found);
    if (broken !== undefined) return judged(input, [broken]);
    if (!isSettled(found)) return pending(input, `${input.replacement.name} is ${found.DBInstanceStatus}`);
    if (!isReplicating(found)) return pending(input, `${input.replacement.name} does not replicate yet`);
    const source = all.find((one) => one.DbiResourceId === input.verdict.replacement);
    const replica = replicaNow(all, input.replica);
    const old = all.find((one) => one.DbiResourceId === replica.id);
    const own = old ? await writesOf(ctx, replica, old) : [];
    return judged(input, [...faultsOf(ctx, { ...input, replica }, found, source), ...waitsOn(old), ...own]);
  },
  conclude: (input, status, reason) => verdictOf(input, status, [reason]),
  verdicts: (output) => [output],
});

function faultsOf(
  ctx: AwsContext,
  { replica, replacement, verdict }: Input,
  found: DBInstance,
  source: DBInstance | undefined,
): string[] {
  const { name } = replacement;
  return [
    ...(source && found.ReadReplicaSourceDBInstanceIdentifier === source.DBInstanceIdentifier
      ? []
      : [
          `${name} is a replica of ${found.ReadReplicaSourceDBInstanceIdentifier ?? 'nothing'}, not of ${verdict.name}`,
        ]),
    ...(found.KmsKeyId === verdict.key
      ? []
      : [`${name} is under ${found.KmsKeyId ?? 'no key'}, not under ${verdict.key}`]),
    ...(hasGroups(found, replica.securityGroups) ? [] : [`${name} has not the security groups of ${replica.name}`]),
    ...differencesOf(instances, replica, found, { own: ctx.tags }).map(({ told }) => told),
  ];
}

function judged(input: Input, findings: readonly string[]): Seen<ReplicaVerdict> {
  return { is: 'done', output: verdictOf(input, findings.length === 0 ? 'SUCCESSFUL' : 'FAILED', findings) };
}

function pending(input: Input, why: string): Seen<ReplicaVerdict> {
  return { is: 'pending', output: verdictOf(input, 'TIMED_OUT', [why]), why };
}

function verdictOf({ replica, replacement, verdict }: Input, status: VerdictStatus, findings: readonly string[]) {
  const { id, name } = replica;
  const { key, replacement: source } = verdict;
  return { id, original: id, replacement: replacement.id, status, findings: [...findings], key, name, source };
}
