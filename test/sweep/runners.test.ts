import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { clockOf } from '../../src/contract/clock.ts';
import type { Journal } from '../../src/contract/journal.ts';
import type { JournalRecord, Owner } from '../../src/contract/record.ts';
import { type RunResult, submission } from '../../src/engine/execute.ts';
import type { RekeyError } from '../../src/errors/index.ts';
import { memoryJournal } from '../../src/journal/memory.ts';
import { openStore } from '../../src/journal/store.ts';
import { hashOf } from '../../src/plan/hash.ts';
import type { FaultRule } from '../../src/simulator/faults.ts';
import { Choices } from './choices.ts';
import { full, spread } from './sampled.ts';
import { type Shipped, shipped } from './shipped.ts';
import { isMutating, type Nap, onStage } from './side-by-side.ts';
import { tally } from './tally.ts';

tally({ sweep: 'runners', plan: '' });

/** Which owners live, as whoever looks at them is told; and who is looking. */
const liveness = vi.hoisted(() => ({ living: new Set<number>(), me: 0 }));
vi.mock('../../src/journal/owner.ts', async (original) => {
  const real = await original<typeof import('../../src/journal/owner.ts')>();
  const identity = (pid: number): Owner => ({
    host: 'test',
    machine: 'machine',
    boot: 'boot',
    pidNamespace: 'namespace',
    pid,
    started: `start of ${pid}`,
  });
  return {
    ...real,
    whoAmI: async () => identity(liveness.me),
    isAlive: async (owner: Owner) => (liveness.living.has(owner.pid) ? 'alive' : 'dead'),
  };
});

const run = '20260104T000000Z-aaaaaa';
const submitted = ({ plan }: Shipped, id = run) => submission(id, 'test', [{ ...plan, hash: hashOf(plan) }]);
const codeOf = (result: RunResult) => result.plans[0]?.error?.code ?? result.status;

/** A run of a shipped plan, perhaps with a fault that makes it unwind. */
interface Scene {
  readonly one: Shipped;
  readonly fault?: FaultRule;
}

const known = new Map<string, ReturnType<typeof livedAlone>>();

/** The scene with nobody interfering. */
function alone(scene: Scene) {
  const name = JSON.stringify([scene.one.name, scene.fault]);
  const lived = known.get(name) ?? livedAlone(scene);
  known.set(name, lived);
  return lived;
}

async function livedAlone({ one, fault }: Scene) {
  return onStage(one, 1, async (stage) => {
    if (fault) stage.world.account.faults.add(fault);
    const start = Date.now();
    const journal = memoryJournal(run, [], { now: () => Date.now() });
    await journal.append(submitted(one));
    const { ended } = stage.process({
      name: 'alone',
      plan: one.plan,
      run,
      command: 'run',
      latencyMs: () => 50,
      journalOf: async () => journal,
    });
    const { exit } = await stage.until(ended);
    const calls = stage.calls.map(({ operation, at }, index) => ({ number: index + 1, operation, at }));
    return { start, calls, disk: journal.disk as readonly JournalRecord[], exit };
  });
}

