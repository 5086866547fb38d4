import { describe, expect, test } from 'vitest';
import type { JournalRecord } from '../../src/contract/record.ts';
import { exitOf, expectOriginalServing, told } from '../support/promises.ts';
import type { Life, World } from '../support/world.ts';
import {
  arnOf,
  data,
  expectNoOriginalGone,
  hour,
  instance,
  loose,
  minute,
  originalsAskedFor,
  root,
  scenario,
} from './lying-scene.ts';
import { swept } from './swept.ts';

const inWorld = swept('lying');

interface HoldLie {
  readonly name: string;
  readonly act: (world: World, made: (original: string) => string) => void;
  /** The originals of which the proof can't hold any more. */
  readonly keeps: readonly string[];
  readonly names: RegExp;
}

const stop = (world: World) => {
  world.account.act({ do: 'stop-instance', instance });
  world.pass(5 * minute);
};

const holds: readonly HoldLie[] = [
  {
    name: 'the original was put back beside its replacement',
    act: (world) => world.account.act({ do: 'attach-volume', volume: data, instance, device: '/dev/sdz' }),
    keeps: [data],
    names: new RegExp(`${data} was seen (in a place where somebody can write to it|on ${instance} again)`),
  },
  {
    name: 'the original was put back in the place of its replacement',
    act(world, made) {
      stop(world);
      world.account.act({ do: 'detach-volume', volume: made(data) });
      world.pass(5 * minute);
      world.account.act({ do: 'attach-volume', volume: data, instance, device: '/dev/sdf' });
      world.account.act({ do: 'start-instance', instance });
    },
    keeps: [data],
    names: new RegExp(`${data} was seen (in a place where somebody can write to it|on ${instance} again)`),
  },
  {
    name: 'the replacement was detached',
    act: (world, made) => world.account.act({ do: 'detach-volume', volume: made(data) }),
    keeps: [data],
    names: /replacement vol-[0-9a-f]+ is not attached to i-0123456789abcdef0 at \/dev\/sdf/,
  },
  {
    name: 'the replacement was deleted',
    act(world, made) {
      const id = made(data);
      world.account.act({ do: 'detach-volume', volume: id });
      world.pass(5 * minute);
      world.account.act({ do: 'delete-volume', volume: id });
    },
    keeps: [data],
    names: /replacement vol-[0-9a-f]+ is not there/,
  },
  {
    name: 'the replacement stands at another device',
    act(world, made) {
      world.account.act({ do: 'detach-volume', volume: made(data) });
      world.pass(5 * minute);
      world.account.act({ do: 'attach-volume', volume: made(data), instance, device: '/dev/sdz' });
    },
    keeps: [data],
    names: /replacement vol-[0-9a-f]+ is not attached to i-0123456789abcdef0 at \/dev\/sdf/,
  },
  {
    name: 'a stranger stands in the place of the replacement',
    act(world, made) {
      world.account.act({ do: 'detach-volume', volume: made(data) });
      world.pass(5 * minute);
      world.account.act({ do: 'attach-volume', volume: 'vol-00000000000000008', instance, device: '/dev/sdf' });
    },
    keeps: [data],
    names: /replacement vol-[0-9a-f]+ is not attached to i-0123456789abcdef0 at \/dev\/sdf/,
  },
  {
    name: 'the instance no longer runs',
    act: stop,
    keeps: [root, data],
    names: /i-0123456789abcdef0 ran before and is stopped/,
  },
  {
    name: 'the instance was terminated, and the root went with it',
    act: (world) => world.account.act({ do: 'terminate-instance', instance }),
    keeps: [root, data],
    names: /is not (attached|there)/,
  },
  {
    name: 'the new key was disabled, which a running instance does not notice',
    act: (world) => world.account.act({ do: 'disable-key', key: 'alias/new' }),
    keeps: [root, data],
    names: /is Disabled: the replacement can't be read again without it/,
  },
];

describe('a verdict that was true when it was given', () => {
  test.each(holds)('and then $name: its original stays, exit 4, and the message names it', (lie) =>
    inWorld(scenario, async (world) => {
      const deleted = originalsAskedFor(world);
      const first = await world.process([], { wait: false });
      expect(exitOf(first), told(first)).toBe(3);
      const made = (original: string) =>
        world.state().volumes.find((volume) => volume.tags['rekey:original'] === original)?.id ?? '';
      lie.act(world, made);
      world.pass(2 * hour);
      const second = await world.process(first.disk, { wait: false });
      expect(exitOf(second), told(second)).toBe(4);
      expect(told(second)).toMatch(lie.names);
      const third = await world.process(second.disk, { wait: false });
      expect(exitOf(third), `resumed: ${told(third)}`).not.toBe(0);
      for (const id of lie.keeps) {
        expect(deleted.filter((one) => one.startsWith(id))).toEqual([]);
        expect(world.state().volumes.map((volume) => volume.id)).toContain(id);
      }
    }));
});

