// A proof snapshot shows what the original held when it was begun: who uses it while that takes hours is in none.
import { describe, expect, test } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { instancePlan, inWorld, twoVolumes, volumePlan, type World } from '../support/world.ts';
import { beforeFirst, data, loose, minute, withSets } from './lever.ts';

const elsewhere = 'i-0aaaaaaaaaaaaaaa1';
const scene = twoVolumes.replace(
  '\nvolumes:',
  `
  - id: ${elsewhere}
    type: m5.large
    volumes: [{ device: /dev/xvda, id: vol-00000000000000009, size: 8, type: gp3, key: alias/old }]
volumes:`,
);

/** Snapshots that are begun now take three hours: an increment is not complete before what it builds on. */
function slowSnapshots(world: World, volume: string): void {
  for (const one of world.account.world.snapshots.values())
    if (one.volumeId === volume) Object.assign(one, { endsAt: world.account.world.time + 180 * minute });
}

/** Somebody has it for a minute, between two looks of whoever looks rarely. */
function useLater(world: World, volume: string, writes: number): void {
  const at = (ms: number, deed: () => void) => world.account.schedule(world.account.world.time + ms, deed);
  at(60 * minute, () => world.account.act({ do: 'attach-volume', volume, instance: elsewhere, device: '/dev/sdx' }));
  at(61 * minute, () => {
    if (writes > 0) world.account.act({ do: 'write-volume', volume, count: writes });
    world.account.act({ do: 'detach-volume', volume });
  });
}

const volumes = (world: World) => world.state().volumes.map((one) => one.id);

describe('an original that somebody uses while its proof snapshot takes three hours', () => {
  test.each([
    ['ec2-instance', instancePlan, data],
    ['ebs-volume', volumePlan, loose],
  ] as const)('of %s is kept when he has written on it', (_name, plan, original) =>
    inWorld(scene, async (world) => {
      const first = await world.process([], { plans: [plan], wait: false });
      expect(exitOf(first), told(first)).toBe(3);
      world.pass(70 * minute);
      const second = await world.process(first.disk, {
        plans: [plan],
        beforeCall: beforeFirst('ec2:CreateSnapshot', () => {
          slowSnapshots(world, original);
          useLater(world, original, 1);
        }),
      });
      expect(exitOf(second), told(second)).toBe(4);
      expect(volumes(world)).toContain(original);
    }));

  test('goes when nobody has, and every snapshot with it', () =>
    inWorld(scene, async (world) => {
      const first = await world.process([], { plans: [volumePlan], wait: false });
      world.pass(70 * minute);
      const second = await world.process(first.disk, {
        plans: [volumePlan],
        beforeCall: beforeFirst('ec2:CreateSnapshot', () => slowSnapshots(world, loose)),
      });
      expect(exitOf(second), told(second)).toBe(0);
      expect(volumes(world)).not.toContain(loose);
      expect(world.state().snapshots).toEqual([]);
    }));
});

describe('what is only reported of an original that goes', () => {
  const slow = { operation: 'DescribeVolumeAttribute', kind: 'throttle', forMs: 12 * minute } as const;

  test('is not waited for between its proof and its delete: who comes in that time finds it gone', () =>
    inWorld(scene, async (world) => {
      const first = await world.process([], { plans: [volumePlan], wait: false });
      world.pass(70 * minute);
      let came = '';
      const second = await world.process(first.disk, {
        plans: [volumePlan],
        beforeCall: beforeFirst('ec2:CreateSnapshot', () => {
          world.account.faults.add(slow);
          setTimeout(() => {
            came = world.attempt(() =>
              world.account.act({ do: 'attach-volume', volume: loose, instance: elsewhere, device: '/dev/sdx' }),
            );
          }, 5 * minute);
          setTimeout(() => world.attempt(() => world.account.act({ do: 'write-volume', volume: loose })), 6 * minute);
          setTimeout(() => world.attempt(() => world.account.act({ do: 'detach-volume', volume: loose })), 7 * minute);
        }),
      });
      expect(exitOf(second), told(second)).toBe(0);
      expect(came).not.toBe('done');
      expect(volumes(world)).not.toContain(loose);
    }));

  test('is waited for before the last proof: an original whose replacement is deleted in that time is kept', () =>
    inWorld(scene, async (world) => {
      const plan = withSets(volumePlan, 'steps.delete.with.changedBlocks=off');
      const first = await world.process([], { plans: [plan], wait: false });
      world.pass(70 * minute);
      const made = world.state().volumes.find((one) => one.tags['rekey:original'] === loose)?.id ?? '';
      const second = await world.process(first.disk, {
        plans: [plan],
        beforeCall: beforeFirst('ec2:DescribeVolumeAttribute', () => {
          world.account.faults.add(slow);
          setTimeout(() => world.account.act({ do: 'delete-volume', volume: made }), 5 * minute);
        }),
      });
      expect(exitOf(second), told(second)).toBe(4);
      expect(volumes(world)).toContain(loose);
    }));
});