/** Two owners of one run directory, each by a path of its own, since a store of one process never opens a directory twice. */
async function takenOver(
  { one, fault }: Scene,
  nap: Nap,
  wakes: 'at once' | 'when all is over',
  exits: readonly number[] = [0],
): Promise<number> {
  const about = `${one.name}: ${JSON.stringify(nap)}, the old owner wakes ${wakes}`;
  return onStage(one, 1, async (stage, dir) => {
    if (fault) stage.world.account.faults.add(fault);
    mkdirSync(join(dir, 'state'));
    for (const name of ['old', 'new']) symlinkSync(join(dir, 'state'), join(dir, name));
    liveness.living = new Set([1]);
    const clock = clockOf();
    const old = stage.process({
      name: 'old',
      plan: one.plan,
      run,
      command: 'run',
      latencyMs: () => 50,
      nap,
      journalOf: async (files) => {
        liveness.me = 1;
        return openStore(join(dir, 'old'), clock, { files }).create(run, submitted(one));
      },
    });
    // What a run that has lost its journal comes to, as a result or as the journal's own error, is told with the same code and exit.
    const loss = old.ended.then(
      (result) => ({ code: codeOf(result), exit: result.exit }),
      (error: RekeyError) => ({ code: error.code, exit: error.exit }),
    );
    await stage.until(old.asleep);
    const inFlight = stage.sent.length;
    // While it is known to live, nobody gets the run.
    liveness.me = 2;
    await expect(stage.until(openStore(join(dir, 'new'), clock).open(run)), about).rejects.toMatchObject({
      code: 'run-held',
    });
    liveness.living.clear();
    const next = stage.process({
      name: 'new',
      plan: one.plan,
      run,
      command: 'resume',
      latencyMs: () => 50,
      journalOf: async (files) => {
        liveness.me = 2;
        return openStore(join(dir, 'new'), clock, { files }).open(run);
      },
    });
    await stage.until(next.opened);
    if (wakes === 'at once') old.wake();
    const ended = await stage.until(next.ended);
    old.wake();
    expect(await stage.until(loss), about).toEqual({ code: 'journal-taken-over', exit: 5 });
    const afterwards = stage.sent.slice(inFlight).filter((call) => call.by === 'old');
    // What was on its way before it fell asleep can't be called back; its intent was read by the new owner.
    expect(
      afterwards.filter((call) => !call.late).map((call) => call.operation),
      about,
    ).toEqual([]);
    // Calls that go side by side may come in another order than in the clean run: then the point was no read this time.
    if (wakes === 'when all is over' && afterwards.length > 0) return ended.exit;
    expect(afterwards.length, about).toBeLessThanOrEqual(2);
    expect(exits, `${about}: ${codeOf(ended)}`).toContain(ended.exit);
    if (ended.exit === 0) one.expectMoved(stage.world);
    else one.expectOriginal(stage.world);
    return ended.exit;
  });
}

/** Some of them, spread over all; in a full sweep every second, up to a number that a longer plan does not exceed. */
function chosen<T>(points: readonly T[], { inFull }: Pick<Shipped, 'inFull'>): readonly T[] {
  const least = full || inFull === undefined ? 2 : 1;
  const most = full ? Math.max(4, Math.min(Math.ceil(points.length / 2), (inFull ?? 24) / 2)) : least;
  const some = spread(points, most);
  expect(some.length).toBeGreaterThanOrEqual(least);
  return some;
}

/** The calls of the cut-over by their number in a clean run, from the stop to the start; of a plan without one, all. */
async function cutOverCalls(one: Shipped) {
  const { calls } = await alone({ one });
  if (!one.cutOver) return calls;
  const plain = (name: string) => name.replace(/^\w+:/, '');
  const at = (name: string) => calls.findIndex(({ operation }) => operation === plain(name));
  return calls.slice(at(one.cutOver.from), at(one.cutOver.to) + 2);
}

describe.each(shipped)('a run of the plan $name that is taken over in the middle of its cut-over', (one) => {
  test('the old owner, asleep at a call until all is over, sends no effect any more; the new one ends done', async () => {
    const calls = await cutOverCalls(one);
    const reads = calls.filter(({ operation }) => !isMutating(operation));
    // A request that is on its way for an hour can't be called back by anybody: here none is.
    const single = calls.filter(({ operation }) => !/^(Create|Detach)/.test(operation));
    const points: Nap[] = [
      ...reads.map(({ number }) => ({ call: number, when: 'before' as const })),
      ...single.map(({ number }) => ({ call: number, when: 'after' as const })),
    ];
    for (const point of chosen(points, one)) await takenOver({ one }, point, 'when all is over');
  }, 900_000);

  test('the old owner, woken up as soon as it has lost the run, sends no effect any more but the one that was on its way', async () => {
    const calls = (await cutOverCalls(one)).filter(({ operation }) => isMutating(operation));
    const points: Nap[] = calls.flatMap(({ number }) =>
      (['before', 'after'] as const).map((when) => ({ call: number, when })),
    );
    for (const point of chosen(points, one)) await takenOver({ one }, point, 'at once');
  }, 900_000);

  test('in its hold: the old owner, asleep since then, deletes nothing any more; the new one ends done', async () => {
    const { start, disk } = await alone({ one });
    const gate = disk.find((record) => record.t === 'gate');
    const passed = disk.findIndex((record) => record.t === 'passed');
    if (gate?.t !== 'gate') throw new Error('it has no hold');
    expect(passed).toBeGreaterThan(0);
    const begun = Date.parse(gate.at) - start;
    const shares = full ? [0, 0.25, 0.5, 0.75, 0.999] : [0.5];
    for (const part of shares) {
      const afterMs = Math.round(begun + 500 + part * (gate.until - start - begun));
      for (const wakes of ['at once', 'when all is over'] as const) await takenOver({ one }, { afterMs }, wakes);
    }
  }, 900_000);
});

