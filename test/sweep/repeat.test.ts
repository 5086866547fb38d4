import { describe, expect, test } from 'vitest';
import { connect } from '../../src/aws/clients.ts';
import { classify } from '../../src/aws/outage.ts';
import type { AwsContext } from '../../src/aws/services.ts';
import { clockOf } from '../../src/contract/clock.ts';
import type { JournalRecord, Key } from '../../src/contract/record.ts';
import type { EffectDefinition, Seen } from '../../src/contract/step.ts';
import { keyText, tokenOf } from '../../src/engine/state/key.ts';
import { requestHandler } from '../../src/simulator/handler.ts';
import { registry } from '../../src/steps/registry.ts';
import { exitOf, expectInstanceMoved, told } from '../support/promises.ts';
import { quiet } from '../support/quiet.ts';
import { type Life, planOf, twoVolumes, type World } from '../support/world.ts';
import { mutating } from './operations.ts';
import { full, sampled } from './sampled.ts';
import { type Shipped, shipped, usesOf, type Way } from './shipped.ts';
import { swept } from './swept.ts';

const inWorld = swept('repeat');
const hour = 3_600_000;
const run = '20260104T000000Z-aaaaaa';

/** A way through a shipped plan. */
interface Walk extends Way {
  readonly one: Shipped;
}

const walks: readonly Walk[] = shipped.flatMap((one) => {
  const ways: readonly Way[] = [{ name: 'to its end' }, ...one.ways];
  return ways.map((way) => ({ ...way, name: `${one.name}, ${way.name}`, one }));
});

/** An effect that was sent and has its outcome. */
interface Performed {
  /** Of which process of the way, from 0, and which of its records. */
  readonly process: number;
  readonly record: number;
  readonly key: Key;
  readonly uses: string;
  readonly input: unknown;
  readonly output: unknown;
}

async function wayThrough(world: World, way: Walk, crash?: { process: number; record: number }): Promise<Life> {
  if (way.fault) world.account.faults.add(way.fault);
  const dies = (process: number) =>
    crash?.process === process ? { crash: { record: { number: crash.record, when: 'crash-after' as const } } } : {};
  const first = await world.process([], { plans: [way.one.plan], wait: way.after === undefined, ...dies(0) });
  if (!way.after || first.result === 'died') return first;
  return world.process(first.disk, { plans: [way.one.plan], command: way.after, ...dies(1) });
}

function performed(disk: readonly JournalRecord[]): Performed[] {
  const sent = new Set(disk.flatMap((record) => (record.t === 'intent' ? [keyText(record.key)] : [])));
  let process = -1;
  return disk.flatMap((record, at) => {
    if (record.t === 'open') process++;
    if (record.t !== 'done' || !sent.has(keyText(record.key))) return [];
    const { key, uses, input, output } = record;
    return [{ process, record: at + 1, key, uses, input, output }];
  });
}

const effectOf = (uses: string): EffectDefinition<AwsContext['aws'], unknown, unknown> => {
  const definition = registry.step(uses);
  if (definition?.kind !== 'effect') throw new Error(`${uses} is no effect`);
  return definition;
};

/** All that an effect could change; what the workload writes meanwhile is not of an effect, nor are the account's notes. */
function shapeOf(world: World): unknown {
  const { time: _time, calls: _calls, events: _events, faults: _faults, ...things } = world.state();
  const ofWorkload = ['workload', 'writes', 'digest', 'grants', 'ledger'];
  return JSON.parse(JSON.stringify(things, (name, value: unknown) => (ofWorkload.includes(name) ? undefined : value)));
}

/** Lives `work` outside of any run, in virtual time. */
async function beside<T>(world: World, work: Promise<T>): Promise<T> {
  let over = false;
  const ended = work.finally(() => {
    over = true;
  });
  // Looked at by whoever awaits it; until then a rejection is no accident.
  ended.catch(() => undefined);
  while (!over) {
    await quiet();
    if (!over) world.pass(10);
  }
  return ended;
}

/** When it was sent: one that knows nothing but the token does not know that it was answered. */
function sentAtOf(disk: readonly JournalRecord[], one: Performed): number[] {
  return disk.flatMap((record) =>
    record.t === 'intent' && keyText(record.key) === keyText(one.key) ? [record.sentAt ?? Date.parse(record.at)] : [],
  );
}

