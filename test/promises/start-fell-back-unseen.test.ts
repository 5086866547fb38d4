// A launch that failed says nothing of one before it: whether ours ever ran is told by the time at which AWS accepted it.
import { expect, test } from 'vitest';
import { expectNothingLost, told } from '../support/promises.ts';
import { inWorld, type Life, twoVolumes, type World } from '../support/world.ts';
import { suspend } from '../sweep/clocks.ts';
import { beforeFirst, instance, minute, records } from './lever.ts';

const box = (world: World) => world.state().instances.find((one) => one.id === instance);
const onIt = (world: World) => box(world)?.devices.map((one) => one.volume) ?? [];

function judge(world: World, life: Life, replacements: readonly string[]): void {
  expect(replacements).toHaveLength(2);
  expect(
    world.state().volumes.map((one) => one.id),
    told(life),
  ).toEqual(expect.arrayContaining([...replacements]));
  expectNothingLost(world);
  expect(records(life, 'unwinding')).toEqual([]);
}

test('AWS can not be reached for ten minutes after the start, in which the box ran, was stopped, and did not start again: its writes are kept', () =>
  inWorld(twoVolumes, async (world) => {
    let replacements: string[] = [];
    const life = await world.process([], {
      wait: false,
      beforeCall: beforeFirst('ec2:StartInstances', () => {
        world.account.faults.add({ operation: 'DescribeInstances', kind: 'reset', forMs: 10 * minute });
        setTimeout(() => {
          expect(box(world)?.state).toBe('running');
          replacements = onIt(world);
          world.account.act({ do: 'stop-instance', instance });
        }, 4 * minute);
        setTimeout(() => {
          world.account.act({ do: 'disable-key', key: 'alias/new' });
          world.account.act({ do: 'start-instance', instance });
        }, 7 * minute);
        setTimeout(() => world.account.act({ do: 'enable-key', key: 'alias/new' }), 9 * minute);
      }),
    });
    judge(world, life, replacements);
  }));

test('a laptop sleeps after the start, while the box ran, was stopped, and did not start again: its writes are kept', () =>
  inWorld(twoVolumes, async (world) => {
    const jump = (ms: number) => {
      suspend(ms);
      world.state();
    };
    let started = false;
    let slept = false;
    let replacements: string[] = [];
    const life = await world.process([], {
      wait: false,
      beforeCall: (operation) => {
        if (operation === 'ec2:StartInstances') started = true;
        else if (started && !slept) {
          slept = true;
          jump(30 * minute);
          replacements = onIt(world);
          world.account.act({ do: 'stop-instance', instance });
          jump(10 * minute);
          world.account.act({ do: 'disable-key', key: 'alias/new' });
          world.account.act({ do: 'start-instance', instance });
          jump(10 * minute);
          world.account.act({ do: 'enable-key', key: 'alias/new' });
        }
      },
    });
    expect(slept).toBe(true);
    judge(world, life, replacements);
  }));
