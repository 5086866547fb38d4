import { describe, expect, test } from 'vitest';
import { classify } from '../../src/aws/outage.ts';
import type { FaultRule } from '../../src/simulator/faults.ts';
import { exitOf, expectNoClaim, expectNothingLost, told } from '../support/promises.ts';
import { isRead } from '../support/reads.ts';
import type { Life, World } from '../support/world.ts';
import { type Code, codes, discarding, type Meaning, mutating } from './operations.ts';
import { full, sampled } from './sampled.ts';
import { type Shipped, shipped } from './shipped.ts';
import { swept } from './swept.ts';

const inWorld = swept('failure');
const denied = { times: 1, kind: 'error', code: 'UnauthorizedOperation', status: 403 } as const;

/** A call of a run, with how many of its operation came before it. */
interface Nth {
  readonly operation: string;
  readonly skip: number;
}

interface Calls {
  readonly mutations: readonly Nth[];
  readonly reads: readonly Nth[];
}
const known = new Map<string, Promise<Calls>>();

/** The calls of a whole run that nothing happens to. */
function callsOf(one: Shipped): Promise<Calls> {
  const calls = known.get(one.name) ?? livedCallsOf(one);
  known.set(one.name, calls);
  return calls;
}

/** In the order they are sent. */
async function livedCallsOf(one: Shipped): Promise<Calls> {
  const sent = await inWorld(one.scenario, async (world) => (await world.process([], { plans: [one.plan] })).sent);
  const seen = new Map<string, number>();
  const calls = sent.map((call) => {
    const operation = call.replace(/^\w+:/, '');
    const skip = seen.get(operation) ?? 0;
    seen.set(operation, skip + 1);
    return { operation, skip };
  });
  const reads = calls.filter((call) => isRead(call.operation));
  return { mutations: calls.filter((call) => !reads.includes(call)), reads };
}

/** Those of its operations that no plan with fewer calls has: what a code means on one operation is the same in each plan. */
async function ownOperationsOf(one: Shipped): Promise<string[]> {
  const { mutations, reads } = await callsOf(one);
  const shorter: string[] = [];
  for (const other of shipped) {
    const calls = await callsOf(other);
    if (calls.mutations.length + calls.reads.length < mutations.length + reads.length)
      shorter.push(...calls.mutations.map((call) => call.operation));
  }
  return (await operationsOf(one)).filter((operation) => !shorter.includes(operation));
}

const operationsOf = async (one: Shipped) => [...new Set((await callsOf(one)).mutations.map((call) => call.operation))];

/** One run with a fault that strikes, then what is to be said of it. */
async function struck(
  one: Shipped,
  rule: FaultRule,
  check: (world: World, first: Life, about: string) => void | Promise<void>,
): Promise<void> {
  await inWorld(one.scenario, async (world) => {
    world.account.faults.add(rule);
    const first = await world.process([], { plans: [one.plan] });
    expect(world.account.faults.list()[0]?.struck, `${JSON.stringify(rule)} never struck`).toBeGreaterThan(0);
    world.account.faults.clear();
    await check(world, first, `${JSON.stringify(rule)}: ${told(first)}`);
  });
}

async function expectDoneWhenResumed(one: Shipped, world: World, first: Life, about: string): Promise<void> {
  const second = await world.process(first.disk, { plans: [one.plan] });
  expect(exitOf(second), `${about}, resumed: ${told(second)}`).toBe(0);
  one.expectMoved(world);
}

const namedAsLeft = (life: Life) =>
  life.disk.flatMap((record) =>
    record.t === 'announced' && /^(left behind|kept): /.test(record.text) ? [record.text] : [],
  );

/** It is over, with what AWS does not let it delete, or prove to be of no use any more, named. */
function expectLeft(world: World, first: Life, about: string): void {
  expectNothingLost(world);
  expectNoClaim(world);
  const { snapshots, databaseSnapshots, clusterSnapshots } = world.state();
  const left = [...snapshots, ...databaseSnapshots, ...clusterSnapshots].filter(({ tags }) => tags['rekey:run']);
  const named = namedAsLeft(first);
  expect(named.length, about).toBeGreaterThan(0);
  for (const { id } of left) expect(named.join('\n'), about).toContain(id);
}

const beforeWritePoint = (first: Life) => !first.disk.some((record) => record.t === 'write-point');

describe.each(shipped)('a call of the plan $name that is refused for good', (one) => {
  test('unwinds to the original serving, or stops past the write point with nothing lost; a resume ends done', async () => {
    const { mutations } = await callsOf(one);
    expect(mutations.length).toBeGreaterThanOrEqual(5);
    for (const { operation, skip } of sampled(mutations, 2, one)) {
      await struck(one, { ...denied, operation, skip }, async (world, first, about) => {
        if (discarding.includes(operation) && exitOf(first) === 0) return expectLeft(world, first, about);
        // A tag is how a volume is asked whether it lives, before a delete: who is refused asks once more.
        if (operation === 'CreateTags' && exitOf(first) === 0) return one.expectMoved(world);
        expect([1, 4], about).toContain(exitOf(first));
        expectNothingLost(world);
        if (beforeWritePoint(first) || operation === one.writePoint) one.expectOriginal(world);
        await expectDoneWhenResumed(one, world, first, about);
      });
    }
  }, 600_000);

  test('while it is read, too, leaves the target as it was or goes on from where it was', async () => {
    const { reads } = await callsOf(one);
    const early = [0, 1, 2, 3, 5, 8, 13, 21, 34];
    const points = sampled(
      reads.filter(({ skip }) => early.includes(skip)),
      2,
      one,
    );
    expect(points.length).toBeGreaterThan(0);
    for (const { operation, skip } of points) {
      await struck(one, { ...denied, operation, skip }, async (world, first, about) => {
        expectNothingLost(world);
        if (exitOf(first) === 0)
          return namedAsLeft(first).length > 0 ? expectLeft(world, first, about) : one.expectMoved(world);
        await expectDoneWhenResumed(one, world, first, about);
      });
    }
  }, 600_000);
});