async function contextOf(
  world: World,
  walk: Walk,
  one: Performed,
  disk: readonly JournalRecord[],
): Promise<AwsContext> {
  const { plan } = one.key;
  const { target } = planOf(walk.one.plan);
  const { signal } = new AbortController();
  const clock = clockOf();
  const aws = await connect({
    region: 'eu-west-1',
    clock,
    requestHandler: requestHandler(world.account, { latency: () => 10 }),
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'test' },
  });
  // The auditor compares with how things stood right before, and a workload has written since the process died.
  world.auditor.before({ run, records: () => disk });
  const token = tokenOf(run, one.key);
  const announce = () => undefined;
  const context = {
    aws,
    clock,
    run,
    plan,
    target,
    stepTypes: [],
    tags: [],
    token,
    sentAt: Date.now(),
    unanswered: sentAtOf(disk, one),
    isOurs: () => false,
    signal,
    announce,
    stillOurs: async () => {},
    commands: { alone: async () => {}, started: async () => {} },
  };
  return context;
}

/** What sending it once more came to. */
interface Again {
  readonly seen: Seen<unknown>;
  readonly seenByToken: Seen<unknown>;
  readonly refused: string | undefined;
}

/** Looks as a process would that knows what was answered, and as one that knows nothing but the token; then sends it once more without having looked. */
async function again(world: World, walk: Walk, one: Performed, disk: readonly JournalRecord[]): Promise<Again> {
  const definition = effectOf(one.uses);
  const ctx = await contextOf(world, walk, one, disk);
  const input = definition.input.parse(one.input);
  const seen = await definition.look(ctx, input, one.output);
  const seenByToken = await definition.look(ctx, input, undefined);
  if (definition.repeat === 'none') return { seen, seenByToken, refused: undefined };
  try {
    await definition.run(ctx, input);
    return { seen, seenByToken, refused: undefined };
  } catch (error) {
    const outage = classify(error);
    if (!outage) throw error;
    return { seen, seenByToken, refused: `${outage.class} ${outage.code}` };
  }
}

/** How AWS may refuse what has been done already: by words after which a process looks, and never by ending the run or the target. */
const refusals = /^(already|wait|in-doubt) /;

async function expectNoDifference(way: Walk, one: Performed): Promise<void> {
  await inWorld(
    way.one.scenario,
    async (world) => {
      const about = `${way.name}: ${keyText(one.key)} ${one.uses}`;
      const first = await wayThrough(world, way, one);
      expect(first.result, about).toBe('died');
      // What its neighbours have in flight comes to its end, so that only the repetition can make a difference.
      world.pass(hour);
      const before = shapeOf(world);
      const repeated = await beside(world, again(world, way, one, first.disk));
      world.pass(hour);
      expect(shapeOf(world), about).toEqual(before);
      expect(repeated.seen, about).toMatchObject({ is: 'done', output: one.output });
      expect(repeated.seenByToken.is, `${about}, by its token`).toBe('done');
      if (repeated.refused !== undefined) expect(repeated.refused, about).toMatch(refusals);
      world.account.faults.clear();
      // The auditor wants the typed word of whoever goes on.
      const goOn = way.after && one.process > 0 ? { command: way.after } : {};
      const last = await world.process(first.disk, { plans: [way.one.plan], ...goOn });
      // A way back that was taken up again ends where it was going; anything else ends done.
      const end = last.result === 'died' ? 'died' : last.result.status;
      const back = first.disk.some(
        (record) => record.t === 'unwinding' && !first.disk.some((two) => two.t === 'unwound'),
      );
      expect(back ? ['failed', 'rolled-back'] : ['done', 'rolled-back'], `${about}: ${told(last)}`).toContain(end);
    },
    way.one.seed,
  );
}

const seenUses = new Set<string>();

describe('every effect and every undo, performed a second time with its own input and token', () => {
  test.each(walks)('on the way of $name, changes nothing and is seen to be done', async (way) => {
    const clean = await inWorld(way.one.scenario, (world) => wayThrough(world, way), way.one.seed);
    const all = performed(clean.disk).filter((one) => way.after === undefined || one.process > 0);
    expect(all.length).toBeGreaterThan(0);
    const chosen = sampled(all, 2, { inFull: way.one.inFull ?? 20 });
    expect(chosen.length).toBeGreaterThan(0);
    for (const one of all) seenUses.add(one.uses);
    for (const one of chosen) await expectNoDifference(way, one);
  }, 600_000);

  test('between them the ways perform every effect that the shipped plans and their undo calls name', () => {
    const effects = shipped.flatMap(usesOf).filter((uses) => registry.step(uses)?.kind === 'effect');
    const undone = shipped.flatMap((one) => one.undoCalls);
    expect([...seenUses].sort()).toEqual([...new Set([...effects, ...undone])].sort());
  });
});

/** Carries a call out; the answer, which may be a refusal, is had by calling what comes back. */
function delivered<T>(call: () => T): () => T {
  try {
    const answer = call();
    return () => answer;
  } catch (refusal) {
    return () => {
      throw refusal;
    };
  }
}

