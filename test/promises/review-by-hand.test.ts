// A run died with a CreateVolume on record that never went out. A colleague makes a volume of his own from its snapshot, by hand.
import { describe, expect, test } from 'vitest';
import { operations } from '../../src/simulator/operations.ts';
import { told } from '../support/promises.ts';
import { instancePlan, inWorld, twoVolumes, volumePlan, type World } from '../support/world.ts';
import { loose, minute, root } from './lever.ts';

/** Somebody else's call, as the console makes it. */
const byHand = (world: World, operation: string, input: object) => {
  const answer = operations.ec2[operation]?.run(world.account.world, input);
  world.account.world.changed();
  world.auditor.meanwhile();
  return answer as Record<string, unknown>;
};

const snapshotOf = (world: World, original: string) =>
  world.state().snapshots.findLast(({ tags }) => tags['rekey:original'] === original)?.id;

describe('a volume that a colleague made from a snapshot of the run', () => {
  test.each([
    ['an instance', instancePlan, root, 'rollback'],
    ['an unattached volume', volumePlan, loose, 'rollback'],
    ['an instance', instancePlan, root, 'resume'],
    ['an unattached volume', volumePlan, loose, 'resume'],
  ] as const)('of %s is not taken for one of ours, which has another size, type and zone, by a %#', (_of, plan, original, how) =>
    inWorld(twoVolumes, async (world) => {
      const first = await world.process([], {
        plans: [plan],
        beforeCall: (name) => {
          if (name === 'ec2:CreateVolume') world.kill();
        },
      });
      expect(first.result).toBe('died');
      world.pass(minute);
      const before = new Set(world.state().volumes.map(({ id }) => id));
      byHand(world, 'CreateVolume', {
        SnapshotId: snapshotOf(world, original),
        AvailabilityZone: 'eu-west-1b',
        Size: 99,
        VolumeType: 'gp2',
        Encrypted: true,
        KmsKeyId: 'alias/new',
        TagSpecifications: [{ ResourceType: 'volume', Tags: [{ Key: 'owner', Value: 'bob' }] }],
      });
      const bobs = world.state().volumes.find(({ id }) => !before.has(id))?.id;
      expect(bobs).toMatch(/^vol-/);
      world.pass(minute);
      const second = await world.process(first.disk, {
        plans: [plan],
        command: how === 'resume' ? { command: 'resume', again: true } : { command: 'rollback', discardWrites: false },
      });
      expect(
        world.state().volumes.map(({ id }) => id),
        `${told(second)} ${second.sent.filter((x) => !/Describe/.test(x)).join()}`,
      ).toContain(bobs);
    }));
});
