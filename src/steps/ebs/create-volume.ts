import type { Volume } from '@aws-sdk/client-ec2';
import * as z from 'zod';
import { type AwsContext, defineEffect } from '../../aws/services.ts';
import { asTags, markers, withOwn } from '../../aws/tags.ts';
import { unseenMs } from '../../contract/settle.ts';
import { settleWithinMs } from '../deadlines.ts';
import { KeyArn, MadeSnapshot, MadeVolume, VolumeAttributes, VolumeId, VolumePlace } from '../domain.ts';
import { causesOfAbsence } from './absence.ts';
import { askedOf } from './in-report.ts';
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
    original: VolumeId.meta({ description: 'the volume that is replaced' }),
    attributes: VolumeAttributes,
    place: VolumePlace.optional().meta({ description: 'where it will be attached; omitted: nowhere' }),
    snapshot: MadeSnapshot.meta({
      description: 'the snapshot of the original that it is made from, as the step that took it yields it',
    }),
    key: KeyArn.meta({ description: 'the key to move to, as `steps.<check-key>.to`' }),
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
  asked: (input) => askedOf(input),
  replaces: (input, output) => ({ original: input.original, replacement: output.id }),
  // The plan may have given the replacement another size and type.
  keeps: ({ attributes, snapshot }) => ({ storage: { GiB: snapshot.sizeGiB ?? attributes.sizeGiB } }),
});

interface Asked {
  readonly original: string;
  readonly snapshot: MadeSnapshot;
  readonly key: string;
  readonly attributes: VolumeAttributes;
}

/**
 * What a call of which the answer never came has made, if anything. Whoever may use the snapshot may make a volume of his own
 * from it, so without the tags of the call nothing is ours by a look: sent again with its token, the call names it.
 */
async function madeUnanswered(ctx: AwsContext, input: Asked): Promise<Volume | undefined> {
  const { sight } = ctx.aws;
  const [withToken, fromIt] = await Promise.all([sight.volumesMade(ctx.token), sight.volumesFrom(input.snapshot.id)]);
  const candidateOf = (thing: Volume) => ({
    id: thing.VolumeId ?? '',
    thing,
    at: thing.CreateTime?.getTime() ?? Number.NaN,
    fits: isAsAsked(thing, input),
  });
  const all = mayBeMade(ctx, withToken, fromIt, (one) => one.VolumeId).map(candidateOf);
  const { ours, foreign } = madeBySends(all, ctx);
  const tagged = new Set(withToken.map((one) => one.VolumeId));
  const [made, ...more] = ours.filter((one) => tagged.has(one.VolumeId) || ctx.isOurs(one.VolumeId ?? ''));
  // By its token AWS makes one of all sends.
  const copied = all.filter(({ thing }) => more.includes(thing));
  tellForeign(ctx, [...foreign, ...copied], `a replacement of ${input.original}`);
  for (const one of ours.filter(({ VolumeId = '' }) => !tagged.has(VolumeId) && !ctx.isOurs(VolumeId)))
    ctx.announce(
      `${one.VolumeId} is like the replacement of ${input.original} that this run asked for, and carries no tag of it: it is kept, unless it is ours by AWS's answer`,
    );
  return made;
}

/** Only what this run was answered with, or what is in all that the call says, can be its own. */
function isAsAsked(volume: Volume, { snapshot, key, attributes }: Asked): boolean {
  const { sizeGiB, type, iops, throughput, availabilityZone } = attributes;
  return (
    volume.SnapshotId === snapshot.id &&
    volume.KmsKeyId === key &&
    volume.Size === sizeGiB &&
    volume.VolumeType === type &&
    volume.AvailabilityZone === availabilityZone &&
    (iops === undefined || volume.Iops === iops) &&
    (throughput === undefined || volume.Throughput === throughput)
  );
}