/** A start by somebody else in the middle of the cut-over, and whether the instance was stopped again before we looked. */
const starts = ['CreateSnapshot', 'CreateVolume', 'DetachVolume'].flatMap((operation) =>
  [false, true].map((stoppedAgain) => ({ operation, stoppedAgain })),
);

describe('a start between the stop and the final snapshot, or after it', () => {
  test.each(
    starts,
  )('before $operation (stopped again: $stoppedAgain): no original is deleted, nothing is lost, and the message tells what was found', ({
    operation,
    stoppedAgain,
  }) =>
    inWorld(scenario, async (world) => {
      const deleted = originalsAskedFor(world);
      let stopped = false;
      let acted = 0;
      const life = await world.process([], {
        beforeCall: (call) => {
          stopped ||= call === 'ec2:StopInstances';
          if (!stopped || acted > 0 || call !== `ec2:${operation}`) return;
          acted++;
          world.account.act({ do: 'start-instance', instance });
          if (!stoppedAgain) return;
          world.account.schedule(Date.now() + 30_000, () => {
            acted++;
            world.account.act({ do: 'stop-instance', instance });
          });
        },
      });
      expect(acted, 'nobody started it').toBe(stoppedAgain ? 2 : 1);
      // Of a root that is in use AWS itself refuses the detachment; everything else is found by looking.
      expect(operation === 'DetachVolume' ? [1, 6] : [4, 6], told(life)).toContain(exitOf(life));
      expect(told(life)).toMatch(
        /(launchTime|state|stateTransitionReason): expected|was started at|Unable to detach root volume/,
      );
      world.pass(10 * minute);
      expectNoOriginalGone(world, deleted, told(life));
      // Unwound while it still ran, it is stopped by the last word of whoever started it.
      if (operation !== 'DetachVolume' || !stoppedAgain) expectOriginalServing(world);
    }));
});

/** The journal as a verify step with a bug would have left it: the final verdict of one item says something else. */
function withVerdict(disk: readonly JournalRecord[], of: string, change: Record<string, unknown>): JournalRecord[] {
  return disk.map((record) => {
    if (record.t !== 'done' || record.key.step !== 'serve') return record;
    const { verdicts } = record.output as { verdicts: { id: string }[] };
    const lied = verdicts.map((verdict) => (verdict.id === of ? { ...verdict, ...change } : verdict));
    return JSON.parse(JSON.stringify({ ...record, output: { verdicts: lied } })) as JournalRecord;
  });
}

const replacementIn = (world: World, original: string) =>
  world.state().volumes.find((volume) => volume.tags['rekey:original'] === original)?.id ?? '';

interface WrongVerdict {
  readonly name: string;
  readonly of: string;
  readonly change: (world: World) => Record<string, unknown>;
  /** The volume that must not go. */
  readonly keeps: (world: World) => string;
}

async function heldBy(world: World, wrong: WrongVerdict): Promise<{ life: Life; kept: string; deleted: string[] }> {
  const deleted: string[] = [];
  world.watch((call) => {
    if (call.operation === 'DeleteVolume') deleted.push(String((call.input as { VolumeId?: string }).VolumeId));
  });
  const first = await world.process([], { wait: false });
  expect(exitOf(first), told(first)).toBe(3);
  const kept = wrong.keeps(world);
  world.pass(2 * hour);
  const life = await world.process(withVerdict(first.disk, wrong.of, wrong.change(world)), { wait: false });
  return { life, kept, deleted };
}

const wrongVerdicts: readonly WrongVerdict[] = [
  {
    name: 'names the replacement of the volume beside it',
    of: data,
    change: (world) => ({ replacement: replacementIn(world, root) }),
    keeps: () => data,
  },
  {
    name: 'names a volume that nobody made',
    of: data,
    change: () => ({ replacement: 'vol-0fffffffffffffff9' }),
    keeps: () => data,
  },
  {
    name: 'names the original as its own replacement',
    of: data,
    change: () => ({ replacement: data }),
    keeps: () => data,
  },
  {
    name: 'names the replacement as the original',
    of: data,
    change: (world) => ({ original: replacementIn(world, data) }),
    keeps: (world) => replacementIn(world, data),
  },
  {
    name: 'is about another key',
    of: data,
    change: (world) => ({ key: arnOf(world, 'alias/old') }),
    keeps: () => data,
  },
];

describe('a verdict that is not about the pair', () => {
  test.each(wrongVerdicts)('since it $name: nothing is deleted by it, exit 4', (wrong) =>
    inWorld(scenario, async (world) => {
      const { life, kept, deleted } = await heldBy(world, wrong);
      expect(exitOf(life), told(life)).toBe(4);
      expect(deleted).not.toContain(kept);
      expect(world.state().volumes.map((volume) => volume.id)).toContain(kept);
    }));
  test('one about a volume that this run never moved deletes nothing', () =>
    inWorld(scenario, async (world) => {
      const { life, kept, deleted } = await heldBy(world, {
        name: '',
        of: data,
        change: () => ({ original: loose }),
        keeps: () => loose,
      });
      expect(exitOf(life), told(life)).toBe(4);
      expect(deleted).not.toContain(kept);
    }));
});
