import * as z from 'zod';
import { type AwsContext, defineEffect } from '../../aws/services.ts';
import type { Proof } from '../../contract/step.ts';
import { settleWithinMs } from '../deadlines.ts';
import { SnapshotId } from '../domain.ts';
import { gone } from './deletion.ts';
import { statusOf, stillLoading } from './loading.ts';

/** Removes a snapshot that this run made. */
export const discardSnapshot = defineEffect({
  type: 'ebs.discard-snapshot',
  hazard: 'discard',
  call: 'ec2:DeleteSnapshot',
  repeat: 'convergent',
  soAtOnce: true,
  settleWithinMs: settleWithinMs.volume,
  permissions: [
    'ec2:DeleteSnapshot',
    'ec2:DescribeSnapshots',
    'ec2:DescribeVolumes',
    'ec2:DescribeVolumeStatus',
    'kms:DescribeKey',
  ],
  input: z.strictObject({ snapshot: SnapshotId.meta({ description: 'a snapshot that this run has made' }) }),
  output: z.strictObject({
    snapshot: SnapshotId,
    kept: z.literal(true).optional().meta({ description: 'an AMI uses it, or it may be the last copy' }),
  }),
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
  prove: (ctx, input) => readBy(ctx, input.snapshot),
  kept: ({ snapshot }) => ({ snapshot, kept: true }),
});

/** What still loads its blocks from a snapshot would lack them. */
async function readBy(ctx: AwsContext, snapshot: string): Promise<Proof> {
  const made = (await ctx.aws.sight.volumesFrom(snapshot)).filter((volume) => !gone(volume));
  const proofs = await Promise.all(
    made.map(async (volume) => stillLoading(ctx, volume, await statusOf(ctx, volume.VolumeId ?? ''))),
  );
  const waits = proofs.find(({ pending }) => pending !== undefined);
  return { findings: proofs.flatMap(({ findings }) => findings), pending: waits?.pending };
}
