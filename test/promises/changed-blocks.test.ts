import { describe, expect, test } from 'vitest';
import { saidOf } from '../judge/said.ts';
import { exitOf, told } from '../support/promises.ts';
import { instancePlan, inWorld, type Life, planOf, twoVolumes, volumePlan, type World } from '../support/world.ts';
import { afterRecord, data, loose, minute, records, withSets } from './lever.ts';

const elsewhere = 'i-0aaaaaaaaaaaaaaa1';
const beside = (text: string) =>
  text.replace(
    '\nvolumes:',
    `
  - id: ${elsewhere}
    type: m5.large
    volumes: [{ device: /dev/xvda, id: vol-00000000000000009, size: 8, type: gp3, key: alias/old }]
volumes:`,
  );
const scene = beside(twoVolumes);
const both = [
  ['ec2-instance', instancePlan, data],
  ['ebs-volume', volumePlan, loose],
] as const;

/** Somebody attaches an original elsewhere, and has let go of it before anybody looks again. */
function useUnseen(world: World, volume: string, writes: number): void {
  world.account.act({ do: 'attach-volume', volume, instance: elsewhere, device: '/dev/sdx' });
  world.pass(minute);
  if (writes > 0) world.account.act({ do: 'write-volume', volume, count: writes });
  world.account.act({ do: 'detach-volume', volume });
  world.pass(minute);
}

const volumes = (world: World) => world.state().volumes.map((one) => one.id);
const announced = (life: Life) => records(life, 'announced').map((one) => ('text' in one ? one.text : ''));
const unproven = /it can't be proven that nobody has used original/;
const count = (life: Life, operation: string) => life.sent.filter((one) => one.endsWith(`:${operation}`)).length;
const denied = { kind: 'error', operation: 'ListChangedBlocks', code: 'AccessDeniedException', status: 403 } as const;
const proofMade = (record: { readonly t: string; readonly key?: unknown }) =>
  record.t === 'done' &&
  JSON.stringify(record.key).includes('"@evidence"') &&
  !JSON.stringify(record.key).includes('undo');

describe('an original is deleted when no block of it has changed since its final snapshot', () => {
  test.each(both)('%s: what somebody has used elsewhere in the hold, unseen, is kept', (_name, plan, original) =>
    inWorld(scene, async (world) => {
      const first = await world.process([], { plans: [plan], wait: false });
      expect(exitOf(first), told(first)).toBe(3);
      useUnseen(world, original, 1);
      world.pass(70 * minute);
      const second = await world.process(first.disk, { plans: [plan], wait: false });
      expect(exitOf(second), told(second)).toBe(4);
      expect(told(second)).toContain(`blocks of original ${original} have changed since its final snapshot`);
      expect(volumes(world)).toContain(original);
      const third = await world.process(second.disk, { plans: [plan], wait: false });
      expect(exitOf(third), told(third)).toBe(4);
      expect(volumes(world)).toContain(original);
      // It holds what was written, and has its name in what is said.
      const taken = world.state().snapshots.find(({ description }) => description.includes(`proof of ${original}`));
      expect(saidOf(planOf(plan), third.disk, undefined).lines.join()).toContain(taken?.id ?? 'no snapshot');
    }));

  test.each(both)('%s: what was only looked at elsewhere goes, and every snapshot with it', (_name, plan, original) =>
    inWorld(scene, async (world) => {
      const first = await world.process([], { plans: [plan], wait: false });
      useUnseen(world, original, 0);
      world.pass(70 * minute);
      const second = await world.process(first.disk, { plans: [plan], wait: false });
      expect(exitOf(second), told(second)).toBe(0);
      expect(volumes(world)).not.toContain(original);
      expect(world.state().snapshots).toEqual([]);
      expect(announced(second).some((text) => unproven.test(text))).toBe(false);
    }));

  test('of volumes that are not encrypted it is proven alike', () =>
    inWorld(scene.replace('size: 20, type: gp2, key: alias/old', 'size: 20, type: gp2'), async (world) => {
      const plan = withSets(
        { ...volumePlan, sets: volumePlan.sets.filter((one) => !/^keys.from/.test(one)) },
        'keys.from=null',
      );
      const first = await world.process([], { plans: [plan], wait: false });
      expect(exitOf(first), told(first)).toBe(3);
      useUnseen(world, loose, 3);
      world.pass(70 * minute);
      const second = await world.process(first.disk, { plans: [plan], wait: false });
      expect(exitOf(second), told(second)).toBe(4);
      expect(volumes(world)).toContain(loose);
    }));

  test.each([
    0, 15,
  ])('a proof that was taken before somebody used the original is not one of now, %i minutes later', async (later) => {
    const crash = await afterRecord(proofMade, { plans: [volumePlan] }, scene);
    await inWorld(scene, async (world) => {
      const first = await world.process([], { plans: [volumePlan], crash });
      expect(first.result).toBe('died');
      useUnseen(world, loose, 1);
      world.pass(later * minute);
      const second = await world.process(first.disk, { plans: [volumePlan] });
      expect(exitOf(second), told(second)).toBe(4);
      expect(volumes(world)).toContain(loose);
    });
  });

  test('nor is one that was taken before the plan stopped, for a person to put something right', () =>
    inWorld(scene, async (world) => {
      const first = await world.process([], { plans: [volumePlan], wait: false });
      world.pass(70 * minute);
      const second = await world.process(first.disk, {
        plans: [volumePlan],
        diesOn: (record) => {
          if (proofMade(record)) world.account.act({ do: 'disable-key', key: 'alias/new' });
          return false;
        },
      });
      expect(exitOf(second), told(second)).toBe(4);
      expect(volumes(world)).toContain(loose);
      world.account.act({ do: 'enable-key', key: 'alias/new' });
      useUnseen(world, loose, 1);
      const third = await world.process(second.disk, { plans: [volumePlan] });
      expect(exitOf(third), told(third)).toBe(4);
      expect(volumes(world)).toContain(loose);
    }));

  test.each([
    'before',
    'after',
    'answered',
  ] as const)('who dies %s the call that takes the proof snapshot leaves none behind', async (when) => {
    const clean = await inWorld(scene, (world) => world.process([], { plans: [volumePlan] }));
    const number = clean.sent.lastIndexOf('ec2:CreateSnapshot') + 1;
    await inWorld(scene, async (world) => {
      const first = await world.process([], { plans: [volumePlan], crash: { call: { number, when } } });
      expect(first.result).toBe('died');
      world.pass(minute);
      const second = await world.process(first.disk, { plans: [volumePlan] });
      expect(exitOf(second), told(second)).toBe(0);
      expect(world.state().snapshots).toEqual([]);
      expect(volumes(world)).not.toContain(loose);
    });
  });
});

