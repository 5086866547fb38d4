// Status checks say nothing of when they were made, and AWS shows the past: those of before the stop passed, too.
import { describe, expect, test } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { inWorld, twoVolumes, type World } from '../support/world.ts';
import { beforeFirst, instance, minute, records } from './lever.ts';

const old = { operation: 'DescribeInstanceStatus', kind: 'stale', staleMs: 4.8 * minute } as const;
const remember = (world: World) =>
  world.account.faults.add({ kind: 'stale', staleMs: 5 * minute, skip: Number.MAX_SAFE_INTEGER });
const checksOkAt = (world: World) => world.account.world.instances.get(instance)?.checksOkAt ?? Number.NaN;

describe('status checks that AWS made in the life before', () => {
  test('do not say that a box serves which was just started', () =>
    inWorld(twoVolumes, async (world) => {
      remember(world);
      let judgedAt = 0;
      let okAt = 0;
      const life = await world.process([], {
        wait: false,
        beforeCall: beforeFirst('ec2:StartInstances', () => world.account.faults.add(old)),
        diesOn: (record) => {
          if (record.t === 'done' && record.key.step === 'serve') {
            judgedAt = world.account.world.time;
            okAt = checksOkAt(world);
          }
          return false;
        },
      });
      expect(exitOf(life), told(life)).toBe(3);
      expect(judgedAt).toBeGreaterThanOrEqual(okAt);
    }));

  test('do not prove, when originals are about to be deleted, that a box serves which somebody has just started anew', () =>
    inWorld(twoVolumes, async (world) => {
      remember(world);
      const first = await world.process([], { wait: false });
      expect(exitOf(first), told(first)).toBe(3);
      world.pass(70 * minute);
      world.account.act({ do: 'stop-instance', instance });
      world.pass(3 * minute);
      world.account.act({ do: 'start-instance', instance });
      world.pass(20_000);
      world.account.faults.add({ ...old, forMs: 4.8 * minute });
      const deleted: boolean[] = [];
      const second = await world.process(first.disk, {
        beforeCall: (operation) => {
          if (operation === 'ec2:DeleteVolume') deleted.push(checksOkAt(world) <= world.account.world.time);
        },
      });
      expect(exitOf(second), told(second)).toBe(0);
      expect(deleted).not.toContain(false);
      expect(records(second, 'kept')).toEqual([]);
    }));
});
