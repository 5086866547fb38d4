import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { PlanSource } from '../../src/contract/plan.ts';
import type { Command, CommandEnd } from '../../src/steps/control/command.ts';
import { exitOf, expectOriginalServing, told } from '../support/promises.ts';
import { instancePlan, type Life, source, volumePlan, type World } from '../support/world.ts';
import { falsify, type Members, put, retag, say } from './lies.ts';
import { arnOf, data, expectNoOriginalGone, loose, originalsAskedFor, other, root, scenario } from './lying-scene.ts';
import { full } from './sampled.ts';
import { swept } from './swept.ts';

const inWorld = swept('lying');

/** A probe of the user's, as a process of its own would answer; a real one would not live in virtual time. */
let probe: (command: Command) => Promise<CommandEnd>;
const probed: string[] = [];
const silent: CommandEnd = { exit: 0, why: undefined, complaint: '' };
vi.mock('../../src/steps/control/command.ts', async (original) => ({
  ...(await original<object>()),
  runCommand: (command: Command) => {
    probed.push(JSON.stringify(command.argv));
    return probe(command);
  },
}));
beforeEach(() => {
  probed.length = 0;
  probe = async () => silent;
});

const volumeOf = (world: World, snapshot: unknown) =>
  world.account.world.snapshots.get(String(snapshot))?.volumeId ?? '';

/** Another snapshot of the same volume than the one that is asked for: the warm-up. */
const earlierThan = (world: World, snapshot: unknown) =>
  [...world.account.world.snapshots.values()].find(
    (one) => one.id !== snapshot && one.volumeId === volumeOf(world, snapshot),
  )?.id ?? '';

const lastOf = (world: World, volume: string) =>
  [...world.account.world.snapshots.values()].findLast((one) => one.volumeId === volume)?.id ?? '';

interface MakingLie {
  readonly name: string;
  /** Changes the CreateVolume (or what else it names) for one volume. */
  readonly asked: (world: World, operation: string, input: Members) => boolean;
  /** What the operator reads. */
  readonly names: RegExp;
  /** 4 by the verdict; 1 where an effect itself could not be brought about. */
  readonly exit: 4 | 1;
  readonly volumeToo?: boolean;
}

const creating =
  (change: (world: World, input: Members) => boolean) => (world: World, operation: string, input: Members) => {
    if (operation !== 'CreateVolume') return false;
    const original = volumeOf(world, input['SnapshotId']);
    return (original === data || original === loose) && change(world, input);
  };

/** A replacement that is not what was asked for. */
const makings: readonly MakingLie[] = [
  {
    name: 'from the warm-up snapshot',
    asked: creating((world, asked) => put(asked, { SnapshotId: earlierThan(world, asked['SnapshotId']) })),
    names: /comes from snap-[0-9a-f]+, not from snap-/,
    exit: 4,
  },
  {
    name: 'from the snapshot of the volume beside it',
    asked: creating((world, asked) => put(asked, { SnapshotId: lastOf(world, root) })),
    names: /comes from snap-[0-9a-f]+, not from snap-/,
    exit: 4,
  },
  {
    name: "from another volume's snapshot",
    asked: creating((_world, asked) => put(asked, { SnapshotId: other })),
    names: new RegExp(`comes from ${other}, not from snap-`),
    exit: 4,
    volumeToo: true,
  },
  {
    name: 'empty',
    asked: creating((_world, asked) => put(asked, { SnapshotId: undefined })),
    names: /comes from no snapshot, not from snap-/,
    exit: 4,
    volumeToo: true,
  },
  {
    name: 'truncated, since it is smaller and of no snapshot',
    asked: creating((_world, asked) => put(asked, { SnapshotId: undefined, Size: 9 })),
    names: /size \(GiB\) 9, the original has (50|20)/,
    exit: 4,
    volumeToo: true,
  },
  {
    name: 'under a third key',
    asked: creating((world, asked) => put(asked, { KmsKeyId: arnOf(world, 'alias/third') })),
    names: /is under arn:\S+, not under arn:/,
    exit: 4,
    volumeToo: true,
  },
  {
    name: 'under the old key, which it takes from its snapshot',
    asked: creating((_world, asked) => put(asked, { KmsKeyId: undefined, Encrypted: undefined })),
    names: /is under arn:\S+, not under arn:/,
    exit: 4,
    volumeToo: true,
  },
  {
    name: 'of another type',
    asked: creating((_world, asked) =>
      put(asked, { VolumeType: 'st1', Iops: undefined, Throughput: undefined, Size: 125 }),
    ),
    names: /type st1, the original has gp[23]/,
    exit: 4,
    volumeToo: true,
  },
  {
    name: 'larger',
    asked: creating((_world, asked) => put(asked, { Size: 60 })),
    names: /size \(GiB\) 60, the original has/,
    exit: 4,
    volumeToo: true,
  },
  {
    name: 'with fewer IOPS',
    asked: creating((_world, asked) => put(asked, { Iops: 3000 })),
    names: /IOPS 3000, the original has 4000/,
    exit: 4,
  },
  {
    name: 'with less throughput',
    asked: creating((_world, asked) => put(asked, { Throughput: 125 })),
    names: /throughput \(MiB\/s\) 125, the original has 200/,
    exit: 4,
  },
  {
    name: 'with a tag that lost its name',
    asked: creating((_world, asked) => retag(asked, 'role', 'rôle')),
    names: /lacks or differs in the tags "role"/,
    exit: 4,
  },
  {
    name: 'in another zone',
    asked: creating((_world, asked) => put(asked, { AvailabilityZone: 'eu-west-1b' })),
    names: /zone/i,
    exit: 1,
  },
  {
    name: 'without enabling IO by itself',
    asked: (_world, operation, asked) =>
      operation === 'ModifyVolumeAttribute' && put(asked, { AutoEnableIO: { Value: false } }),
    names: /auto-enable-IO of vol-[0-9a-f]+/,
    exit: 1,
  },
  {
    name: 'that is deleted with the instance, unlike the original',
    asked: (_world, operation, asked) =>
      operation === 'ModifyInstanceAttribute' &&
      !JSON.stringify(asked).includes(root) &&
      say(asked, 'DeleteOnTermination', () => false),
    names: /DeleteOnTermination of vol-[0-9a-f]+ to true/,
    exit: 1,
  },
];

