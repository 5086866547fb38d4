import { expect, test } from 'vitest';
import type { PlanSource } from '../../src/contract/plan.ts';
import type { JournalRecord } from '../../src/contract/record.ts';
import type { Action } from '../../src/simulator/action.ts';
import { shownIn } from '../judge/scenes.ts';
import { exitOf, expectInstanceMoved, expectNoClaim, told } from '../support/promises.ts';
import { isRead } from '../support/reads.ts';
import {
  firstRun,
  instancePlan,
  inWorld,
  type Life,
  type ProcessOptions,
  twoVolumes,
  volumePlan,
  type World,
} from '../support/world.ts';
import { jump } from '../sweep/clocks.ts';
import { shipped } from '../sweep/shipped.ts';
import { data, instance, loose, minute, records, refuse, root, withSets } from './lever.ts';

const claim = 'rekey:claim:20260104T000000Z-aaaaaa';
const tagged = (world: World) =>
  [...world.state().instances, ...world.state().volumes].flatMap(({ id, tags }) => (claim in tags ? [id] : []));
const codes = (life: Life) => (life.result === 'died' ? [] : life.result.plans.map(({ error }) => error?.code));

const texts = (life: Life) =>
  records(life, 'announced').flatMap((record) => (record.t === 'announced' ? [record.text] : []));

test('an original that one plan of a run holds is not moved, and not deleted, by another', () =>
  inWorld(twoVolumes, async (world) => {
    const plans = [withSets(instancePlan, 'steps.soak.with.for=7d'), withSets(volumePlan, `target.id=${data}`)];
    const first = await world.process([], { wait: false, plans });
    world.pass(10 * minute);
    const second = await world.process(first.disk, { wait: false, plans });
    expect(codes(second), told(second)).toEqual([undefined, 'claimed-by-plan']);
    world.pass(70 * minute);
    const third = await world.process(second.disk, { wait: false, plans });
    expect(codes(third)).toEqual([undefined, 'claimed-by-plan']);
    expect(world.state().volumes.map(({ id }) => id)).toContain(data);
  }));

/** A first process of plans of which those of an instance end before they have read it. */
async function unreadable(world: World, options: ProcessOptions): Promise<Life> {
  refuse(world, 'DescribeInstances', {});
  const first = await world.process([], options);
  world.account.faults.clear();
  return first;
}

test('nor by a plan whose target came to hold it later', () =>
  inWorld(twoVolumes, async (world) => {
    const plans = [withSets(volumePlan, 'steps.soak.with.for=7d'), instancePlan];
    const first = await unreadable(world, { wait: false, plans });
    expect(codes(first)[0], told(first)).toBe(undefined);
    world.account.act({ do: 'attach-volume', volume: loose, instance, device: '/dev/sdg' });
    const second = await world.process(first.disk, { wait: false, plans });
    expect(codes(second)[1], told(second)).toBe('claimed-by-plan');
    expect(world.state().instances[0]?.state).toBe('running');
  }));

test('a plan that waited for another goes on when that one has ended', () =>
  inWorld(twoVolumes, async (world) => {
    const plans = [withSets(volumePlan, 'steps.soak.with.for=1h'), instancePlan];
    const first = await unreadable(world, { wait: false, plans });
    const second = await world.process(first.disk, { plans });
    expect(exitOf(second), told(second)).toBe(0);
    expectNoClaim(world);
  }));

test('a volume that is found when the plan is read again is claimed, too', () =>
  inWorld(twoVolumes, async (world) => {
    refuse(world, 'CreateSnapshot', { times: 2 });
    const first = await world.process();
    expect(exitOf(first), told(first)).toBe(1);
    expect(tagged(world).sort()).toEqual([instance, root, data].sort());
    world.account.act({ do: 'attach-volume', volume: loose, instance, device: '/dev/sdg' });
    const second = await world.process(first.disk, { wait: false });
    expect(exitOf(second), told(second)).toBe(3);
    expect(
      tagged(world)
        .filter((id) => [instance, root, data, loose].includes(id))
        .sort(),
    ).toEqual([instance, root, data, loose].sort());
    // It never had one that could have come off.
    expect(texts(second).filter((text) => text.includes('put back'))).toEqual([]);
    const third = await world.process(second.disk, { command: { command: 'rollback', discardWrites: true } });
    expect(exitOf(third), told(third)).toBe(0);
    expectNoClaim(world);
  }));