/** Has every call of these operations delivered twice, as a proxy that resends would; the answer is the first's or the second's. */
function deliverTwice(world: World, is: (operation: string) => boolean, answer: 'first' | 'second'): { twice: number } {
  const count = { twice: 0 };
  const { call } = world.account;
  world.account.call = (...asked) => {
    const first = delivered(() => call(...asked));
    const [, operation] = asked;
    if (!is(operation)) return first();
    count.twice++;
    const second = delivered(() => call(...asked));
    return answer === 'first' ? first() : second();
  };
  return count;
}

/** Nothing proves whose the second snapshot of one send is, so a run keeps it and names it; a person has it deleted. */
function discardNamed(world: World, life: Life): void {
  const named = life.disk.flatMap((record) => (record.t === 'announced' ? [record.text] : []));
  for (const { id } of world.state().snapshots)
    if (named.some((text) => text.startsWith(`${id} `))) world.account.act({ do: 'delete-snapshot', snapshot: id });
}

const isMutating = (operation: string) => mutating.some((one) => one === operation);
const patient = (scenario: string) =>
  scenario.replace('throttling: false', 'throttling: false, snapshotIntervalSeconds: 0');
const unhurried = patient(twoVolumes);

describe('a call that the way to AWS delivers twice', () => {
  const both = ['first', 'second'] as const;
  const ways = shipped.flatMap((one, turn) =>
    sampled(both, 1, { turn }).map((answer) => ({ one, name: one.name, answer })),
  );
  test.each(
    ways,
  )('each of all operations of the plan $name at once, answered by the $answer: the end is the same, nothing is left over without a name', ({
    one,
    answer,
  }) =>
    inWorld(patient(one.scenario), async (world) => {
      const count = deliverTwice(world, isMutating, answer);
      const life = await world.process([], { plans: [one.plan] });
      expect(count.twice).toBeGreaterThan(3);
      expect(exitOf(life), told(life)).toBe(0);
      discardNamed(world, life);
      one.expectMoved(world);
    }));

  // Of the long ones in the full sweep alone; all of their operations at once are delivered twice above.
  const single = shipped.filter((one) => full || one.inFull === undefined);
  test.each(single)('each operation of the plan $name by itself, answered by the second', async (one) => {
    const { sent } = await inWorld(one.scenario, (world) => world.process([], { plans: [one.plan] }));
    const used = mutating.filter((operation) => sent.some((call) => call.endsWith(`:${operation}`)));
    for (const operation of sampled(used, 2, one)) {
      await inWorld(patient(one.scenario), async (world) => {
        const count = deliverTwice(world, (called) => called === operation, 'second');
        const life = await world.process([], { plans: [one.plan] });
        expect(count.twice, operation).toBeGreaterThan(0);
        expect(exitOf(life), `${operation}: ${told(life)}`).toBe(0);
        discardNamed(world, life);
        one.expectMoved(world);
      });
    }
  }, 300_000);
});

describe('a create that AWS has no token for', () => {
  test('is made twice of a send that was answered: the answer is used, the other is kept and named', () =>
    inWorld(unhurried, async (world) => {
      const count = deliverTwice(world, (operation) => operation === 'CreateSnapshot', 'second');
      const life = await world.process();
      expect(exitOf(life), told(life)).toBe(0);
      expect(count.twice).toBe(6);
      expect(life.disk.filter((record) => record.t === 'surplus')).toEqual([]);
      expect(world.state().snapshots).toHaveLength(6);
      discardNamed(world, life);
      expectInstanceMoved(world);
    }));

  test('and whose answer was lost is sent again only when five minutes of looking found nothing', () =>
    inWorld(unhurried, async (world) => {
      // The effect comes, its answer never does, and for longer than anybody looks AWS does not show it.
      world.account.faults.add({ operation: 'CreateSnapshot', kind: 'reset', when: 'after', times: 1 });
      let hidden = '';
      world.watch((call) => {
        const [first] = world.account.world.snapshots.values();
        if (call.operation !== 'CreateSnapshot' || !first || hidden) return;
        hidden = first.id;
        Object.assign(first, { visibleFrom: call.at + 12 * 60_000 });
      });
      const life = await world.process();
      expect(exitOf(life), told(life)).toBe(0);
      const intents = life.disk.filter(
        (record) => record.t === 'intent' && record.key.step === 'warm-up' && record.key.undo === undefined,
      );
      expect(intents).toHaveLength(3);
      const of = (id: string) =>
        intents.flatMap((record) => (record.t === 'intent' && record.key.item === id ? [Date.parse(record.at)] : []));
      const times = ['vol-00000000000000001', 'vol-00000000000000002'].map(of).find((one) => one.length === 2) ?? [];
      expect(hidden).toMatch(/^snap-/);
      expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(5 * 60_000);
      expect(life.disk.filter((record) => record.t === 'surplus').length).toBeGreaterThan(0);
      expectInstanceMoved(world);
    }));
});
