import * as z from 'zod';
import { defineEffect } from '../../aws/services.ts';
import { settleWithinMs } from '../deadlines.ts';
import { ClusterId } from './cluster-domain.ts';
import { clusterNameOf } from './cluster-found.ts';
import { foreignTags } from './found.ts';
import { isGoing } from './status.ts';

/** Removes a cluster that this run made and no client was ever let in to. */
export const discardCluster = defineEffect({
  type: 'rds.discard-cluster',
  hazard: 'discard',
  call: 'rds:DeleteDBCluster',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.databaseChange,
  permissions: ['rds:DeleteDBCluster', 'rds:DescribeDBClusters'],
  input: z.strictObject({ cluster: ClusterId }),
  output: z.strictObject({ cluster: ClusterId }),
  title: (input) => `discard ${input.cluster}`,
  async look(ctx, input) {
    const cluster = await ctx.aws.sight.cluster(input.cluster);
    if (!cluster) return { is: 'done', output: { cluster: input.cluster } };
    if (isGoing(cluster)) return { is: 'pending', output: { cluster: input.cluster } };
    const name = `${input.cluster} (${cluster.DBClusterIdentifier})`;
    const reason =
      foreignTags(ctx, name, cluster.TagList) ??
      (cluster.DBClusterIdentifier === ctx.target.id ? `${name} holds the name of the target` : undefined);
    return reason === undefined ? { is: 'absent' } : { is: 'failed', reason: `${reason}: it is kept` };
  },
  async run(ctx, input) {
    await ctx.aws.rds.deleteDBCluster({
      DBClusterIdentifier: clusterNameOf(ctx, input.cluster),
      SkipFinalSnapshot: true,
      DeleteAutomatedBackups: true,
    });
    return undefined;
  },
  undo: 'impossible',
  discards: (input) => input.cluster,
});
