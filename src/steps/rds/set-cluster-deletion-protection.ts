import * as z from 'zod';
import { defineEffect } from '../../aws/services.ts';
import { settleWithinMs } from '../deadlines.ts';
import { ClusterId } from './cluster-domain.ts';
import { clusterNameOf } from './cluster-found.ts';

/** Protects a cluster against deletion again. */
export const setClusterDeletionProtection = defineEffect({
  type: 'rds.set-cluster-deletion-protection',
  hazard: 'additive',
  call: 'rds:ModifyDBCluster',
  creates: 'nothing',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.databaseChange,
  permissions: ['rds:ModifyDBCluster', 'rds:DescribeDBClusters'],
  input: z.strictObject({ cluster: ClusterId }),
  output: z.strictObject({ cluster: ClusterId }),
  title: (input) => `protect ${input.cluster} against deletion`,
  async look(ctx, { cluster }) {
    const found = await ctx.aws.sight.cluster(cluster);
    if (!found) return { is: 'failed', reason: `${cluster} is gone` };
    return found.DeletionProtection ? { is: 'done', output: { cluster } } : { is: 'absent' };
  },
  async run(ctx, { cluster }) {
    await ctx.aws.rds.modifyDBCluster({
      DBClusterIdentifier: clusterNameOf(ctx, cluster),
      DeletionProtection: true,
      ApplyImmediately: true,
    });
    return undefined;
  },
  undo: 'unneeded',
});
