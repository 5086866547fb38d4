// Somebody has attached what a run works on, and was seen to; that he has let go of it by now does not undo what he wrote.
import { describe, expect, test } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { instancePlan, inWorld, type ProcessOptions, twoVolumes, volumePlan, type World } from '../support/world.ts';
import { data, loose, minute, withSets } from './lever.ts';

const other = 'i-0aaaaaaaaaaaaaaa1';
const withOther = twoVolumes.replace(
  '\nvolumes:',
  `\n  - id: ${other}\n    type: m5.large\n    workload: { everySeconds: 7 }\n    volumes:\n      - { device: /dev/xvda, id: vol-00000000000000006, size: 8, type: gp3, key: alias/new }\nvolumes:`,
);
const take = (world: World, volume: string) =>
  world.account.act({ do: 'attach-volume', volume, instance: other, device: '/dev/sdz' });
const letGo = (world: World, volume: string) => world.account.act({ do: 'detach-volume', volume });
const ids = (world: World) => world.state().volumes.map(({ id }) => id);

describe('a replacement that was seen in use elsewhere is not discarded', () => {
  test.each([
    ['an unattached volume', volumePlan, loose, 1],
    ['an instance', instancePlan, data, 2],
  ])('of %s', (_of, plan, original, times) =>
    inWorld(withOther, async (world) => {
      const plans = [plan];
      let done = 0;
      const replacement = () => world.state().volumes.find(({ tags }) => tags['rekey:original'] === original)?.id ?? '';
      const isMade: ProcessOptions['diesOn'] = (record) =>
        record.t === 'done' && record.key.step === 'create' && ++done === times;
      // What a dead process has left unjudged of an unattached volume is made anew: there it is the same process that sees it.
      const sees: ProcessOptions['diesOn'] = (record) => {
        if (plan === volumePlan && isMade(record)) take(world, replacement());
        return record.t === 'unwinding';
      };
      const begun = plan === volumePlan ? [] : (await world.process([], { plans, diesOn: isMade })).disk;
      if (plan !== volumePlan) take(world, replacement());
      world.pass(5 * minute);
      const second = await world.process(begun, { plans, diesOn: sees });
      const made = replacement();
      expect(second.result).toBe('died');
      world.pass(minute);
      letGo(world, made);
      world.pass(5 * minute);
      const third = await world.process(second.disk, { plans, command: { command: 'resume' } });
      expect(ids(world), told(third)).toContain(made);
      const kept = third.disk.filter((record) => record.t === 'kept');
      expect(kept).toMatchObject([{ id: made, reason: expect.stringContaining(`seen attached to ${other}`) }]);
      // Neither by the next try, which ends well.
      world.pass(60 * minute);
      const last = await world.process(third.disk, { plans });
      expect(exitOf(last), told(last)).toBe(0);
      expect(ids(world)).toContain(made);
    }));
});

test('an original that was seen in use after its snapshot was begun is not judged as replaced', () =>
  inWorld(withOther.replace('size: 20,', 'size: 4000,'), async (world) => {
    // Where the changed blocks may not be read, nothing shows it later.
    const plans = [withSets(volumePlan, 'steps.delete.with.changedBlocks=off')];
    let looks = 0;
    let returned = false;
    const first = await world.process([], {
      plans,
      wait: false,
      beforeCall: (operation) => {
        if (operation === 'ec2:DescribeSnapshots' && ++looks === 3) take(world, loose);
        if (operation !== 'ec2:CreateVolume' || returned) return;
        returned = true;
        letGo(world, loose);
      },
    });
    expect(returned).toBe(true);
    expect(exitOf(first), told(first)).toBe(4);
    expect(told(first)).toContain(`${loose} was seen attached to ${other}`);
    const bytes = world.state().volumes.find(({ id }) => id === loose)?.digest;
    const second = await world.process(first.disk, { plans });
    expect(exitOf(second), told(second)).toBe(0);
    const made = world.state().volumes.filter(({ tags }) => tags['rekey:original'] === loose);
    expect(made.map(({ digest }) => digest)).toEqual([bytes]);
  }));
