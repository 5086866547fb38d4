import type { Volume } from '@aws-sdk/client-ec2';
import { defineTarget } from '../../aws/services.ts';
import { claimants } from '../../aws/tags.ts';
import type { Need } from '../../contract/step.ts';
import { InstanceId } from '../domain.ts';
import { dataLost } from '../ebs/deletion.ts';
import { deviceEntry, volumesIn } from '../ebs/device-shape.ts';
import { lostOriginals, unreadableOriginals } from '../ebs/kept-data.ts';
import { iso } from '../moment.ts';
import { faultsOfOwnMachine } from './own-machine.ts';
import { misplaced, unrestorable } from './restorable.ts';
import { attachments, exposures, livingState, mappings } from './standing.ts';

const idOf = (volume: Volume | undefined) => volume?.VolumeId;

/** What the verdicts and the way back of an instance rely on; the types of what steps are given say the rest. */
const needs: readonly Need[] = [
  {
    of: 'ec2.stop-instance',
    needs: 'ec2.start-instance',
    after: 'ec2.stop-instance',
    why: 'the instance would be left stopped',
  },
  {
    of: 'ebs.create-volume',
    needs: 'ebs.create-snapshot',
    given: 'after',
    after: 'ec2.stop-instance',
    before: 'ebs.create-volume',
    sameItems: true,
    through: 'snapshot',
    why: 'only a snapshot of the stopped instance holds all that was written',
  },
  {
    of: 'ebs.create-volume',
    needs: 'ebs.set-auto-enable-io',
    after: 'ebs.create-volume',
    before: 'ebs.verify-volume',
    sameItems: true,
    why: 'a new volume does not enable I/O by itself, and the verification fails where the original does',
  },
  {
    of: 'ebs.create-volume',
    needs: 'ebs.verify-volume',
    after: 'ebs.attach-volume',
    before: 'ec2.start-instance',
    sameItems: true,
    why: 'once the instance is started, rekey does not go back by itself',
  },
  {
    of: 'ebs.detach-volume',
    needs: 'ebs.attach-volume',
    after: 'ebs.detach-volume',
    sameItems: true,
    why: 'a device would be left empty',
  },
  {
    of: 'ebs.attach-volume',
    needs: 'ebs.detach-volume',
    before: 'ebs.attach-volume',
    sameItems: true,
    why: 'the original is still at the device',
  },
  {
    of: 'ebs.attach-volume',
    needs: 'ebs.set-delete-on-termination',
    after: 'ebs.attach-volume',
    before: 'ebs.verify-volume',
    sameItems: true,
    why: 'AttachVolume switches it off, and the verification fails where the original had it on',
  },
  {
    of: 'ebs.delete-volume',
    needs: 'ec2.verify-instance',
    after: 'ec2.start-instance',
    before: 'ebs.delete-volume',
    why: 'nothing would have seen the instance serve without what is deleted',
  },
  {
    of: 'ebs.delete-volume',
    needs: 'gate: hold',
    after: 'ec2.verify-instance',
    before: 'ebs.delete-volume',
    why: 'nobody would have the time to see that something is wrong',
  },
];

/** An EC2 instance with its volumes. What is attaching or detaching counts as standing there. */
export const instanceTarget = defineTarget({
  type: 'ec2-instance',
  id: InstanceId,
  claim: 'ec2.claim',
  release: 'ec2.release-claim',
  needs,
  unreadable: unreadableOriginals,
  lost: lostOriginals,
  async unrestorable(ctx, reads, pairs) {
    // It is asked before a target that serves is halted.
    const own = await faultsOfOwnMachine(ctx, ctx.target.id);
    return [...own, ...(await unrestorable(ctx, reads, pairs))];
  },
  misplaced,
  halt: (instance) => [{ uses: 'ec2.stop-instance', with: { instance } }],
  sightings: (aws, ids) => aws.sightings.kept(ids),
  recall: (aws, sightings) => aws.sightings.recall(sightings),
  begunAnew: (aws, ids) => aws.sightings.begunAnew(ids),
  async observe(ctx, claimed) {
    const { sight } = ctx.aws;
    const originals = claimed.filter((id) => id.startsWith('vol-'));
    const [instance, ...volumes] = await Promise.all([
      sight.instance(ctx.target.id),
      ...originals.map((id) => sight.volume(id)),
    ]);
    const missing = originals.filter((_id, index) => dataLost(volumes[index]));
    const claims = [
      ...claimants(instance?.Tags).map((run) => ({ run, on: ctx.target.id })),
      ...volumes.flatMap((volume) => claimants(volume?.Tags).map((run) => ({ run, on: volume?.VolumeId ?? '' }))),
    ];
    if (!instance || livingState(instance) === undefined) {
      const observation = { shape: { exists: false }, life: { state: 'terminated' } };
      return { observation, claims, missing: [ctx.target.id, ...missing] };
    }
    const present = [ctx.target.id, ...originals.filter((id) => !missing.includes(id))];
    const unclaimed = present.filter((id) => !claims.some(({ run, on }) => run === ctx.run && on === id));
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
    return { observation: { shape, life }, claims, unclaimed, missing, unsettled: [...new Set(unsettled)], exposed };
  },
  serving: (observation) => ({
    // A stopping instance still writes; only one that stands still does not.
    running: !['stopped', 'terminated'].includes(String(observation.life['state'])),
    on: volumesIn(observation),
  }),
});
