// A CreateVolume is on record, and its answer is not. Whose is a volume that was made from the run's snapshot meanwhile?
import { describe, expect, test } from 'vitest';
import { operations } from '../../src/simulator/operations.ts';
import { exitOf, told } from '../support/promises.ts';
import { instancePlan, inWorld, twoVolumes, volumePlan, type World } from '../support/world.ts';
import { loose, minute, records, root } from './lever.ts';

/** Of another shape than its original, or of the same. */
type Like = 'another' | 'same';
const another = { AvailabilityZone: 'eu-west-1b', Size: 99, VolumeType: 'gp2' } as const;
const rollback = { command: 'rollback', discardWrites: false } as const;
const resume = { command: 'resume', again: true } as const;
const idsIn = (world: World) => world.state().volumes.map(({ id }) => id);

/** A colleague makes a volume from the snapshot of the run, as the console does; gives its id. */
function byHand(world: World, original: string, like: Like): string {
  const its = world.account.world.volumes.get(original);
  const same = { AvailabilityZone: its?.zone, Size: its?.size, VolumeType: its?.type };
  const before = new Set(idsIn(world));
  const snapshot = world.state().snapshots.findLast(({ tags }) => tags['rekey:original'] === original)?.id;
  operations.ec2['CreateVolume']?.run(world.account.world, {
    SnapshotId: snapshot,
    Encrypted: true,
    KmsKeyId: 'alias/new',
    TagSpecifications: [{ ResourceType: 'volume', Tags: [{ Key: 'owner', Value: 'bob' }] }],
    ...(like === 'same' ? same : another),
  });
  world.account.world.changed();
  world.auditor.meanwhile();
  const made = idsIn(world).find((id) => !before.has(id));
  if (!made) throw new Error('nothing was made');
  return made;
}

describe('a volume that a colleague made from a snapshot of the run, whose own call never went out', () => {
  test.each([
    ['an instance, of another size, type and zone: a rollback keeps it', instancePlan, root, 'another', rollback],
    ['an instance, of another size, type and zone: a resume keeps it', instancePlan, root, 'another', resume],
    ['a loose volume, of another size, type and zone: a rollback keeps it', volumePlan, loose, 'another', rollback],
    ['a loose volume, of another size, type and zone: a resume keeps it', volumePlan, loose, 'another', resume],
    ['an instance, just as the run asked for it: a rollback keeps it', instancePlan, root, 'same', rollback],
    ['a loose volume, just as the run asked for it: a rollback keeps it', volumePlan, loose, 'same', rollback],
    ['a loose volume, just as the run asked for it: a resume keeps it', volumePlan, loose, 'same', resume],
  ] as const)('of %s', (_what, plan, original, like, command) =>
    inWorld(twoVolumes, async (world) => {
      const dead = await world.process([], {
        plans: [plan],
        beforeCall: (name) => {
          if (name === 'ec2:CreateVolume') world.kill();
        },
      });
      expect(dead.result).toBe('died');
      world.pass(minute);
      const theirs = byHand(world, original, like);
      world.pass(minute);
      const life = await world.process(dead.disk, { plans: [plan], command });
      expect([0, 3], told(life)).toContain(exitOf(life));
      expect(idsIn(world), told(life)).toContain(theirs);
    }));
});

describe('a volume of the run that has lost its tags before its answer came', () => {
  const lostAnswer = (world: World, plan = volumePlan) =>
    world.process([], {
      plans: [plan],
      diesAfter: (operation) => operation === 'ec2:CreateVolume',
    });
  const untagged = (world: World) => {
    const made = [...world.account.world.volumes.values()].find(({ tags }) => tags.now.has('rekey:original'));
    if (!made) throw new Error('nothing was made');
    made.tags.change(0, (now) => now.clear());
    return made.id;
  };

  test('is the one that a resume goes on with: AWS names it for the token of the call', () =>
    inWorld(twoVolumes, async (world) => {
      const dead = await lostAnswer(world, instancePlan);
      const ours = untagged(world);
      world.pass(minute);
      const life = await world.process(dead.disk, { plans: [instancePlan] });
      expect(JSON.stringify(records(life, 'done'))).toContain(`"id":"${ours}"`);
    }));

  test('is known by that token to a resume that makes a new one, as nobody has looked at the original since, and is not left', () =>
    inWorld(twoVolumes, async (world) => {
      const dead = await lostAnswer(world);
      const ours = untagged(world);
      world.pass(minute);
      const life = await world.process(dead.disk, { plans: [volumePlan] });
      expect(exitOf(life), told(life)).toBe(0);
      expect(JSON.stringify(records(life, 'done'))).toContain(`"id":"${ours}"`);
      expect(idsIn(world)).not.toContain(ours);
    }));

  test('is kept by a rollback, which can not prove whose it is, and names it', () =>
    inWorld(twoVolumes, async (world) => {
      const dead = await lostAnswer(world);
      const ours = untagged(world);
      world.pass(minute);
      const life = await world.process(dead.disk, { plans: [volumePlan], command: rollback });
      expect(exitOf(life), told(life)).toBe(0);
      expect(idsIn(world)).toContain(ours);
      expect(JSON.stringify(records(life, 'announced'))).toContain(`${ours} is like the replacement of ${loose}`);
    }));
});
