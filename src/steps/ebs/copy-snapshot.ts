import * as z from 'zod';
import { type AwsContext, defineEffect } from '../../aws/services.ts';
import { asTags, markers } from '../../aws/tags.ts';
import { settleWithinMs } from '../deadlines.ts';
import { KeyArn, MadeSnapshot } from '../domain.ts';
import { causesOfAbsence } from './absence.ts';
import { lookForSnapshot, type Making, made } from './made-snapshot.ts';

const input = z.strictObject({
  snapshot: MadeSnapshot.meta({ description: 'the snapshot to copy, as the step that made it yields it' }),
  key: KeyArn.meta({ description: 'the key that the copy is under, as `steps.<check-key>.to`' }),
});

/** Copies a snapshot under another key: always a full copy. Not needed for a volume, which can be made straight from a snapshot under another key. */
export const copySnapshot = defineEffect({
  type: 'ebs.copy-snapshot',
  hazard: 'additive',
  call: 'ec2:CopySnapshot',
  creates: (output) => [output.id],
  copies: (input) => ({ original: input.snapshot.volume, anew: true }),
  repeat: 'none',
  slot: 'snapshot-copies',
  settleWithinMs: settleWithinMs.snapshot,
  permissions: [
    'ec2:CopySnapshot',
    'ec2:CreateTags',
    'ec2:DescribeSnapshots',
    'kms:CreateGrant',
    'kms:Decrypt',
    'kms:DescribeKey',
    'kms:GenerateDataKey',
    'kms:GenerateDataKeyWithoutPlaintext',
    'kms:ReEncryptFrom',
    'kms:ReEncryptTo',
  ],
  input,
  output: MadeSnapshot,
  title: (input) => `copy ${input.snapshot.id} under the new key`,
  // A copy shows no source; the description names it.
  look: (ctx, input, known) =>
    lookForSnapshot(
      ctx,
      making(input),
      { description: describe(ctx, input), fits: (one) => one.KmsKeyId === input.key },
      known,
    ),
  async run(ctx, { snapshot, key }) {
    const answer = await ctx.aws.ec2.copySnapshot({
      SourceRegion: ctx.aws.region,
      SourceSnapshotId: snapshot.id,
      // Left out, the copy would be under the account's default key, not under the source's.
      Encrypted: true,
      KmsKeyId: key,
      // The copy shows an arbitrary VolumeId and none of the source's tags.
      Description: describe(ctx, { snapshot }),
      TagSpecifications: [
        {
          ResourceType: 'snapshot',
          Tags: [...asTags(ctx.tags), ...markers(ctx, { original: snapshot.volume })],
        },
      ],
    });
    return made(making({ snapshot, key }), answer);
  },
  undo: (_input, output) => (output ? [{ uses: 'ebs.discard-snapshot', with: { snapshot: output.id } }] : []),
  whenVanished: (ctx, { key }) => causesOfAbsence(ctx, { deletedBy: 'DeleteSnapshot', key }),
});

const describe = (ctx: AwsContext, { snapshot }: { snapshot: MadeSnapshot }) =>
  `rekey ${ctx.run}: copy of ${snapshot.id} of ${snapshot.volume}`;

function making({ snapshot }: z.infer<typeof input>): Making {
  return { volume: snapshot.volume, source: snapshot.id, after: snapshot.after };
}
