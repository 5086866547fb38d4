import { describe, expect, test } from 'vitest';
import {
  exitOf,
  expectInstanceMoved,
  expectNoClaim,
  expectNothingLost,
  expectOriginalServing,
  told,
} from '../support/promises.ts';
import { instancePlan, inWorld, twoVolumes, type World } from '../support/world.ts';
import { suspend } from '../sweep/clocks.ts';
import { afterRecord, data, instance, minute, records, root, stoppedBox } from './lever.ts';

const rollback = (discardWrites = false) => ({ command: 'rollback', discardWrites }) as const;
const box = (world: World) => world.state().instances.find((one) => one.id === instance);

describe('a laptop that sleeps for eight hours', () => {
  test.each([
    'CreateSnapshot',
    'StopInstances',
    'CreateVolume',
    'DetachVolume',
    'AttachVolume',
    'StartInstances',
    'DescribeInstanceStatus',
  ])('right before %s: the run goes on to its end', (operation) =>
    inWorld(twoVolumes, async (world) => {
      let left = 1;
      const life = await world.process([], {
        beforeCall: (name) => {
          if (name === `ec2:${operation}` && left-- > 0) suspend(8 * 60 * minute);
        },
      });
      expect(exitOf(life), told(life)).toBe(0);
      expectInstanceMoved(world);
    }));

  test.each([
    'StopInstances',
    'CreateVolume',
    'DetachVolume',
    'AttachVolume',
    'StartInstances',
  ])('while a look after %s is under way: it looks once more before it calls it too late', (operation) =>
    inWorld(twoVolumes, async (world) => {
      let state: 'before' | 'sent' | 'slept' = 'before';
      const life = await world.process([], {
        beforeCall: (name) => {
          if (name === `ec2:${operation}`) state = state === 'before' ? 'sent' : state;
          else if (state === 'sent' && name.startsWith('ec2:Describe')) {
            state = 'slept';
            setTimeout(() => suspend(8 * 60 * minute), 25);
          }
        },
      });
      expect(exitOf(life), told(life)).toBe(0);
      expectInstanceMoved(world);
    }));
});

describe('somebody else', () => {
  test('deletes an original during the swap: the run does not say that it still exists, and the box does not stay down', () =>
    inWorld(twoVolumes.replace('limits:', 'viewLagMs: 120000\nlimits:'), async (world) => {
      let acted = false;
      const first = await world.process([], {
        beforeCall: (operation) => {
          if (acted || operation !== 'ec2:AttachVolume') return;
          acted = true;
          world.account.act({ do: 'delete-volume', volume: data });
        },
      });
      const second = await world.process(first.disk);
      const third = await world.process(second.disk, { command: rollback() });
      const hints = [first, second, third].flatMap((life) =>
        life.result === 'died' ? [] : life.result.plans.map((plan) => plan.error?.hint ?? ''),
      );
      expect(hints.join('\n'), told(third)).not.toContain('the originals still exist');
      expect(box(world)?.state).toBe('running');
    }));

  test('deletes the final snapshot, resizes an original: unwound, and a resume is done', () =>
    inWorld(twoVolumes, async (world) => {
      let acted = false;
      const first = await world.process([], {
        beforeCall: (operation) => {
          if (acted || operation !== 'ec2:CreateVolume') return;
          acted = true;
          for (const one of world.state().snapshots) world.account.act({ do: 'delete-snapshot', snapshot: one.id });
          world.account.act({ do: 'resize-volume', volume: data, size: 60 });
        },
      });
      expect(exitOf(first), told(first)).toBe(1);
      expectOriginalServing(world);
      world.pass(12 * 60 * minute);
      const second = await world.process(first.disk);
      expect(exitOf(second), told(second)).toBe(0);
      expectNothingLost(world);
      expect(world.state().volumes.find((one) => one.tags['role'] === 'data')?.size).toBe(60);
      expectNoClaim(world);
    }));
});

describe('what is made and not there any more', () => {
  test('is told with its three causes, and what the key and the time say of them', () =>
    inWorld(twoVolumes, async (world) => {
      const life = await world.process([], {
        beforeCall: (operation) => {
          if (operation === 'ec2:CreateVolume') world.account.act({ do: 'disable-key', key: 'alias/new' });
        },
      });
      expect(exitOf(life), told(life)).toBe(1);
      expect(told(life)).toMatch(
        /AWS accepted it and it is gone again; somebody may have deleted it: this run has not/,
      );
      expect(told(life)).toMatch(/AWS may have taken it back for want of the key: arn:\S+ is Disabled now/);
      expect(told(life)).toMatch(/old (answer|one)\b.*asked for \d+ min ago/);
      expectOriginalServing(world);
    }));
});

