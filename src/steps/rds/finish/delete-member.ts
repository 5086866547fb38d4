import * as z from 'zod';
import { type AwsContext, defineEffect } from '../../../aws/services.ts';
import type { Proof } from '../../../contract/step.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { DatabaseId, FinalClusterVerdict } from '../domain.ts';
import { membersOf, nameOf } from '../found.ts';
import { clusters } from '../kinds/cluster.ts';
import { instances } from '../kinds/instance.ts';
import { isGoing } from '../status.ts';
import { faultsOfProof } from './proof.ts';

const input = z.strictObject({
  verdict: FinalClusterVerdict,
  member: DatabaseId.meta({ description: "one of the verdict's members: of the original's" }),
});
type Input = z.infer<typeof input>;

/** Deletes a member of an original cluster, by the verdict about the cluster. What it holds is the cluster's. */
export const deleteMember = defineEffect({
  type: 'rds.delete-member',
  hazard: 'destructive',
  call: 'rds:DeleteDBInstance',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.database,
  permissions: [
    'rds:DeleteDBInstance',
    'rds:DescribeDBInstances',
    'rds:DescribeDBClusters',
    'rds:DescribeDBClusterEndpoints',
    'ec2:DescribeSecurityGroups',
    'kms:DescribeKey',
    'kms:GenerateDataKeyWithoutPlaintext',
  ],
  input,
  output: z.strictObject({ member: DatabaseId }),
  title: (input) => `delete ${input.member}, a member of original ${input.verdict.original}`,
  async look(ctx, { member }) {
    const instance = await ctx.aws.sight.database(member);
    if (!instance) return { is: 'done', output: { member } };
    return isGoing(instance) ? { is: 'pending', output: { member } } : { is: 'absent' };
  },
  async run(ctx, { member }) {
    await ctx.aws.rds.deleteDBInstance({
      DBInstanceIdentifier: nameOf(ctx, instances, member),
      SkipFinalSnapshot: true,
    });
    return undefined;
  },
  undo: 'impossible',
  verdict: (input) => input.verdict,
  deletes: (input) => input.verdict.original,
  prove: (ctx, input) => proofOf(ctx, input),
});

async function proofOf(ctx: AwsContext, { verdict, member }: Input): Promise<Proof> {
  const proof = await faultsOfProof(ctx, clusters, verdict);
  const [original, all] = await Promise.all([ctx.aws.sight.cluster(verdict.original), ctx.aws.sight.databases()]);
  const known = verdict.members.some(({ id }) => id === member);
  const members = original ? membersOf(original, all) : [];
  if (known && members.some((one) => one.DbiResourceId === member)) return proof;
  return { ...proof, findings: [...proof.findings, `${member} is no member of ${verdict.original}`] };
}
