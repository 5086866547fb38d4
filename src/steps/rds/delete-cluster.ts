import * as z from 'zod';
import { type AwsContext, defineEffect } from '../../aws/services.ts';
import type { Proof } from '../../contract/step.ts';
import { settleWithinMs } from '../deadlines.ts';
import { ClusterId, ClusterSnapshotName, FinalClusterVerdict } from './cluster-domain.ts';
import { clusterNameOf } from './cluster-found.ts';
import { faultsOfClusterProof } from './cluster-proof.ts';
import { isGoing } from './status.ts';

const input = z.strictObject({
  verdict: FinalClusterVerdict,
  finalSnapshot: z
    .union([z.literal('none'), ClusterSnapshotName])
    .meta({ description: 'none, or the name of one that is taken, and stays, under the old key' }),
  automatedBackups: z
    .enum(['delete', 'retain'])
    .meta({ description: 'retained ones stay, under the old key, until they expire' }),
});
type Input = z.infer<typeof input>;

/** Deletes an original cluster, without members by then, by the verdict about it and its replacement. */
export const deleteCluster = defineEffect({
  type: 'rds.delete-cluster',
  hazard: 'destructive',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.database,
  permissions: [
    'rds:DeleteDBCluster',
    'rds:CreateDBClusterSnapshot',
    'rds:DescribeDBClusters',
    'rds:DescribeDBClusterEndpoints',
    'rds:DescribeDBInstances',
    'rds:DescribeDBClusterSnapshots',
    'ec2:DescribeSecurityGroups',
    'kms:DescribeKey',
    'kms:GenerateDataKeyWithoutPlaintext',
  ],
  input,
  output: z.strictObject({ cluster: ClusterId }),
  title: (input) => `delete original ${input.verdict.original}`,
  async look(ctx, { verdict }) {
    const cluster = await ctx.aws.sight.cluster(verdict.original);
    const output = { cluster: verdict.original };
    if (!cluster) return { is: 'done', output };
    return isGoing(cluster) ? { is: 'pending', output } : { is: 'absent' };
  },
  async run(ctx, { verdict, finalSnapshot, automatedBackups }) {
    if (finalSnapshot !== 'none') ctx.announce(`the final snapshot ${finalSnapshot} stays, under the old key`);
    if (automatedBackups === 'retain')
      ctx.announce(`the automated backups of ${verdict.original} stay, under the old key, until they expire`);
    await ctx.aws.rds.deleteDBCluster({
      DBClusterIdentifier: clusterNameOf(ctx, verdict.original),
      ...(finalSnapshot === 'none'
        ? { SkipFinalSnapshot: true }
        : { SkipFinalSnapshot: false, FinalDBSnapshotIdentifier: finalSnapshot }),
      DeleteAutomatedBackups: automatedBackups === 'delete',
    });
    return undefined;
  },
  undo: 'impossible',
  prove: (ctx, input) => proofOf(ctx, input),
});

async function proofOf(ctx: AwsContext, { verdict, finalSnapshot }: Input): Promise<Proof> {
  const proof = await faultsOfClusterProof(ctx, verdict);
  const taken = finalSnapshot === 'none' ? undefined : await ctx.aws.sight.clusterSnapshot(finalSnapshot);
  if (!taken) return proof;
  return { ...proof, findings: [...proof.findings, `the name ${finalSnapshot} of the final snapshot is taken`] };
}
