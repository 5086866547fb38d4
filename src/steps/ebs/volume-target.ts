import { defineTarget } from '../../aws/services.ts';
import { claimants } from '../../aws/tags.ts';
import type { Need } from '../../contract/step.ts';
import { VolumeId } from '../domain.ts';
import { attachments, exposures } from '../ec2/standing.ts';
import { dataLost } from './deletion.ts';
import { lostOriginals, unreadableOriginals } from './kept-data.ts';

/** What the verdict about a volume relies on; the types of what steps are given say the rest. */
const needs: readonly Need[] = [
  {
    of: 'ebs.create-volume',
    needs: 'ebs.create-snapshot',
    before: 'ebs.create-volume',
    through: 'snapshot',
    why: 'a replacement is made from what this run has read of the original',
  },
  {
    of: 'ebs.create-volume',
    needs: 'ebs.set-auto-enable-io',
    after: 'ebs.create-volume',
    before: 'ebs.verify-unattached-volume',
    why: 'a new volume does not enable I/O by itself, and the verification fails where the original does',
  },
  {
    of: 'ebs.create-volume',
    needs: 'ebs.verify-unattached-volume',
    after: 'ebs.create-volume',
    why: 'nothing would say whether the replacement is right',
  },
  {
    of: 'ebs.delete-volume',
    needs: 'gate: hold',
    after: 'ebs.verify-unattached-volume',
    before: 'ebs.delete-volume',
    why: 'nobody would have the time to see that something is wrong',
  },
];

/** A volume that is attached to nothing. Attached, it could be written to, so it counts as running. */
export const volumeTarget = defineTarget({
  type: 'ebs-volume',
  id: VolumeId,
  claim: 'ec2.claim',
  release: 'ec2.release-claim',
  needs,
  unreadable: unreadableOriginals,
  lost: lostOriginals,
  halt: () => [],
  sightings: (aws, ids) => aws.sightings.kept(ids),
  recall: (aws, sightings) => aws.sightings.recall(sightings),
  begunAnew: (aws, ids) => aws.sightings.begunAnew(ids),
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
    const is = (present: boolean) => (present ? [ctx.target.id] : []);
    const unclaimed = is(!dataLost(volume) && !claims.some(({ run }) => run === ctx.run));
    return { observation, claims, unclaimed, missing: is(dataLost(volume)), exposed: exposures(volume) };
  },
  serving: (observation) => ({
    running: Array.isArray(observation.shape['attachedTo']) && observation.shape['attachedTo'].length > 0,
    on: [],
  }),
});
