// A scheduler stops the box in the moment in which the run does: the run starts it again, as it ran when it was read, and says so.
import { expect, test } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { inWorld, type Life, twoVolumes } from '../support/world.ts';
import { beforeFirst, instance, minute, records } from './lever.ts';

const ofOthers = (life: Life) =>
  records(life, 'announced').filter((one) => 'text' in one && one.text.includes('was already being stopped'));

test('that somebody else was stopping the box when the stop of the run came is told', () =>
  inWorld(twoVolumes, async (world) => {
    const life = await world.process([], {
      wait: false,
      beforeCall: beforeFirst('ec2:StopInstances', () => world.account.act({ do: 'stop-instance', instance })),
    });
    expect(exitOf(life), told(life)).toBe(3);
    expect(ofOthers(life)).toHaveLength(1);
  }));

test('and a stop of its own, of which a dead process did not hear the answer, is nobody else', () =>
  inWorld(twoVolumes, async (world) => {
    const first = await world.process([], { diesAfter: (operation) => operation === 'ec2:StopInstances' });
    world.pass(minute / 6);
    const second = await world.process(first.disk, { wait: false });
    expect(exitOf(second), told(second)).toBe(3);
    expect([...ofOthers(first), ...ofOthers(second)]).toEqual([]);
  }));

test('nor is one that was answered by a reset connection and sent again', () =>
  inWorld(twoVolumes, async (world) => {
    world.account.faults.add({ operation: 'StopInstances', kind: 'reset', when: 'after', times: 1 });
    const life = await world.process([], { wait: false });
    expect(exitOf(life), told(life)).toBe(3);
    expect(ofOthers(life)).toEqual([]);
  }));