/** Somebody takes off every claim. */
function strip(world: World): void {
  for (const id of tagged(world)) world.account.act({ do: 'delete-tags', resource: id, keys: [claim] });
}

test('a claim that is stripped while a snapshot takes long is put back before the next step', () =>
  inWorld(twoVolumes.replace('limits:', 'pace: 20\nlimits:'), async (world) => {
    let held: readonly string[] | undefined;
    const life = await world.process([], {
      plans: [volumePlan],
      beforeCall: (operation) => {
        if (operation === 'ec2:CreateSnapshot') world.account.schedule(Date.now() + minute, () => strip(world));
      },
      diesOn: (record) => {
        if (record.t === 'intent' && record.key.step === 'create') held ??= tagged(world);
        return false;
      },
    });
    expect(exitOf(life), told(life)).toBe(0);
    expect(held).toContain(loose);
  }));

test('a claim that is stripped in the cut-over is put back when the target has been looked at, before the next step', () =>
  inWorld(twoVolumes, async (world) => {
    const life = await world.process([], {
      diesOn: (record) => record.t === 'done' && record.uses === 'ec2.stop-instance',
    });
    strip(world);
    world.pass(10 * minute);
    let seen: readonly string[] = [];
    const second = await world.process(life.disk, {
      wait: false,
      diesOn: (record) => {
        if (record.t === 'intent' && record.uses === 'ebs.detach-volume') seen = tagged(world);
        return false;
      },
    });
    expect(exitOf(second), told(second)).toBe(3);
    expect(seen.filter((id) => [instance, root, data].includes(id)).sort()).toEqual([instance, root, data].sort());
    expect(texts(second).filter((text) => text.includes('taken the claim'))).toHaveLength(1);
    world.pass(70 * minute);
    const third = await world.process(second.disk);
    expect(exitOf(third), told(third)).toBe(0);
    expectInstanceMoved(world);
    expectNoClaim(world);
  }));

test('a claim that is stripped before the cut-over is put back before the target is stopped', () =>
  inWorld(twoVolumes, async (world) => {
    let stripped = false;
    let seen: readonly string[] = [];
    const life = await world.process([], {
      wait: false,
      diesOn: (record) => {
        // The last look before the one that the guard of the stop takes.
        if (!stripped && record.t === 'done' && record.uses === 'ebs.create-snapshot') {
          stripped = true;
          strip(world);
        }
        if (record.t === 'intent' && record.uses === 'ec2.stop-instance') seen = tagged(world);
        return false;
      },
    });
    expect(exitOf(life), told(life)).toBe(3);
    expect([...seen].sort()).toEqual([instance, root, data].sort());
  }));

test('a claim that is stripped in a hold is put back while it is waited for', () =>
  inWorld(twoVolumes, async (world) => {
    let strippedAt = 0;
    let backAt = 0;
    world.watch(({ operation }) => {
      const held = operation === 'DescribeInstances' && world.state().volumes.length > 3;
      if (!strippedAt && held && Date.now() > Date.UTC(2026, 0, 4, 0, 30)) {
        strippedAt = Date.now();
        strip(world);
      } else if (strippedAt && !backAt && tagged(world).includes(data)) backAt = Date.now();
    });
    const life = await world.process();
    expect(exitOf(life), told(life)).toBe(0);
    expect(strippedAt).toBeGreaterThan(0);
    expect(backAt - strippedAt).toBeLessThan(20 * minute);
    expect(texts(life).filter((text) => text.includes('taken the claim'))).not.toEqual([]);
    expectNoClaim(world);
  }));

