import * as z from 'zod';
import { defineEffect } from '../../aws/services.ts';
import { settleWithinMs } from '../deadlines.ts';
import { DatabaseSnapshotName } from './domain.ts';
import { foreignTags } from './found.ts';

/** Removes a DB snapshot that this run made. */
export const discardDatabaseSnapshot = defineEffect({
  type: 'rds.discard-snapshot',
  hazard: 'discard',
  call: 'rds:DeleteDBSnapshot',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.databaseChange,
  permissions: ['rds:DeleteDBSnapshot', 'rds:DescribeDBSnapshots'],
  input: z.strictObject({ snapshot: DatabaseSnapshotName }),
  output: z.strictObject({ snapshot: DatabaseSnapshotName }),
  title: (input) => `discard ${input.snapshot}`,
  async look(ctx, input) {
    const snapshot = await ctx.aws.sight.databaseSnapshot(input.snapshot);
    if (!snapshot) return { is: 'done', output: { snapshot: input.snapshot } };
    if (snapshot.Status === 'deleting') return { is: 'pending', output: { snapshot: input.snapshot } };
    const reason = foreignTags(ctx, input.snapshot, snapshot.TagList);
    return reason === undefined ? { is: 'absent' } : { is: 'failed', reason: `${reason}: it is kept` };
  },
  async run(ctx, input) {
    await ctx.aws.rds.deleteDBSnapshot({ DBSnapshotIdentifier: input.snapshot });
    return undefined;
  },
  undo: 'impossible',
  discards: (input) => input.snapshot,
});
