import * as z from 'zod';
import { type AwsContext, defineEffect } from '../../aws/services.ts';
import { asTags, markers } from '../../aws/tags.ts';
import { settleWithinMs } from '../deadlines.ts';
import { MadeSnapshot, StoppedInstance, VolumeId, VolumePlace } from '../domain.ts';
import { causesOfAbsence } from './absence.ts';
import { lookForSnapshot, type Making, made } from './made-snapshot.ts';

const input = z.strictObject({
  volume: VolumeId.meta({ description: 'the volume to snapshot' }),
  place: VolumePlace.optional().meta({
    description: 'written into the tags, so that the move can be finished by hand',
  }),
  role: z.literal('proof').optional().meta({
    description:
      'taken in order to show whether the original was used since its final snapshot; set by a delete, not in plans',
  }),
  after: StoppedInstance.optional().meta({ description: 'the standstill in which it is taken; omitted: a warm-up' }),
});

/** Snapshots a volume. AWS fixes the point in time at the call; `pending` is the copying. */
export const createSnapshot = defineEffect({
  type: 'ebs.create-snapshot',
  hazard: 'additive',
  call: 'ec2:CreateSnapshot',
  creates: (output) => [output.id],
  copies: (input) => ({ original: input.volume }),
  repeat: 'none',
  settleWithinMs: settleWithinMs.snapshot,
  permissions: ['ec2:CreateSnapshot', 'ec2:CreateTags', 'ec2:DescribeSnapshots', 'ec2:DescribeVolumes'],
  input,
  output: MadeSnapshot,
  title: (input) => `${input.after ? 'final snapshot' : input.role ? 'proof snapshot' : 'snapshot'} of ${input.volume}`,
  // EC2 refuses one of a failed volume as it refuses what is only too early (IncorrectState), and that would be waited for.
  async prove(ctx, { volume }) {
    const failed = ctx.sentAt !== undefined && (await ctx.aws.sight.volume(volume))?.State === 'error';
    return { findings: failed ? [`${volume} is in state error: its data is lost`] : [] };
  },
  look: (ctx, input, known) =>
    lookForSnapshot(
      ctx,
      making(input),
      { description: describe(ctx, input), fits: (one) => one.VolumeId === input.volume },
      known,
    ),
  async run(ctx, input) {
    const answer = await ctx.aws.ec2.createSnapshot({
      VolumeId: input.volume,
      Description: describe(ctx, input),
      TagSpecifications: [
        {
          ResourceType: 'snapshot',
          Tags: [...asTags(ctx.tags), ...markers(ctx, { original: input.volume, place: input.place })],
        },
      ],
    });
    return made(making(input), answer);
  },
  undo: (_input, output) => (output ? [{ uses: 'ebs.discard-snapshot', with: { snapshot: output.id } }] : []),
  whenVanished: (ctx) => causesOfAbsence(ctx, { deletedBy: 'DeleteSnapshot' }),
});

const describe = (ctx: AwsContext, { volume, role }: Pick<z.infer<typeof input>, 'volume' | 'role'>) =>
  `rekey ${ctx.run}: ${role ? `${role} of ` : ''}${volume} of ${ctx.target.id}`;

function making({ volume, after }: z.infer<typeof input>): Making {
  return {
    volume,
    source: null,
    after: after ? { instance: after.instance, launchTime: after.launchTime } : null,
  };
}