describe('where the EBS direct APIs are not allowed', () => {
  test.each([
    ['not allowed', denied],
    ['not comparable', { ...denied, code: 'ValidationException', status: 400 }],
    ['not there', { ...denied, code: 'UnknownOperationException', status: 404 }],
  ])('%s: that is said, and the delete goes on', (_name, fault) =>
    inWorld(scene, async (world) => {
      world.account.faults.add(fault);
      const life = await world.process([], { plans: [volumePlan] });
      expect(exitOf(life), told(life)).toBe(0);
      expect(volumes(world)).not.toContain(loose);
      expect(announced(life).join()).toContain(`nobody has used original ${loose} since its final snapshot`);
      expect(announced(life).join()).toContain(fault.code);
      expect(world.state().snapshots).toEqual([]);
    }));

  test('a plan that requires the proof keeps the original until it is allowed', () =>
    inWorld(scene, async (world) => {
      const plan = withSets(volumePlan, 'steps.delete.with.changedBlocks=require');
      world.account.faults.add(denied);
      const first = await world.process([], { plans: [plan] });
      expect(exitOf(first), told(first)).toBe(4);
      expect(told(first)).toMatch(unproven);
      expect(volumes(world)).toContain(loose);
      world.account.faults.clear();
      const second = await world.process(first.disk, { plans: [plan] });
      expect(exitOf(second), told(second)).toBe(0);
      expect(world.state().snapshots).toEqual([]);
    }));

  test('a plan can do without it', () =>
    inWorld(scene, async (world) => {
      const plan = withSets(volumePlan, 'steps.delete.with.changedBlocks=off');
      const life = await world.process([], { plans: [plan] });
      expect(exitOf(life), told(life)).toBe(0);
      expect([count(life, 'CreateSnapshot'), count(life, 'ListChangedBlocks')]).toEqual([1, 0]);
    }));

  test.each([
    ['throttled', { ...denied, code: 'RequestThrottledException', status: 400 }],
    ['not shown yet', { ...denied, code: 'ResourceNotFoundException', status: 404 }],
    ['out of order', { ...denied, code: 'InternalServerException', status: 500 }],
  ])('one that is %s for a while is waited for', (_name, fault) =>
    inWorld(scene, async (world) => {
      world.account.faults.add({ ...fault, times: 3 });
      const life = await world.process([], { plans: [volumePlan] });
      expect(exitOf(life), told(life)).toBe(0);
      expect(announced(life).some((text) => unproven.test(text))).toBe(false);
      expect(count(life, 'ListChangedBlocks')).toBe(4);
    }));
});
