import { describe, expect, test } from 'vitest';
import { createAccount } from '../../src/simulator/account.ts';
import { parseScenario } from '../../src/simulator/scenario.ts';
import { exitOf, expectInstanceMoved, told } from '../support/promises.ts';
import { instancePlan, inWorld, type Life, source, twoVolumes, volumePlan, type World } from '../support/world.ts';
import { suspend } from '../sweep/clocks.ts';
import { data, loose, minute, records, root, withSets } from './lever.ts';

const other = 'i-0123456789abcdef9';
const twoBoxes = twoVolumes.replace(
  '\nvolumes:\n',
  `
  - id: ${other}
    type: m5.large
    workload: { everySeconds: 7 }
    volumes:
      - { device: /dev/xvda, id: vol-00000000000000009, size: 8, type: gp3, key: alias/old }
volumes:
`,
);
const volumes = (world: World) => world.state().volumes.map((one) => one.id);
const announced = (life: Life) => records(life, 'announced').map((one) => ('text' in one ? one.text : ''));
const plans = [
  ['ec2-instance', instancePlan, data],
  ['ebs-volume', volumePlan, loose],
] as const;
const attach = (volume: string) => ({ do: 'attach-volume', volume, instance: other, device: '/dev/sdf' }) as const;

describe('who comes to a hold, and who waits in one, looks at the originals', () => {
  test.each(
    plans,
  )('%s: an original that is written elsewhere while a process passes by is not deleted later', (_name, plan, original) =>
    inWorld(twoBoxes, async (world) => {
      const first = await world.process([], { wait: false, plans: [plan] });
      expect(exitOf(first), told(first)).toBe(3);
      world.account.act(attach(original));
      world.pass(10 * minute);
      const second = await world.process(first.disk, { wait: false, plans: [plan] });
      expect(exitOf(second), told(second)).toBe(3);
      expect(announced(second).join()).toContain(`${original} was seen attached to ${other}`);
      world.pass(10 * minute);
      world.account.act({ do: 'detach-volume', volume: original });
      world.pass(60 * minute);
      const third = await world.process(second.disk, { wait: false, plans: [plan] });
      expect(exitOf(third), told(third)).toBe(4);
      expect(volumes(world)).toContain(original);
    }));

  test.each(plans)('%s: nor one that is used for a quarter of an hour while a process waits', (_name, plan, original) =>
    inWorld(twoBoxes, async (world) => {
      // Where the changed blocks may not be read, looks are all that shows it.
      const looked = [withSets(plan, 'steps.delete.with.changedBlocks=off')];
      const first = await world.process([], { wait: false, plans: looked });
      setTimeout(() => world.account.act(attach(original)), 12 * minute);
      setTimeout(() => world.account.act({ do: 'detach-volume', volume: original }), 27 * minute);
      const second = await world.process(first.disk, { plans: looked });
      expect(exitOf(second), told(second)).toBe(4);
      expect(volumes(world)).toContain(original);
      expect(world.state().volumes.find((one) => one.id === original)?.attachments).toEqual([]);
    }));

  test.each(plans)('%s: nor one that a timetable uses for five minutes, each full ten', (_name, plan, original) =>
    inWorld(twoBoxes, async (world) => {
      const looked = [withSets(plan, 'steps.delete.with.changedBlocks=off')];
      const first = await world.process([], { wait: false, plans: looked });
      const next = 10 * minute - (Date.now() % (10 * minute)) + 2_000;
      setTimeout(() => world.account.act(attach(original)), next);
      setTimeout(() => world.account.act({ do: 'detach-volume', volume: original }), next + 5 * minute);
      const second = await world.process(first.disk, { plans: looked });
      expect(exitOf(second), told(second)).toBe(4);
      expect(volumes(world)).toContain(original);
    }));

  test('reads that AWS does not answer for half an hour end no process that waits', () =>
    inWorld(twoVolumes, async (world) => {
      const first = await world.process([], { wait: false });
      setTimeout(
        () =>
          world.account.faults.add({
            operation: '*',
            kind: 'error',
            code: 'Unavailable',
            status: 503,
            forMs: 30 * minute,
          }),
        12 * minute,
      );
      const second = await world.process(first.disk);
      expect(exitOf(second), told(second)).toBe(0);
      expectInstanceMoved(world);
    }));
});

describe("a hold is over when the runner's clock and AWS's both say so", () => {
  test.each([
    ['jumps eight days ahead in the hold', 0, 8],
    ['was eight days behind when the hold began, and is set right', -8, 8],
  ])('the clock of the runner %s: nothing is deleted before seven days are over', (_how, before, jump) =>
    inWorld(twoVolumes, async (plain) => {
      let skewMs = before * 24 * 60 * minute;
      const account = createAccount({
        scenario: parseScenario(twoVolumes, 'test'),
        now: () => Date.now() - skewMs,
        seed: 1,
      });
      const world = Object.assign(plain, { account });
      const held = [source('plans/ec2-instance.yaml', [...instancePlan.sets, 'steps.soak.with.for=7d'])];
      const first = await world.process([], { wait: false, plans: held });
      expect(exitOf(first), told(first)).toBe(3);
      skewMs += jump * 24 * 60 * minute;
      suspend(jump * 24 * 60 * minute);
      const second = await world.process(first.disk, { wait: false, plans: held });
      expect(exitOf(second), told(second)).toBe(3);
      expect(volumes(world)).toEqual(expect.arrayContaining([root, data]));
      const third = await world.process(second.disk, { plans: held });
      expect(exitOf(third), told(third)).toBe(0);
      expect(volumes(world)).not.toContain(data);
    }));
});
