import type { Volume } from '@aws-sdk/client-ec2';
import * as z from 'zod';
import { type AwsContext, defineEffect } from '../../aws/services.ts';
import { asTags, markers, withOwn } from '../../aws/tags.ts';
import { unseenMs } from '../../contract/settle.ts';
import { settleWithinMs } from '../deadlines.ts';
import { KeyArn, MadeSnapshot, MadeVolume, VolumeAttributes, VolumeId, VolumePlace } from '../domain.ts';
import { causesOfAbsence } from './absence.ts';
import { madeBySends, mayBeMade, tellForeign } from './origin.ts';

/** Makes the replacement from the snapshot, straight under the new key. */
export const createVolume = defineEffect({
  type: 'ebs.create-volume',
  hazard: 'additive',
  call: 'ec2:CreateVolume',
  creates: (output) => [output.id],
  copies: (input) => ({ original: input.original, anew: true }),
  repeat: 'token',
  settleWithinMs: settleWithinMs.volume,
  permissions: [
    'ec2:CreateVolume',
    'ec2:CreateTags',
    'ec2:DescribeVolumes',
    'kms:CreateGrant',
    'kms:Decrypt',
    'kms:DescribeKey',
    'kms:GenerateDataKeyWithoutPlaintext',
    'kms:ReEncryptFrom',
    'kms:ReEncryptTo',
  ],
  input: z.strictObject({
    original: VolumeId,
    attributes: VolumeAttributes,
    place: VolumePlace.optional(),
    snapshot: MadeSnapshot,
    key: KeyArn,
  }),
  output: MadeVolume,
  title: (input) => `new volume for ${input.original}`,
  async look(ctx, input, known) {
    const volume = known ? await ctx.aws.sight.volume(known.id) : await madeUnanswered(ctx, input);
    const output = volume?.VolumeId ? { id: volume.VolumeId, original: input.original } : undefined;
    if (volume && output) {
      if (volume.State === 'error') return { is: 'failed', output, reason: `AWS left ${output.id} in state error` };
      if (volume.State === 'creating') return { is: 'pending', output };
      if (volume.State === 'available' || volume.State === 'in-use') return { is: 'done', output };
    }
    // Without its snapshot AWS answers NotFound for ever, which is otherwise a matter of waiting.
    const certain = ctx.sentAt !== undefined && ctx.clock.now() >= ctx.sentAt + unseenMs;
    if (certain && !(await ctx.aws.sight.snapshot(input.snapshot.id))) {
      return { is: 'failed', reason: `its snapshot ${input.snapshot.id} is gone` };
    }
    return { is: 'absent' };
  },
  async run(ctx, { attributes, ...input }) {
    const answer: Volume = await ctx.aws.ec2.createVolume({
      ClientToken: ctx.token,
      SnapshotId: input.snapshot.id,
      AvailabilityZone: attributes.availabilityZone,
      Size: attributes.sizeGiB,
      VolumeType: attributes.type,
      Encrypted: true,
      KmsKeyId: input.key,
      ...(attributes.iops !== undefined && { Iops: attributes.iops }),
      ...(attributes.throughput !== undefined && { Throughput: attributes.throughput }),
      ...(attributes.initializationRate !== undefined && { VolumeInitializationRate: attributes.initializationRate }),
      ...(attributes.multiAttach && { MultiAttachEnabled: true }),
      TagSpecifications: [
        {
          ResourceType: 'volume',
          Tags: [
            ...asTags(withOwn(attributes.tags, ctx.tags)),
            ...markers(ctx, { original: input.original, place: input.place }),
          ],
        },
      ],
    });
    return answer.VolumeId ? { id: answer.VolumeId, original: input.original } : undefined;
  },
  undo: (_input, output) => (output ? [{ uses: 'ebs.discard-volume', with: { volume: output.id } }] : []),
  whenVanished: (ctx, { key }) => causesOfAbsence(ctx, { deletedBy: 'DeleteVolume', key }),
  replaces: (input, output) => ({ original: input.original, replacement: output.id }),
  // The plan may have given the replacement another size and type.
  keeps: ({ attributes, snapshot }) => ({ storage: { GiB: snapshot.sizeGiB ?? attributes.sizeGiB } }),
});

/** What a call of which the answer never came has made, if anything. */
async function madeUnanswered(
  ctx: AwsContext,
  { original, snapshot, key }: { original: string; snapshot: MadeSnapshot; key: string },
): Promise<Volume | undefined> {
  const { sight } = ctx.aws;
  const [withToken, fromIt] = await Promise.all([sight.volumesMade(ctx.token), sight.volumesFrom(snapshot.id)]);
  const candidates = mayBeMade(ctx, withToken, fromIt, (one) => one.VolumeId).map((thing) => ({
    id: thing.VolumeId ?? '',
    thing,
    at: thing.CreateTime?.getTime() ?? Number.NaN,
    fits: thing.SnapshotId === snapshot.id && thing.KmsKeyId === key,
  }));
  const { ours, foreign } = madeBySends(candidates, ctx);
  // By its token AWS makes one of all sends.
  const more = candidates.filter(({ thing }) => ours.indexOf(thing) > 0);
  tellForeign(ctx, [...foreign, ...more], `a replacement of ${original}`);
  return ours[0];
}
