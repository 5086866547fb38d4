import * as z from 'zod';
import { defineEffect } from '../../aws/services.ts';
import { settleWithinMs } from '../deadlines.ts';
import { ClusterId, ClusterSnapshotName, FinalClusterVerdict } from './cluster-domain.ts';
import { faultsOfProof } from './finish/proof.ts';
import { nameOf } from './found.ts';
import { clusters } from './kinds/cluster.ts';
import { remains, toldRemains, withFreeName } from './remains.ts';
import { isGoing } from './status.ts';

const input = z.strictObject({
  verdict: FinalClusterVerdict,
  ...remains(ClusterSnapshotName),
});

/** Deletes an original cluster, without members by then, by the verdict about it and its replacement. */
export const deleteCluster = defineEffect({
  type: 'rds.delete-cluster',
  hazard: 'destructive',
  call: 'rds:DeleteDBCluster',
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
  async look(ctx, { verdict, finalSnapshot }) {
    const cluster = await ctx.aws.sight.cluster(verdict.original);
    const output = { cluster: verdict.original };
    if (!cluster) return { is: 'done', output };
    if (isGoing(cluster)) return { is: 'pending', output };
    // It stays available while its final snapshot is taken (the AWS CLI's example of delete-db-cluster).
    const last = finalSnapshot === 'none' ? undefined : await ctx.aws.sight.clusterSnapshot(finalSnapshot);
    const taken = last?.DbClusterResourceId === verdict.original && last.Status !== 'available';
    return taken ? { is: 'pending', output } : { is: 'absent' };
  },
  async run(ctx, { verdict, ...stays }) {
    await ctx.aws.rds.deleteDBCluster({
      DBClusterIdentifier: nameOf(ctx, clusters, verdict.original),
      ...toldRemains(ctx, verdict.original, stays),
    });
    return undefined;
  },
  undo: 'impossible',
  verdict: (input) => input.verdict,
  deletes: (input) => input.verdict.original,
  prove: (ctx, { verdict, finalSnapshot }) =>
    withFreeName(faultsOfProof(ctx, clusters, verdict), finalSnapshot, (name) => ctx.aws.sight.clusterSnapshot(name)),
});
