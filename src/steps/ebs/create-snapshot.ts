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
    description: 'written into the tags, so that a person can finish the move',
  }),
  role: z.literal('proof').optional().meta({
    description:
      'rekey sets it when a delete needs proof that nobody has used the original since its final snapshot; plans do not',
  }),
  after: StoppedInstance.optional().meta({
    description:
      'the stop step that this snapshot follows; left out: a warm-up snapshot, of a volume that may be in use',
  }),
});

/** Takes a snapshot of a volume. It holds the volume as it was at the call; while it is `pending`, AWS copies the data. */
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
