import { defineTarget } from '../../aws/services.ts';
import { claimants } from '../../aws/tags.ts';
import { VolumeId } from '../domain.ts';
import { attachments, exposures } from '../ec2/standing.ts';
import { faultsOfOldKey } from '../kms/key-use.ts';
import { gone } from './deletion.ts';

/** A volume that is attached to nothing. Attached, it could be written to, so it counts as running. */
export const volumeTarget = defineTarget({
  type: 'ebs-volume',
  id: VolumeId,
  claim: 'ec2.claim',
  release: 'ec2.release-claim',
  unreadable: faultsOfOldKey,
  halt: () => [],
  async observe(ctx) {
    const volume = await ctx.aws.sight.volume(ctx.target.id);
    const claims = claimants(volume?.Tags).map((run) => ({ run, on: ctx.target.id }));
    const observation = {
      shape: {
        exists: volume !== undefined,
        sizeGiB: volume?.Size ?? 0,
        attachedTo: attachments(volume).map((one) => `${one.InstanceId} ${one.Device}`),
      },
      life: { state: volume?.State ?? 'deleted' },
    };
    return { observation, claims, missing: gone(volume) ? [ctx.target.id] : [], exposed: exposures(volume) };
  },
  serving: (observation) => ({
    running: Array.isArray(observation.shape['attachedTo']) && observation.shape['attachedTo'].length > 0,
    on: [],
  }),
});