const second = '20260104T000100Z-bbbbbb';
const after = (uses: string) => (record: JournalRecord) => record.t === 'done' && record.uses === uses;

/** The first run has begun and died; another has taken its claim over, and died as well. */
async function takenOver(world: World, plan: PlanSource) {
  const first = await world.process([], { plans: [plan], diesOn: after('ebs.create-snapshot') });
  world.pass(10 * minute);
  const taken = { plans: [plan], run: second };
  const other = await world.process([], { ...taken, replaceClaim: firstRun, diesOn: after('ec2.claim') });
  world.pass(10 * minute);
  return { disk: first.disk, other: other.disk, taken };
}

for (const [of, plan] of [
  ['an instance', instancePlan],
  ['a volume', volumePlan],
] as const) {
  test(`of ${of}: what another run had taken over and let go of is claimed again, and told`, () =>
    inWorld(twoVolumes, async (world) => {
      const { disk, other, taken } = await takenOver(world, plan);
      await world.process(other, { ...taken, command: { command: 'rollback', discardWrites: false } });
      world.pass(10 * minute);
      let held: readonly string[] = [];
      const life = await world.process(disk, {
        plans: [plan],
        diesOn: (record) => {
          if (!held.length && record.t === 'intent' && record.uses !== 'ec2.claim') held = tagged(world);
          return false;
        },
      });
      expect(exitOf(life), told(life)).toBe(0);
      expect(held).toHaveLength(plan === instancePlan ? 3 : 1);
      expect(texts(life).filter((text) => text.includes('taken the claim'))).toHaveLength(1);
      expectNoClaim(world);
    }));

  test(`of ${of}: while another run has it nothing is changed, and its operator's word takes it over`, () =>
    inWorld(twoVolumes, async (world) => {
      const { disk } = await takenOver(world, plan);
      const stops = await world.process(disk, { plans: [plan] });
      expect(codes(stops)).toEqual(['target-claimed']);
      expect(stops.result !== 'died' && stops.result.plans[0]?.error?.hint).toContain(`--replace-claim ${second}`);
      expect(stops.sent.filter((operation) => !isRead(operation) && !operation.startsWith('kms:'))).toEqual([]);
      const life = await world.process(stops.disk, { plans: [plan], replaceClaim: second, wait: false });
      expect(exitOf(life), told(life)).toBe(3);
      expect(tagged(world).length).toBeGreaterThan(0);
      const { instances, volumes } = world.state();
      expect([...instances, ...volumes].filter(({ tags }) => `rekey:claim:${second}` in tags)).toEqual([]);
    }));
}

test('on the way back a claim that can not be put back is told, and holds nothing up', () =>
  inWorld(twoVolumes, async (world) => {
    const life = await world.process([], {
      diesOn: (record) => record.t === 'done' && record.uses === 'ebs.detach-volume',
    });
    strip(world);
    world.pass(10 * minute);
    world.account.faults.add({ operation: 'CreateTags', kind: 'error', code: 'UnauthorizedOperation', status: 403 });
    const back = await world.process(life.disk, { command: { command: 'rollback', discardWrites: false } });
    expect(exitOf(back), told(back)).toBe(0);
    expect(world.state().instances[0]?.state).toBe('running');
    expect(texts(back).filter((text) => text.includes('could not be put back'))).not.toEqual([]);
  }));

test.each(
  shipped.map((one) => [one.name, one] as const),
)('of %s: what a run that was taken over does after that it does under its own claim', async (_name, one) => {
  const { expected } = await shownIn('a run goes on after another has taken over its claim and was rolled back', one);
  expect(expected.filter(({ kind }) => kind === 'I9')).toEqual([]);
});

