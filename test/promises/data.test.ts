import { describe, expect, test } from 'vitest';
import { createAccount } from '../../src/simulator/account.ts';
import { parseScenario } from '../../src/simulator/scenario.ts';
import { exitOf, expectNothingLost, told } from '../support/promises.ts';
import { instancePlan, inWorld, twoVolumes, volumePlan, type World } from '../support/world.ts';
import { afterRecord, beforeOperation, data, instance, loose, minute, records, root, stoppedBox } from './lever.ts';

const rollback = (discardWrites = false) => ({ command: 'rollback', discardWrites }) as const;
const startAnswered = (record: { t: string; key?: { step: string } | null }) =>
  record.t === 'answered' && record.key?.step === 'start';

describe('promise 1 and 2: no data lost, nothing deleted without proof', () => {
  test('an original is not deleted while the key of its replacement is disabled (it is the last readable copy)', () =>
    inWorld(twoVolumes, async (world) => {
      const first = await world.process([], { wait: false });
      expect(exitOf(first), told(first)).toBe(3);
      world.account.act({ do: 'disable-key', key: 'alias/new' });
      world.pass(60 * minute);
      const second = await world.process(first.disk, { wait: false });
      const left = world.state().volumes.map((volume) => volume.id);
      expect(left, told(second)).toEqual(expect.arrayContaining([root, data]));
    }));

  test('a rollback of ebs-volume does not discard replacement and snapshot when somebody has deleted the original', () =>
    inWorld(twoVolumes, async (world) => {
      const first = await world.process([], { wait: false, plans: [volumePlan] });
      expect(exitOf(first), told(first)).toBe(3);
      world.account.act({ do: 'delete-volume', volume: loose });
      world.pass(5 * minute);
      const second = await world.process(first.disk, { plans: [volumePlan], command: rollback() });
      const { volumes, snapshots } = world.state();
      const copies = [
        ...volumes.filter((one) => one.id === loose || one.tags['rekey:original'] === loose),
        ...snapshots,
      ];
      expect(copies.length, told(second)).toBeGreaterThan(0);
    }));

  test.each([
    ['its policy was closed', { do: 'put-key-policy', key: 'alias/old', policy: 'deny' }],
    ['it is to be deleted', { do: 'schedule-key-deletion', key: 'alias/old' }],
  ] as const)('what an unwinding would discard is kept while the originals can not be read: their key, %s', async (_why, deed) => {
    const crash = await afterRecord(
      (record) => record.t === 'done' && record.key?.step === 'auto-enable-io',
      {},
      stoppedBox,
    );
    await inWorld(stoppedBox, async (world) => {
      const first = await world.process([], { crash });
      expect(first.result).toBe('died');
      world.account.act(deed);
      const second = await world.process(first.disk, { command: rollback() });
      expect(exitOf(second), told(second)).toBe(0);
      const kept = world.state().volumes.filter((one) => one.tags['rekey:original']);
      expect(kept.map((one) => one.tags['rekey:original']).sort(), told(second)).toEqual([root, data].sort());
      const words = records(second, 'announced').map((one) => JSON.stringify(one));
      expect(
        words.filter((text) => /kept: vol-\w+: it may be the last copy that can be read/.test(text)),
        told(second),
      ).toHaveLength(2);
    });
  });

  test.each([
    ['ebs-volume', volumePlan, loose],
    ['ec2-instance', instancePlan, data],
  ] as const)('a rollback of %s keeps the snapshot of an original that somebody has deleted before there was a replacement', async (_name, plan, original) => {
    const crash = await beforeOperation('ec2:CreateVolume', 1, { plans: [plan] });
    await inWorld(twoVolumes, async (world) => {
      const first = await world.process([], { plans: [plan], crash });
      expect(first.result).toBe('died');
      world.attempt(() => world.account.act({ do: 'detach-volume', volume: original }));
      world.pass(minute);
      world.account.act({ do: 'delete-volume', volume: original });
      world.pass(5 * minute);
      const second = await world.process(first.disk, { plans: [plan], command: rollback() });
      const kept = world.state().snapshots.filter((one) => one.tags['rekey:original'] === original);
      expect(kept.length, told(second)).toBeGreaterThan(0);
      expect(records(second, 'announced').map((one) => ('text' in one ? one.text : ''))).toContainEqual(
        expect.stringContaining('this may be the last copy'),
      );
    });
  });

  test('ebs-volume: an original that a proof found attached, and so written, is not deleted by the old snapshot after a detach and a resume', () =>
    inWorld(twoVolumes, async (world) => {
      const first = await world.process([], { wait: false, plans: [volumePlan] });
      expect(exitOf(first), told(first)).toBe(3);
      world.account.act({ do: 'attach-volume', volume: loose, instance, device: '/dev/sdg' });
      world.pass(60 * minute);
      const second = await world.process(first.disk, { plans: [volumePlan], wait: false });
      expect(exitOf(second), told(second)).toBe(4);
      world.account.act({ do: 'detach-volume', volume: loose });
      world.pass(5 * minute);
      const written = world.state().volumes.find((one) => one.id === loose)?.digest;
      const third = await world.process(second.disk, { plans: [volumePlan] });
      const holds = world.state().volumes.filter((one) => one.digest === written);
      expect(holds.length, `exit ${exitOf(third)} ${told(third)}: no volume holds what was written`).toBeGreaterThan(0);
    }));

  test('ebs-volume: an original that the verification found attached is not deleted by the old snapshot after a detach and a resume', () =>
    inWorld(twoVolumes, async (world) => {
      let done = false;
      const first = await world.process([], {
        wait: false,
        plans: [volumePlan],
        beforeCall: (operation) => {
          if (operation !== 'ec2:CreateVolume' || done) return;
          done = true;
          world.account.act({ do: 'attach-volume', volume: loose, instance, device: '/dev/sdg' });
        },
      });
      expect(exitOf(first), told(first)).toBe(4);
      world.pass(60 * minute);
      world.account.act({ do: 'detach-volume', volume: loose });
      world.pass(5 * minute);
      const written = world.state().volumes.find((one) => one.id === loose)?.digest;
      const second = await world.process(first.disk, { plans: [volumePlan] });
      const holds = world.state().volumes.filter((one) => one.digest === written);
      expect(holds.length, `exit ${exitOf(second)} ${told(second)}: no volume holds what was written`).toBeGreaterThan(
        0,
      );
    }));

  test('a typed rollback that dies while it retires, and is taken up again, keeps the replacements', async () => {
    const body = async (world: World, number?: number) => {
      const first = await world.process([], { wait: false });
      world.pass(10 * minute);
      const replacements = world
        .state()
        .volumes.filter((one) => one.tags['rekey:original'])
        .map((one) => one.id);
      const second = await world.process(first.disk, {
        command: rollback(true),
        ...(number === undefined ? {} : { crash: { record: { number, when: 'crash-after' as const } } }),
      });
      return { second, replacements };
    };
    const clean = await inWorld(twoVolumes, (world) => body(world));
    expect(exitOf(clean.second), told(clean.second)).toBe(0);
    const number = clean.second.disk.findIndex((one) => one.t === 'retired' && one.step === 'create') + 1;
    expect(number).toBeGreaterThan(0);
    await inWorld(twoVolumes, async (world) => {
      const { second, replacements } = await body(world, number);
      expect(second.result).toBe('died');
      expect(replacements).toHaveLength(2);
      const third = await world.process(second.disk);
      const left = world.state().volumes.map((one) => one.id);
      expect(left, told(third)).toEqual(expect.arrayContaining(replacements));
    });
  });

  test('ebs-volume: a rollback does not discard a replacement that its owner has already used', () =>
    inWorld(twoVolumes, async (world) => {
      const first = await world.process([], { wait: false, plans: [volumePlan] });
      const replacement = world.state().volumes.find((one) => one.tags['rekey:original'] === loose)?.id ?? '';
      world.account.act({ do: 'attach-volume', volume: replacement, instance, device: '/dev/sdg' });
      world.pass(20 * minute);
      world.account.act({ do: 'detach-volume', volume: replacement });
      world.pass(5 * minute);
      const written = world.state().volumes.find((one) => one.id === replacement)?.digest;
      const second = await world.process(first.disk, { plans: [volumePlan], command: rollback() });
      const holds = world.state().volumes.filter((one) => one.digest === written);
      expect(holds.length, told(second)).toBeGreaterThan(0);
    }));

  test('a start that ran, was stopped by somebody, and whose next start fell back for the key, is past the write point', async () => {
    const crash = await afterRecord(startAnswered);
    await inWorld(twoVolumes, async (world) => {
      const first = await world.process([], { crash });
      expect(first.result).toBe('died');
      world.pass(10 * minute);
      const replacements = world
        .state()
        .volumes.filter((one) => one.attachments.length)
        .map((one) => one.id);
      world.account.act({ do: 'stop-instance', instance });
      world.pass(5 * minute);
      world.account.act({ do: 'disable-key', key: 'alias/new' });
      world.account.act({ do: 'start-instance', instance });
      world.pass(5 * minute);
      const second = await world.process(first.disk, { wait: false });
      world.account.act({ do: 'enable-key', key: 'alias/new' });
      expectNothingLost(world);
      const left = world.state().volumes.map((one) => one.id);
      expect(left, told(second)).toEqual(expect.arrayContaining(replacements));
      expect(records(second, 'unwinding')).toEqual([]);
    });
  });

  test('a start that ran and was stopped by somebody is past the write point, though our clock is 10 min ahead of AWS', async () => {
    const skewed = (world: World) =>
      Object.assign(world, {
        account: createAccount({
          scenario: parseScenario(twoVolumes, 'test'),
          now: () => Date.now() - 10 * minute,
          seed: 1,
        }),
      });
    const clean = await inWorld(twoVolumes, (world) => skewed(world).process());
    expect(exitOf(clean), told(clean)).toBe(0);
    const number = clean.disk.findIndex(startAnswered) + 1;
    await inWorld(twoVolumes, async (plain) => {
      const world = skewed(plain);
      const first = await world.process([], { crash: { record: { number, when: 'crash-after' } } });
      expect(first.result).toBe('died');
      world.pass(10 * minute);
      world.account.act({ do: 'stop-instance', instance });
      world.pass(5 * minute);
      const second = await world.process(first.disk, { wait: false });
      expectNothingLost(world);
      expect(records(second, 'unwinding'), told(second)).toEqual([]);
    });
  });
});
