import type { Volume } from '@aws-sdk/client-ec2';
import { defineTarget } from '../../aws/services.ts';
import { claimants } from '../../aws/tags.ts';
import { InstanceId } from '../domain.ts';
import { gone } from '../ebs/deletion.ts';
import { deviceEntry, volumesIn } from '../ebs/device-shape.ts';
import { faultsOfOldKey } from '../kms/key-use.ts';
import { iso } from '../moment.ts';
import { attachments, exposures, livingState, mappings } from './standing.ts';

const idOf = (volume: Volume | undefined) => volume?.VolumeId;

/** An EC2 instance with its volumes. What is attaching or detaching counts as standing there. */
export const instanceTarget = defineTarget({
  type: 'ec2-instance',
  id: InstanceId,
  claim: 'ec2.claim',
  release: 'ec2.release-claim',
  unreadable: faultsOfOldKey,
  halt: (instance) => [{ uses: 'ec2.stop-instance', with: { instance } }],
  async observe(ctx, claimed) {
    const { sight } = ctx.aws;
    const originals = claimed.filter((id) => id.startsWith('vol-'));
    const [instance, ...volumes] = await Promise.all([
      sight.instance(ctx.target.id),
      ...originals.map((id) => sight.volume(id)),
    ]);
    const missing = originals.filter((_id, index) => gone(volumes[index]));
    const claims = [
      ...claimants(instance?.Tags).map((run) => ({ run, on: ctx.target.id })),
      ...volumes.flatMap((volume) => claimants(volume?.Tags).map((run) => ({ run, on: volume?.VolumeId ?? '' }))),
    ];
    if (!instance || livingState(instance) === undefined) {
      const observation = { shape: { exists: false }, life: { state: 'terminated' } };
      return { observation, claims, missing: [ctx.target.id, ...missing] };
    }
    const devices = [...mappings(instance)].map(([device, ebs]) =>
      deviceEntry({
        device,
        volume: ebs.VolumeId ?? '',
        ebsCardIndex: ebs.EbsCardIndex,
        deleteOnTermination: ebs.DeleteOnTermination ?? false,
      }),
    );
    const shape = { exists: true, instanceType: instance.InstanceType ?? '', ...Object.fromEntries(devices) };
    const life = {
      state: instance.State?.Name ?? '',
      launchTime: iso(instance.LaunchTime),
      stateTransitionReason: instance.StateTransitionReason ?? '',
    };
    const unsettled = [
      ...[...mappings(instance).values()].filter(({ Status }) => Status !== 'attached').map(({ VolumeId }) => VolumeId),
      ...volumes.filter((volume) => attachments(volume).some(({ State }) => State !== 'attached')).map(idOf),
    ].flatMap((id) => id ?? []);
    // On the target itself it is a part of its shape.
    const exposed = volumes.flatMap((volume) => exposures(volume).filter(({ instance: by }) => by !== ctx.target.id));
    return { observation: { shape, life }, claims, missing, unsettled: [...new Set(unsettled)], exposed };
  },
  serving: (observation) => ({
    // A stopping instance still writes; only one that stands still does not.
    running: !['stopped', 'terminated'].includes(String(observation.life['state'])),
    on: volumesIn(observation),
  }),
});