const unwindings = shipped.flatMap((one) =>
  one.ways.flatMap(({ name, fault, after }) => (fault && !after ? [{ one, fault, name: `${one.name}, ${name}` }] : [])),
);

test.each(
  unwindings,
)('taken over while it unwinds, on the way of $name: the old owner sends no effect any more; the new one brings the original back', async (scene) => {
  const { calls, disk, exit } = await alone(scene);
  expect(exit).toBe(1);
  const begun = disk.find((record) => record.t === 'unwinding');
  const over = disk.find((record) => record.t === 'unwound');
  const from = Date.parse(begun?.at ?? '');
  const inside = calls.filter(({ at }) => at >= from && at <= Date.parse(over?.at ?? ''));
  expect(inside.length).toBeGreaterThan(5);
  const reads = inside.filter(({ operation }) => !isMutating(operation));
  const naps = (list: typeof inside): Nap[] => list.map(({ number }) => ({ call: number, when: 'before' }));
  const ends = new Set<number>();
  // Where the way back has not been journaled yet, the new owner goes forward instead.
  for (const nap of chosen(naps(reads), scene.one))
    ends.add(await takenOver(scene, nap, 'when all is over', [0, exit]));
  for (const nap of chosen(naps(inside.filter(({ operation }) => isMutating(operation))), scene.one))
    ends.add(await takenOver(scene, nap, 'at once', [0, exit]));
  expect(ends).toContain(exit);
}, 900_000);

describe.each(shipped)('two runs of the plan $name on one target', (one) => {
  test('interleaved at random, never write together: one at most goes on, the other refuses with 5 and leaves nothing', async () => {
    const seeds = full ? (one.inFull ?? 40) : one.inFull === undefined ? 2 : 1;
    const ends = new Map<string, number>();
    for (let seed = 1; seed <= seeds; seed++) {
      const choices = new Choices(seed);
      const delay = choices.one([0, 0, 2_000, 20_000]);
      const scenario = one.scenario.replace('limits:', `visibilityDelayMs: ${delay}\nlimits:`);
      await onStage({ name: one.name, scenario }, seed, async (stage) => {
        const names = ['20260104T000000Z-aaaaaa', '20260104T000001Z-bbbbbb'] as const;
        const lagMs = choices.below(3) === 0 ? 0 : choices.below(8_000);
        const journals = new Map<string, Journal>();
        const begin = (name: string, lateMs: number, command: 'run' | 'resume' = 'run') =>
          stage.process({
            name,
            plan: one.plan,
            run: name,
            command,
            latencyMs: () => 5 + choices.below(900),
            journalOf: async () => {
              if (lateMs) await new Promise<void>((resolve) => setTimeout(resolve, lateMs));
              const journal = memoryJournal(name, journals.get(name)?.records ?? [], { now: () => Date.now() });
              if (command === 'run') await journal.append(submitted(one, name));
              journals.set(name, journal);
              return journal;
            },
          });
        const [first, second] = [begin(names[0], 0), begin(names[1], lagMs)];
        const results = await stage.until(Promise.all([first.ended, second.ended]));
        const about = `seed ${seed}: ${results.map(codeOf).join(', ')}`;
        const exits = results.map((result) => result.exit);
        ends.set(exits.join(' and '), (ends.get(exits.join(' and ')) ?? 0) + 1);
        expect(
          exits.every((exit) => exit === 0 || exit === 5),
          about,
        ).toBe(true);
        // Who gave way has put on its claim and taken it off again, no more.
        for (const [at, exit] of exits.entries()) {
          if (exit === 0) continue;
          const own = stage.sent.filter((call) => call.by === names[at]).map((call) => call.operation);
          expect(
            own.filter(
              (operation) => !/^(CreateTags|DeleteTags|AddTagsToResource|RemoveTagsFromResource)$/.test(operation),
            ),
            about,
          ).toEqual([]);
        }
        if (exits.includes(0)) return one.expectMoved(stage.world);
        // Both gave way: whoever comes next gets the target.
        const third = await stage.until(begin(names[1], 0, 'resume').ended);
        expect(third.exit, `${about}; resumed: ${codeOf(third)}`).toBe(0);
        one.expectMoved(stage.world);
      });
    }
    expect([...ends.values()].reduce((sum, times) => sum + times, 0)).toBe(seeds);
    expect(ends.size, JSON.stringify([...ends])).toBeGreaterThan(0);
  }, 900_000);
});