// Each is told of the instance or of the loose volume; in a full sweep those that can be, of both.
const instanceMakings = makings.filter((lie) => full || !lie.volumeToo || lie.name.startsWith('from'));
const volumeMakings = makings.filter((lie) => lie.volumeToo);

describe('a replacement that AWS made otherwise than it was asked', () => {
  test.each(
    instanceMakings,
  )('$name: the originals come back and serve, none is deleted, and the message names it', (lie) =>
    inWorld(scenario, async (world) => {
      const deleted = originalsAskedFor(world);
      const { lies } = await lyingRun(world, lie);
      const life = lies.life;
      const about = `${lie.name}: ${told(life)}`;
      expect(lies.count, 'it never lied').toBeGreaterThan(0);
      expect(exitOf(life), about).toBe(lie.exit);
      expect(told(life)).toMatch(lie.names);
      expectNoOriginalGone(world, deleted, about);
      expectOriginalServing(world);
      if (!full) return;
      const second = await world.process(life.disk);
      expect(exitOf(second), `resumed: ${told(second)}`).toBe(lie.exit);
      expectNoOriginalGone(world, deleted, about);
      expectOriginalServing(world);
    }));

  test.each(volumeMakings)('$name, of an unattached volume: nothing is deleted, and the message names it', (lie) =>
    inWorld(scenario, async (world) => {
      const deleted = originalsAskedFor(world);
      const { lies } = await lyingRun(world, lie, volumePlan);
      const about = `${lie.name}: ${told(lies.life)}`;
      expect(lies.count, 'it never lied').toBeGreaterThan(0);
      expect(exitOf(lies.life), about).toBe(lie.exit);
      expect(told(lies.life)).toMatch(lie.names);
      expectNoOriginalGone(world, deleted, about);
      const second = await world.process(lies.life.disk, { plans: [volumePlan] });
      expect(exitOf(second), `resumed: ${told(second)}`).not.toBe(0);
      expectNoOriginalGone(world, deleted, about);
    }));
});

async function lyingRun(
  world: World,
  lie: Pick<MakingLie, 'asked'>,
  plan: PlanSource = instancePlan,
): Promise<{ lies: { count: number; life: Life } }> {
  const counted = falsify(world, { asked: (operation, input) => lie.asked(world, operation, input) });
  const life = await world.process([], { plans: [plan] });
  return { lies: { count: counted.lies, life } };
}

interface ServingLie {
  readonly name: string;
  readonly operation: string;
  /** Changes the answer once the start has been sent. */
  readonly answered: (output: Members) => boolean;
  readonly names: RegExp;
}

const status = (from: readonly string[], to: string) => (output: Members) =>
  say(output, 'Status', (value) => (from.includes(String(value)) ? to : value));
const servings: readonly ServingLie[] = [
  {
    name: 'a status check that never gets beyond initializing',
    operation: 'DescribeInstanceStatus',
    answered: status(['ok'], 'initializing'),
    names: /TIMED_OUT: still pending when its time was up/,
  },
  {
    name: 'a status check with insufficient data for ever',
    operation: 'DescribeInstanceStatus',
    answered: status(['ok', 'initializing'], 'insufficient-data'),
    names: /TIMED_OUT/,
  },
  {
    name: 'a status check that stays impaired',
    operation: 'DescribeInstanceStatus',
    answered: status(['ok', 'initializing'], 'impaired'),
    names: /fails its instance, system, attached-EBS status check/,
  },
  {
    name: 'no word about the status at all',
    operation: 'DescribeInstanceStatus',
    answered: (output) => put(output, { InstanceStatuses: [] }),
    names: /TIMED_OUT/,
  },
  {
    name: 'another private address',
    operation: 'DescribeInstances',
    answered: (output) => say(output, 'PrivateIpAddress', () => '10.9.9.9'),
    names: /has private addresses 10\.9\.9\.9, it had/,
  },
  {
    name: 'a network interface that is another one',
    operation: 'DescribeInstances',
    answered: (output) => say(output, 'NetworkInterfaceId', () => 'eni-0fffffffffffffff9'),
    names: /network interface eni-[0-9a-f]+ is missing[\s\S]*eni-0fffffffffffffff9 was not there before/,
  },
];

