import * as z from 'zod';
import { defineEffect } from '../../aws/services.ts';
import { settleWithinMs } from '../deadlines.ts';
import { ClusterSnapshotName } from './cluster-domain.ts';
import { foreignTags } from './found.ts';

/** Removes a cluster snapshot that this run made. */
export const discardClusterSnapshot = defineEffect({
  type: 'rds.discard-cluster-snapshot',
  hazard: 'discard',
  call: 'rds:DeleteDBClusterSnapshot',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.databaseChange,
  permissions: ['rds:DeleteDBClusterSnapshot', 'rds:DescribeDBClusterSnapshots'],
  input: z.strictObject({ snapshot: ClusterSnapshotName }),
  output: z.strictObject({ snapshot: ClusterSnapshotName }),
  title: (input) => `discard ${input.snapshot}`,
  async look(ctx, input) {
    const snapshot = await ctx.aws.sight.clusterSnapshot(input.snapshot);
    if (!snapshot) return { is: 'done', output: { snapshot: input.snapshot } };
    if (snapshot.Status === 'deleting') return { is: 'pending', output: { snapshot: input.snapshot } };
    const reason = foreignTags(ctx, input.snapshot, snapshot.TagList);
    return reason === undefined ? { is: 'absent' } : { is: 'failed', reason: `${reason}: it is kept` };
  },
  async run(ctx, input) {
    await ctx.aws.rds.deleteDBClusterSnapshot({ DBClusterSnapshotIdentifier: input.snapshot });
    return undefined;
  },
  undo: 'impossible',
  discards: (input) => input.snapshot,
});
