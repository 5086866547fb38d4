import * as z from 'zod';
import { defineEffect } from '../../aws/services.ts';
import { settleWithinMs } from '../deadlines.ts';
import { SnapshotId } from '../domain.ts';

/** Removes a snapshot that this run made. */
export const discardSnapshot = defineEffect({
  type: 'ebs.discard-snapshot',
  hazard: 'discard',
  call: 'ec2:DeleteSnapshot',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.volume,
  permissions: ['ec2:DeleteSnapshot', 'ec2:DescribeSnapshots'],
  input: z.strictObject({ snapshot: SnapshotId }),
  output: z.strictObject({ snapshot: SnapshotId }),
  title: (input) => `discard ${input.snapshot}`,
  async look(ctx, input) {
    const snapshot = await ctx.aws.sight.snapshot(input.snapshot);
    // `recoverable`: deleted into the Recycle Bin by a retention rule of the account.
    if (!snapshot || snapshot.State === 'recoverable') return { is: 'done', output: { snapshot: input.snapshot } };
    return { is: 'absent' };
  },
  async run(ctx, input) {
    await ctx.aws.ec2.deleteSnapshot({ SnapshotId: input.snapshot });
    return undefined;
  },
  undo: 'impossible',
  discards: (input) => input.snapshot,
});