test('the list of operations holds each that the shipped plans send to change something, and no more', async () => {
  const sent: string[] = [];
  for (const one of shipped) sent.push(...(await operationsOf(one)));
  expect([...new Set(sent)].sort()).toEqual([...mutating].sort());
});

test.each(codes)('the code $code with status $status means $means', ({ code, status, message, means }) => {
  const error = Object.assign(new Error(message ?? `Injected: ${code}`), {
    name: code,
    $metadata: { httpStatusCode: status },
  });
  expect(classify(error)?.class).toBe(means);
});

const short = shipped.filter((one) => one.inFull === undefined);

/** The codes that mean this, each on the operations of the plan that can meet it; in a short run on some of them in turn. */
async function cases(one: Shipped, means: Meaning): Promise<readonly { about: Code; operation: string }[]> {
  const used = await ownOperationsOf(one);
  const all = codes
    .filter((code) => code.means === means)
    // In a short run each code in one of the plans with short histories, and a few of them in those with long ones.
    .filter((_code, index) => {
      if (full) return true;
      return one.inFull === undefined ? index % short.length === short.indexOf(one) : index % 16 === 0;
    })
    .flatMap((about, index) =>
      sampled(
        used.filter((operation) => about.on?.some((name) => name === operation) ?? true),
        1,
        { turn: index },
      ).map((operation) => ({ about, operation })),
    );
  return full ? sampled(all, all.length, one) : all;
}

const ruleOf = ({ about, operation }: { about: Code; operation: string }, times?: number): FaultRule => ({
  operation,
  kind: 'error',
  code: about.code,
  status: about.status,
  ...(about.message !== undefined && { message: about.message }),
  ...(times !== undefined && { times }),
});

describe.each(shipped)('every error code on every operation of the plan $name', (one) => {
  test.each(['retry', 'wait', 'already'] as const)('that means %s is ridden out to the end', async (means) => {
    for (const { about: code, operation } of await cases(one, means)) {
      const rule = ruleOf({ about: code, operation }, means === 'already' ? 1 : 2);
      await struck(one, rule, (world, first, about) => {
        expect(exitOf(first), about).toBe(0);
        one.expectMoved(world);
      });
    }
  }, 600_000);

  test('that leaves the call in doubt, before or after its effect, doubles nothing and loses nothing', async () => {
    for (const each of await cases(one, 'in-doubt')) {
      for (const when of sampled(['before', 'after'] as const, 1, { turn: codes.indexOf(each.about) })) {
        await struck(one, { ...ruleOf(each, 2), when } as FaultRule, (world, first, about) => {
          expect(exitOf(first), about).toBe(0);
          one.expectMoved(world);
        });
      }
    }
  }, 600_000);

  test('that is permanent loses nothing, and a resume ends done', async () => {
    for (const each of await cases(one, 'permanent')) {
      await struck(one, ruleOf(each, 1), async (world, first, about) => {
        if (discarding.includes(each.operation) && exitOf(first) === 0) return expectLeft(world, first, about);
        expect([1, 4], about).toContain(exitOf(first));
        expectNothingLost(world);
        await expectDoneWhenResumed(one, world, first, about);
      });
    }
  }, 600_000);

  test('that ends the credentials undoes nothing: it is waited out while the target is down, or a resume ends done', async () => {
    for (const each of await cases(one, 'stop-run')) {
      await struck(one, ruleOf(each), async (world, first, about) => {
        expect(first.disk.some((record) => record.t === 'unwinding')).toBe(false);
        if (exitOf(first) === 0) return one.expectMoved(world);
        expect(exitOf(first), about).toBe(1);
        await expectDoneWhenResumed(one, world, first, about);
      });
    }
  }, 600_000);
});

test.each(mutating)('no answer at all, before or after %s, is in doubt too', async (operation) => {
  let strokes = 0;
  for (const one of shipped) {
    const { mutations } = await callsOf(one);
    if ((!full || one.inFull !== undefined) && !(await ownOperationsOf(one)).includes(operation)) continue;
    const times = mutations.filter((call) => call.operation === operation).length;
    for (const kind of full ? (['reset', 'silence'] as const) : (['reset'] as const)) {
      for (const when of sampled(['before', 'after'] as const, 1, { turn: mutating.indexOf(operation) })) {
        for (let skip = 0; skip < Math.min(times, full ? 2 : 1); skip++) {
          await struck(one, { operation, times: 1, skip, kind, when }, (world, first, about) => {
            expect(exitOf(first), about).toBe(0);
            one.expectMoved(world);
            strokes++;
          });
        }
      }
    }
  }
  expect(strokes).toBeGreaterThan(0);
}, 300_000);

test.each(
  shipped,
)('an answer that comes after the client has given up is in doubt as well, in the plan $name', async (one) => {
  for (const operation of sampled(await ownOperationsOf(one), 1)) {
    await struck(one, { operation, times: 1, kind: 'slow', delayMs: 90_000 }, (world, first, about) => {
      expect(exitOf(first), about).toBe(0);
      one.expectMoved(world);
    });
  }
}, 300_000);
