import * as z from 'zod';
import { defineEffect } from '../../aws/services.ts';
import { settleWithinMs } from '../deadlines.ts';
import { ClusterId } from './cluster-domain.ts';
import { clusterNameOf } from './cluster-found.ts';
import { statusOf } from './status.ts';

/** Starts an original cluster that somebody has stopped meanwhile: stopped it could not be brought back to service. */
export const startCluster = defineEffect({
  type: 'rds.start-cluster',
  hazard: 'disruptive',
  call: 'rds:StartDBCluster',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.databaseChange,
  permissions: ['rds:StartDBCluster', 'rds:DescribeDBClusters'],
  input: z.strictObject({ cluster: ClusterId }),
  output: z.strictObject({ cluster: ClusterId }),
  title: (input) => `see that ${input.cluster} is not stopped`,
  async look(ctx, input) {
    const cluster = await ctx.aws.sight.cluster(input.cluster);
    if (!cluster) return { is: 'failed', reason: `${input.cluster} is gone` };
    const output = { cluster: input.cluster };
    const status = statusOf(cluster);
    if (status === 'stopped') return { is: 'absent' };
    return ['stopping', 'starting'].includes(status) ? { is: 'pending', output } : { is: 'done', output };
  },
  async run(ctx, input) {
    await ctx.aws.rds.startDBCluster({ DBClusterIdentifier: clusterNameOf(ctx, input.cluster) });
    return undefined;
  },
  undo: 'unneeded',
  expect: (observation) => observation,
});