/** How another run says "mine" on what the plans of the stages move, and takes that off again. */
const byOther: Readonly<Record<string, readonly [put: Action, takeOff: Action]>> = {
  'ec2-instance': [
    { do: 'create-tags', resource: instance, tags: { [`rekey:claim:${second}`]: 'x' } },
    { do: 'delete-tags', resource: instance, keys: [`rekey:claim:${second}`] },
  ],
  'rds-instance': [
    { do: 'tag-database', database: 'orders', tags: { [`rekey:claim:${second}`]: 'x' } },
    { do: 'untag-database', database: 'orders', keys: [`rekey:claim:${second}`] },
  ],
  'rds-cluster': [
    { do: 'tag-cluster', cluster: 'shop', tags: { [`rekey:claim:${second}`]: 'x' } },
    { do: 'untag-cluster', cluster: 'shop', keys: [`rekey:claim:${second}`] },
  ],
};
const cutOvers = shipped.flatMap((one) => (one.cutOver ? [[one.name, one, one.cutOver.from] as const] : []));

/** A process at whose target another run comes by in the cut-over, which lets go again when it has seen whose it is. */
function visited(
  world: World,
  one: (typeof cutOvers)[number][1],
  from: string,
  { letsGo = true, meanwhile = () => {} } = {},
): Promise<Life> {
  const [put, takeOff] = byOther[one.type] ?? [];
  if (!put || !takeOff) throw new Error(`no claim of another run is known for ${one.type}`);
  let begun = false;
  let came = false;
  return world.process([], {
    plans: [one.plan],
    wait: false,
    beforeCall: (operation) => {
      if (begun && !came) {
        came = true;
        world.account.act(put);
        setTimeout(meanwhile, 2 * minute);
        if (letsGo) world.account.schedule(Date.now() + 4 * minute, () => world.account.act(takeOff));
      }
      begun ||= operation === from;
    },
  });
}

test.each(
  cutOvers,
)('of %s: another run that claims it in the cut-over, sees whose it is and lets go leaves it no longer down', (_name, one, from) =>
  inWorld(
    one.scenario,
    async (world) => {
      const life = await visited(world, one, from);
      expect(exitOf(life), told(life)).toBe(3);
      expect(records(life, 'unwinding')).toEqual([]);
      expect(texts(life).filter((text) => text.includes(`also claimed by run ${second}`))).toHaveLength(1);
    },
    one.seed,
  ));

/** How an instance is taken out of service. */
function ofInstance() {
  const [[, one, from] = []] = cutOvers.filter(([, { type }]) => type === 'ec2-instance');
  if (!one || from === undefined) throw new Error('no stage of an instance');
  return { one, from };
}

test('a clock that is put an hour ahead while another run is waited for does not stop the run', () =>
  inWorld(twoVolumes, async (world) => {
    const { one, from } = ofInstance();
    const life = await visited(world, one, from, { meanwhile: () => jump(world, 60 * minute) });
    expect(exitOf(life), told(life)).toBe(3);
    expect(records(life, 'unwinding')).toEqual([]);
  }));

test('one that does not let go stops the run all the same, some minutes later', () =>
  inWorld(twoVolumes, async (world) => {
    const { one, from } = ofInstance();
    const since = Date.now();
    const life = await visited(world, one, from, { letsGo: false });
    expect(codes(life)).toEqual(['target-claimed']);
    expect(Date.now() - since).toBeLessThan(30 * minute);
  }));

test('one that has taken the claim over, as it stands alone, stops the run at once', () =>
  inWorld(twoVolumes, async (world) => {
    let strippedAt = 0;
    const life = await world.process([], {
      wait: false,
      beforeCall: (operation) => {
        if (operation !== 'ec2:DetachVolume' || strippedAt) return;
        strippedAt = Date.now();
        strip(world);
        for (const resource of [instance, root, data])
          world.account.act({ do: 'create-tags', resource, tags: { [`rekey:claim:${second}`]: 'x' } });
      },
    });
    expect(codes(life)).toEqual(['target-claimed']);
    expect(Date.now() - strippedAt).toBeLessThan(9 * minute);
  }));