describe('somebody else at the tags', () => {
  test('puts one of his own on each new volume: told, and the run is done', () =>
    inWorld(twoVolumes, async (world) => {
      const life = await world.process([], {
        beforeCall: () => {
          for (const one of world.state().volumes) {
            if (!one.tags['rekey:run'] || one.tags['CreatorName']) continue;
            world.account.act({ do: 'create-tags', resource: one.id, tags: { CreatorName: 'rekey-role' } });
          }
        },
      });
      expect(exitOf(life), told(life)).toBe(0);
      expectInstanceMoved(world);
      expect(
        records(life, 'announced')
          .map((one) => JSON.stringify(one))
          .join(),
      ).toMatch(/vol-[0-9a-f]+ has tags that neither vol-[0-9a-f]+ nor the plan has: \\"CreatorName\\"/);
    }));

  test('gives all volumes another value in the middle of the swap: the replacement may have it as the original has it', () =>
    inWorld(twoVolumes, async (world) => {
      const life = await world.process([], {
        beforeCall: (operation) => {
          if (operation !== 'ec2:ModifyInstanceAttribute') return;
          for (const one of world.state().volumes.filter(({ tags }) => tags['role'] === 'data'))
            world.account.act({ do: 'create-tags', resource: one.id, tags: { owner: 'shop', role: 'all' } });
        },
      });
      expect(exitOf(life), told(life)).toBe(0);
      expect(attachedTags(world)).toEqual([{ role: 'root' }, { role: 'all', owner: 'shop' }]);
    }));

  test('gives only the replacement another value: no original is deleted', () =>
    inWorld(twoVolumes, async (world) => {
      const life = await world.process([], {
        beforeCall: (operation) => {
          if (operation !== 'ec2:ModifyInstanceAttribute') return;
          for (const one of world.state().volumes.filter(({ tags }) => tags['rekey:original'] === data))
            world.account.act({ do: 'create-tags', resource: one.id, tags: { role: 'other' } });
        },
      });
      expect(exitOf(life), told(life)).toBe(4);
      expectOriginalServing(world);
    }));
});

/** The tags of what the box has now, ours left out. */
function attachedTags(world: World) {
  const volumes = world.state().volumes.filter(({ attachments }) => attachments.length > 0);
  return volumes
    .map(({ tags }) => Object.fromEntries(Object.entries(tags).filter(([key]) => !key.startsWith('rekey:'))))
    .sort((a, b) => Number(b['role'] === 'root') - Number(a['role'] === 'root'));
}

describe('what AWS does not show yet', () => {
  test('a claim that was just sent is taken off by a rollback', async () => {
    const late = twoVolumes.replace('limits:', 'visibilityDelayMs: 60000\nlimits:');
    const crash = await afterRecord((one) => one.t === 'answered' && one.key.step === '@claim', {}, late);
    await inWorld(late, async (world) => {
      const first = await world.process([], { crash });
      expect(first.result).toBe('died');
      const second = await world.process(first.disk, { command: rollback() });
      expect(second.result !== 'died' && second.result.status, told(second)).toBe('rolled-back');
      world.pass(5 * minute);
      expectNoClaim(world);
    });
  });

  test('a replacement that was just made is taken away by an unwinding', async () => {
    const late = twoVolumes.replace('limits:', 'visibilityDelayMs: 60000\nlimits:');
    const crash = await afterRecord((one) => one.t === 'answered' && one.key.step === 'create', {}, late);
    await inWorld(late, async (world) => {
      const first = await world.process([], { crash });
      expect(first.result).toBe('died');
      const second = await world.process(first.disk, { command: rollback() });
      expect(second.result !== 'died' && second.result.status, told(second)).toBe('rolled-back');
      world.pass(5 * minute);
      expect(
        world
          .state()
          .volumes.filter((one) => one.tags['rekey:run'])
          .map((one) => one.id),
      ).toEqual([]);
    });
  });
});

describe('an instance that was found stopped', () => {
  test('and whose replacements fail their verification can be put back without the word that throws writes away, if nobody started it', () =>
    inWorld(stoppedBox, async (world) => {
      const first = await world.process([], {
        beforeCall: (operation) => {
          if (operation !== 'ec2:ModifyInstanceAttribute') return;
          for (const one of world.state().volumes)
            if (one.tags['rekey:original'] === root)
              world.account.act({ do: 'create-tags', resource: one.id, tags: { role: 'spoilt' } });
        },
      });
      expect(exitOf(first), told(first)).toBe(4);
      expect(
        box(world)
          ?.devices.map((one) => one.volume)
          .sort(),
        told(first),
      ).toEqual([root, data]);
    }));

  test('keeps its window: a cut-over whose final snapshots outlast it is finished, not left for a week', () =>
    inWorld(stoppedBox, async (world) => {
      const text = instancePlan.text.replace(
        /^# window:.*$/m,
        'window: { cron: "0 0 * * SUN", timezone: UTC, duration: 10m, cutoff: 5m }',
      );
      const plans = [{ ...instancePlan, text }];
      const life = await world.process([], { plans, wait: false });
      const gates = life.events.flatMap((one) => (one.type === 'gate.waiting' ? [`${one.step} ${one.gate}`] : []));
      expect(gates, told(life)).not.toContain('detach window');
    }));
});