describe('an instance that does not serve as before', () => {
  test.each(servings)('$name: nothing is deleted, the replacements stay in service, and the message names it', (lie) =>
    inWorld(scenario, async (world) => {
      const deleted = originalsAskedFor(world);
      let started = false;
      const count = falsify(world, {
        answered(operation, output) {
          started ||= operation === 'StartInstances';
          return started && operation === lie.operation && lie.answered(output);
        },
      });
      const life = await world.process();
      expect(count.lies, 'it never lied').toBeGreaterThan(0);
      expect(exitOf(life), told(life)).toBe(4);
      expect(told(life)).toMatch(lie.names);
      expectNoOriginalGone(world, deleted, lie.name);
      expect(world.state().instances[0]?.state).toBe('running');
      if (!full) return;
      const second = await world.process(life.disk);
      expect(exitOf(second), `resumed: ${told(second)}`).toBe(4);
      expectNoOriginalGone(world, deleted, lie.name);
    }));
});

const probing = source('plans/ec2-instance.yaml', [
  ...instancePlan.sets,
  'steps.serve.with.probes=[["check-orders","--all"]]',
]);

const probes: readonly { name: string; end: (command: Command) => Promise<CommandEnd>; names: RegExp }[] = [
  {
    name: 'fails',
    end: async () => ({ exit: 3, why: undefined, complaint: 'no such order' }),
    names: /probe check-orders --all exited with 3: no such order/,
  },
  {
    name: 'times out',
    end: ({ timeoutMs }) =>
      new Promise((resolve) =>
        setTimeout(
          () => resolve({ exit: undefined, why: `did not end within ${timeoutMs} ms`, complaint: '' }),
          timeoutMs,
        ),
      ),
    names: /probe check-orders --all did not end within 60000 ms/,
  },
  {
    name: 'says nothing and is killed',
    end: async () => ({ exit: undefined, why: 'was ended by SIGKILL', complaint: '' }),
    names: /probe check-orders --all was ended by SIGKILL/,
  },
  {
    name: 'is not there',
    end: async () => ({ exit: undefined, why: 'could not be started: ENOENT', complaint: '' }),
    names: /probe check-orders --all could not be started/,
  },
];

describe('a probe of the user', () => {
  test.each(probes)('that $name keeps every original, and is named', ({ end, names }) =>
    inWorld(scenario, async (world) => {
      const deleted = originalsAskedFor(world);
      probe = end;
      const life = await world.process([], { plans: [probing] });
      expect(probed.length).toBeGreaterThan(0);
      expect(exitOf(life), told(life)).toBe(4);
      expect(told(life)).toMatch(names);
      expectNoOriginalGone(world, deleted, told(life));
    }));

  test('finds what no Describe call can show: bytes that AWS lost on the way, with everything else as it should be', () =>
    inWorld(scenario, async (world) => {
      const deleted = originalsAskedFor(world);
      let lost = 0;
      probe = async () => {
        const bad = world.state().instances.flatMap((one) => one.workload?.ledger ?? []);
        return bad.some((entry) => entry.lost) ? { exit: 1, why: undefined, complaint: 'orders are missing' } : silent;
      };
      const life = await world.process([], {
        plans: [probing],
        beforeCall: (operation) => {
          if (operation !== 'ec2:StartInstances') return;
          const inside = world.account.world;
          const made = [...inside.volumes.values()].find((one) => one.tags.now.get('rekey:original') === data);
          const stranger = inside.volumes.get('vol-00000000000000008');
          if (!made || !stranger) return;
          lost++;
          made.sealed = inside.sealed(inside.plaintextOf(stranger), inside.findKey('alias/new'), made.id);
        },
      });
      expect(lost).toBe(1);
      expect(exitOf(life), told(life)).toBe(4);
      expect(told(life)).toContain('orders are missing');
      expect(deleted).toEqual([]);
      expect(world.state().volumes.map((volume) => volume.id)).toEqual(expect.arrayContaining([root, data, loose]));
    }));
});

/** What people do while the verdict is already there and the original waits for its end. */

describe('what can not be set back', () => {
  test('without the right to call ModifyInstanceAttribute an unwinding says so, and starts the instance on its originals all the same', () =>
    inWorld(scenario, async (world) => {
      const deleted = originalsAskedFor(world);
      world.account.faults.add({
        operation: 'ModifyInstanceAttribute',
        kind: 'error',
        code: 'UnauthorizedOperation',
        status: 403,
      });
      const life = await world.process();
      expectNoOriginalGone(world, deleted, told(life));
      expect(world.state().instances[0]?.devices.map((one) => one.volume)).toEqual(
        expect.arrayContaining([root, data]),
      );
      expect(world.state().instances[0]?.state, told(life)).toBe('running');
    }));
});
