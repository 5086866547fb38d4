import type { CreateSnapshotRequest, CreateVolumeRequest } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { exitOf, expectInstanceMoved, told } from '../support/promises.ts';
import { inWorld, type Life, twoVolumes, volumePlan, type World } from '../support/world.ts';
import { jump } from '../sweep/clocks.ts';
import { data, loose, minute, records, root } from './lever.ts';

const theirs = 'snap-00000000000000007';
/** Somebody's snapshot of the data volume, a month old when the run begins. */
const withTheirs = twoVolumes.replace(
  '\nvolumes:\n',
  `\nsnapshots: [{ id: ${theirs}, volume: ${data}, tags: {} }]\nvolumes:\n`,
);
const lost = (operation: string) => ({ operation, kind: 'reset', when: 'after', times: 1 }) as const;
const throttled = (operation: string) => ({ operation, kind: 'throttle', times: 1 }) as const;

const tagsIn = (specifications: CreateSnapshotRequest['TagSpecifications']) =>
  Object.fromEntries((specifications?.[0]?.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));

/** Calls `act` with the input of each call of an operation that was carried out, the first `times`. */
function onCall<T>(world: World, operation: string, times: number, act: (input: T) => void): void {
  let seen = 0;
  world.watch((call) => {
    if (call.operation === operation && call.outcome === 'done' && ++seen <= times) act(call.input as T);
  });
}

/** Somebody else makes a snapshot that says what ours of such a call says; gives its id. */
function lookAlike(world: World, input: CreateSnapshotRequest, startedAt: number): string {
  const before = new Set(world.account.world.snapshots.keys());
  world.account.act({ do: 'copy-snapshot', snapshot: theirs, key: 'alias/old' });
  const made = [...world.account.world.snapshots.values()].findLast(({ id }) => !before.has(id));
  if (!made) throw new Error('nothing was copied');
  Object.assign(made, {
    volumeId: input.VolumeId,
    description: input.Description,
    started: startedAt,
    copyOf: undefined,
    state: 'completed',
  });
  world.account.act({ do: 'create-tags', resource: made.id, tags: tagsIn(input.TagSpecifications) });
  return made.id;
}

const ofRun = (tags: object) => Object.keys(tags).filter((key) => key.startsWith('rekey:'));
const idsOf = (world: World) => world.state().snapshots.map(({ id }) => id);
const announced = (life: Life) =>
  records(life, 'announced').flatMap((one) => (one.t === 'announced' ? [one.text] : []));

async function toItsEnd(world: World): Promise<Life> {
  const first = await world.process([], { wait: false });
  expect(exitOf(first), told(first)).toBe(3);
  world.pass(70 * minute);
  const second = await world.process(first.disk);
  expect(exitOf(second), told(second)).toBe(0);
  return second;
}

test('a snapshot of somebody else, thirty days old, on which a tool has copied the tags of ours, is kept and named', () =>
  inWorld(withTheirs, async (world) => {
    world.account.faults.add(throttled('CreateSnapshot'));
    const first = await world.process([], { wait: false });
    expect(world.account.faults.list()[0]?.struck).toBe(1);
    const ours = world.state().snapshots.find((one) => one.tags['rekey:original'] === root);
    world.account.act({ do: 'create-tags', resource: theirs, tags: { ...ours?.tags } });
    world.pass(70 * minute);
    const second = await world.process(first.disk);
    expect(exitOf(second), told(second)).toBe(0);
    expect(idsOf(world)).toEqual([theirs]);
  }));

test('what looks like a snapshot of ours to the word, made when every send had been answered, is kept and named', () =>
  inWorld(withTheirs, async (world) => {
    world.account.faults.add(throttled('CreateSnapshot'));
    const copies: string[] = [];
    onCall<CreateSnapshotRequest>(world, 'CreateSnapshot', 2, (input) => {
      world.account.schedule(Date.now() + 5_000, () => copies.push(lookAlike(world, input, Date.now())));
    });
    const life = await toItsEnd(world);
    expect(idsOf(world).sort()).toEqual([theirs, ...copies].sort());
    for (const copy of copies) expect(announced(life).some((text) => text.startsWith(copy))).toBe(true);
  }));

test('of a send that was never answered the first that it can have made is ours, and no second one', () =>
  inWorld(withTheirs, async (world) => {
    world.account.faults.add(lost('CreateSnapshot'));
    let copy = '';
    onCall<CreateSnapshotRequest>(world, 'CreateSnapshot', 1, (input) => {
      world.account.schedule(Date.now() + 2_000, () => {
        copy = lookAlike(world, input, Date.now());
      });
    });
    const life = await toItsEnd(world);
    // Of each volume the one that proves it unchanged.
    expect(life.calls.get('ec2:CreateSnapshot') ?? 0).toBe(2);
    expect(idsOf(world).sort()).toEqual([theirs, copy].sort());
    expect(announced(life).some((text) => text.startsWith(copy))).toBe(true);
  }));

