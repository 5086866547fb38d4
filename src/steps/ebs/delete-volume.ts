import type { Volume } from '@aws-sdk/client-ec2';
import * as z from 'zod';
import { type AwsContext, defineEffect } from '../../aws/services.ts';
import type { Proof } from '../../contract/step.ts';
import { settleWithinMs } from '../deadlines.ts';
import { FinalVerdict, MadeSnapshot, VolumeId } from '../domain.ts';
import { attachments, attachTimeOf } from '../ec2/standing.ts';
import { unchangedSince } from './changed-blocks.ts';
import { lastDifferences, lastIoDifference } from './comparison.ts';
import { createSnapshot } from './create-snapshot.ts';
import { lookForDeletion } from './deletion.ts';

/** Deletes an original, by the verdict about it and its replacement. */
export const deleteVolume = defineEffect({
  type: 'ebs.delete-volume',
  hazard: 'destructive',
  call: 'ec2:DeleteVolume',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.volume,
  permissions: [
    'ebs:ListChangedBlocks',
    'ec2:DeleteVolume',
    'ec2:DescribeVolumes',
    'ec2:DescribeVolumeAttribute',
    ...createSnapshot.permissions,
  ],
  input: z.strictObject({
    verdict: FinalVerdict,
    changedBlocks: z.enum(['require', 'when-allowed', 'off']).default('when-allowed').meta({
      description:
        'whether a new snapshot must show no changed block against the final one, as proof that nobody has used the original since: require; when-allowed, which goes on where the EBS direct APIs are not allowed, and says so in the report; or off',
    }),
  }),
  output: z.strictObject({ volume: VolumeId }),
  title: (input) => `delete original ${input.verdict.original}`,
  async look(ctx, { verdict }) {
    return lookForDeletion(await ctx.aws.sight.volume(verdict.original), { volume: verdict.original });
  },
  async run(ctx, { verdict }) {
    await ctx.aws.ec2.deleteVolume({ VolumeId: verdict.original });
    return undefined;
  },
  undo: 'impossible',
  verdict: (input) => input.verdict,
  deletes: (input) => input.verdict.original,
  prove: (ctx, { verdict }) => faultsOfProof(ctx, verdict),
  async differences(ctx, { verdict: { original, replacement } }) {
    const [was, is, io] = await Promise.all([
      ctx.aws.sight.volume(original),
      ctx.aws.sight.volume(replacement),
      lastIoDifference(ctx, original, replacement),
    ]);
    return [...(was && is ? lastDifferences(was, is) : []), ...io];
  },
  evidence: {
    makes: ({ verdict, changedBlocks }) =>
      changedBlocks === 'off'
        ? undefined
        : { uses: createSnapshot.type, with: { volume: verdict.original, role: 'proof' } },
    async may(ctx, { verdict: { original }, changedBlocks }) {
      // What has to be proven and can't be is kept.
      if (changedBlocks === 'require' || (await ctx.aws.sight.volume(original))?.State !== 'error') return true;
      ctx.announce(`${original} is in state error: its data is lost, so that no snapshot can show whether it was used`);
      return false;
    },
    takenAt: (output) => Date.parse(MadeSnapshot.parse(output).startTime),
    shows(ctx, { verdict, changedBlocks }, output) {
      const about = { original: verdict.original, final: verdict.snapshot, required: changedBlocks === 'require' };
      return unchangedSince(ctx, about, MadeSnapshot.parse(output).id);
    },
  },
});

/** What speaks against it on the side of the original; the replacement's side is asked of what has judged it. */
async function faultsOfProof(ctx: AwsContext, verdict: FinalVerdict): Promise<Proof> {
  const { sight } = ctx.aws;
  const [original, replacement] = await Promise.all([
    sight.volume(verdict.original),
    sight.volume(verdict.replacement),
  ]);
  const faults: string[] = [];
  if (verdict.status !== 'SUCCESSFUL') faults.push(`the verdict is ${verdict.status}`);
  if (verdict.original === verdict.replacement) faults.push('original and replacement are the same volume');
  if (!original) faults.push(`original ${verdict.original} is not there`);
  for (const { InstanceId, Device } of attachments(original)) {
    faults.push(`original ${verdict.original} is attached to ${InstanceId} at ${Device} again`);
  }
  const used = [...(verdict.exposed ? [verdict.exposed] : []), ...exchanged(ctx, verdict, replacement)];
  return { findings: [...faults, ...used], stale: attachments(original).length > 0 || used.length > 0 };
}

/** A replacement that was put in its place anew was taken from it before: what served there meanwhile nobody has seen. */
function exchanged(ctx: AwsContext, verdict: FinalVerdict, volume: Volume | undefined): string[] {
  const { original, replacement, place, attachedAt } = verdict;
  const now = place && attachTimeOf(volume, place);
  if (!now || attachedAt === undefined || now === attachedAt) return [];
  // An unwinding that was turned round has put it back itself.
  if (ctx.aws.sightings.attachedByOthers(replacement, place.instance) === undefined) return [];
  return [
    `${replacement} was attached at ${now}, and not at ${attachedAt} as when it was verified: somebody had taken it off, and ${original} may have been in its place`,
  ];
}
