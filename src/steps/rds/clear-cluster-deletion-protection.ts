import * as z from 'zod';
import { defineEffect } from '../../aws/services.ts';
import { settleWithinMs } from '../deadlines.ts';
import { ClusterId, FinalClusterVerdict } from './cluster-domain.ts';
import { clusterNameOf } from './cluster-found.ts';
import { faultsOfClusterProof } from './cluster-proof.ts';
import { isGoing } from './status.ts';

/** Takes the deletion protection off an original cluster, by the verdict about it. */
export const clearClusterDeletionProtection = defineEffect({
  type: 'rds.clear-cluster-deletion-protection',
  hazard: 'destructive',
  call: 'rds:ModifyDBCluster',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.databaseChange,
  permissions: [
    'rds:ModifyDBCluster',
    'rds:DescribeDBClusters',
    'rds:DescribeDBClusterEndpoints',
    'rds:DescribeDBInstances',
    'ec2:DescribeSecurityGroups',
    'kms:DescribeKey',
    'kms:GenerateDataKeyWithoutPlaintext',
  ],
  input: z.strictObject({ verdict: FinalClusterVerdict }),
  output: z.strictObject({ cluster: ClusterId }),
  title: (input) => `take deletion protection off original ${input.verdict.original}`,
  async look(ctx, { verdict }) {
    const cluster = await ctx.aws.sight.cluster(verdict.original);
    const unprotected = !cluster || isGoing(cluster) || cluster.DeletionProtection !== true;
    return unprotected ? { is: 'done', output: { cluster: verdict.original } } : { is: 'absent' };
  },
  async run(ctx, { verdict }) {
    await ctx.aws.rds.modifyDBCluster({
      DBClusterIdentifier: clusterNameOf(ctx, verdict.original),
      DeletionProtection: false,
      ApplyImmediately: true,
    });
    return undefined;
  },
  undo: (input) => [{ uses: 'rds.set-cluster-deletion-protection', with: { cluster: input.verdict.original } }],
  verdict: (input) => input.verdict,
  deletes: 'nothing',
  prove: (ctx, { verdict }) => faultsOfClusterProof(ctx, verdict),
});