test('what was made before anything was sent is not taken for what a send in doubt has made', () =>
  inWorld(withTheirs, async (world) => {
    world.account.faults.add({ operation: 'CreateSnapshot', kind: 'reset', when: 'before', times: 1 });
    let copy = '';
    let first: CreateSnapshotRequest | undefined;
    const { call } = world.account;
    world.account.call = (...asked) => {
      if (asked[1] === 'CreateSnapshot' && !first) {
        first = asked[2] as CreateSnapshotRequest;
        copy = lookAlike(world, first, Date.now() - minute);
      }
      return call(...asked);
    };
    await toItsEnd(world);
    expect(idsOf(world).sort()).toEqual([theirs, copy].sort());
    const used = world.state().volumes.flatMap(({ snapshot }) => snapshot ?? []);
    expect(used).not.toContain(copy);
  }));

test('what was made of something else within a send in doubt is kept', () =>
  inWorld(withTheirs, async (world) => {
    world.account.faults.add({ operation: 'CreateSnapshot', kind: 'reset', when: 'before', times: 1 });
    let copy = '';
    let first = true;
    const { call } = world.account;
    world.account.call = (...asked) => {
      if (asked[1] === 'CreateSnapshot' && first) {
        first = false;
        const input = asked[2] as CreateSnapshotRequest;
        copy = lookAlike(world, { ...input, Description: `copy of ${theirs}` }, Date.now() + 1_000);
      }
      return call(...asked);
    };
    await toItsEnd(world);
    expect(idsOf(world).sort()).toEqual([theirs, copy].sort());
  }));

test.each([1, -1])('a runner whose clock is %i h off finds the snapshot of which it never got the answer', (hours) =>
  inWorld(twoVolumes, async (world) => {
    jump(world, hours * 60 * minute);
    world.account.faults.add(lost('CreateSnapshot'));
    const life = await world.process();
    expect(exitOf(life), told(life)).toBe(0);
    expect(life.calls.get('ec2:CreateSnapshot')).toBe(6);
    expectInstanceMoved(world);
  }));

test("somebody's volume with the tags of a replacement is not taken for it, and not discarded", () =>
  inWorld(twoVolumes, async (world) => {
    world.account.faults.add(lost('CreateVolume'));
    onCall<CreateVolumeRequest>(world, 'CreateVolume', 1, (input) =>
      world.account.act({ do: 'create-tags', resource: loose, tags: tagsIn(input.TagSpecifications) }),
    );
    const life = await world.process();
    expect(exitOf(life), told(life)).toBe(0);
    expect(world.state().instances[0]?.devices.map(({ volume }) => volume)).not.toContain(loose);
    expect(announced(life).some((text) => text.startsWith(loose))).toBe(true);
    world.account.act({ do: 'delete-tags', resource: loose, keys: ['role'] });
    expectInstanceMoved(world);
  }));

test.each([
  ['an instance', undefined],
  ['an unattached volume', [volumePlan]],
] as const)('what a call of ours was answered with is ours when its tags are gone: a run of %s leaves nothing', (_of, plans) =>
  inWorld(twoVolumes, async (world) => {
    const options = plans ? { plans } : {};
    const first = await world.process([], { wait: false, ...options });
    for (const { id, tags } of [...world.state().snapshots, ...world.state().volumes])
      if (tags['rekey:run']) world.account.act({ do: 'delete-tags', resource: id, keys: Object.keys(tags) });
    world.pass(70 * minute);
    const second = await world.process(first.disk, options);
    expect(exitOf(second), told(second)).toBe(0);
    expect(idsOf(world)).toEqual([]);
  }));

test.each([
  ['snapshot', 'CreateSnapshot', (world: World) => world.state().snapshots, 6],
  ['replacement', 'CreateVolume', (world: World) => world.state().volumes, 3],
] as const)('a %s that loses its tags before anybody has heard of it is found all the same', (_what, operation, all, sends) =>
  inWorld(twoVolumes, async (world) => {
    world.account.faults.add(lost(operation));
    onCall(world, operation, 1, () => {
      for (const { id, tags } of all(world))
        if (tags['rekey:run']) world.account.act({ do: 'delete-tags', resource: id, keys: ofRun(tags) });
    });
    const life = await world.process();
    expect(exitOf(life), told(life)).toBe(0);
    expect(life.calls.get(`ec2:${operation}`)).toBeLessThanOrEqual(sends);
    expect(idsOf(world)).toEqual([]);
    expect(world.state().volumes).toHaveLength(3);
  }));

test('a replacement of which the tags are gone is discarded by the rollback', () =>
  inWorld(twoVolumes, async (world) => {
    world.account.faults.add({
      operation: 'AttachVolume',
      kind: 'error',
      code: 'UnauthorizedOperation',
      status: 403,
      times: 1,
    });
    onCall<CreateVolumeRequest>(world, 'CreateVolume', 2, () => {
      for (const { id, tags } of world.state().volumes)
        if (tags['rekey:run']) world.account.act({ do: 'delete-tags', resource: id, keys: Object.keys(tags) });
    });
    const life = await world.process();
    expect(exitOf(life), told(life)).toBe(1);
    expect(
      world
        .state()
        .volumes.map(({ id }) => id)
        .sort(),
    ).toEqual([root, data, loose]);
  }));
