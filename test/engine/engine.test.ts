import { describe, expect, test } from 'vitest';
import { fold } from '../../src/engine/state/fold.ts';
import { runStatus } from '../../src/report/run-status.ts';
import { type Life, live, Toy, ToyError, toyPlan, toyRegistry } from './toy.ts';

const exitOf = (life: Life) => (life.result === 'died' ? 'died' : life.result.exit);
const told = (life: Life) =>
  life.result === 'died' ? 'died' : life.result.plans.map((plan) => plan.error?.message).join('\n');
const replacedBy = (toy: Toy) => [...toy.box.slots.values()];

/** The state every way of getting there must end in. */
function expectDone(toy: Toy): void {
  expect(toy.box.running).toBe(true);
  expect(replacedBy(toy)).toHaveLength(2);
  expect(replacedBy(toy)).not.toContain('disk-a');
  for (const [slot, id] of toy.box.slots) expect(toy.disks.get(id)?.data).toBe(toy.ledger.get(slot));
  expect([...toy.disks.keys()].sort()).toEqual(replacedBy(toy).sort());
  expect([...toy.snapshots.keys()]).toEqual([]);
  expect([...toy.claims]).toEqual([]);
}

function expectOriginalServing(toy: Toy): void {
  expect(toy.box.running).toBe(true);
  expect([...toy.box.slots]).toEqual([
    ['a', 'disk-a'],
    ['b', 'disk-b'],
  ]);
  for (const [slot, id] of toy.box.slots) expect(toy.disks.get(id)?.data).toBe(toy.ledger.get(slot));
}

describe('a run without accidents', () => {
  test('ends done, with the workload on the replacements, the originals deleted and nothing left behind', async () => {
    const toy = new Toy();
    const life = await live(toy);
    expect(exitOf(life)).toBe(0);
    expectDone(toy);
  });

  test('pauses at the hold with exit 3, and a resume before its end pauses again without a call that changes anything', async () => {
    const toy = new Toy();
    const first = await live(toy, [], { wait: false });
    expect(exitOf(first)).toBe(3);
    expect(toy.disks.has('disk-a')).toBe(true);
    const changes = () => toy.calls.filter((call) => !/^observe/.test(call)).length;
    const calls = changes();
    const second = await live(toy, first.disk, { wait: false });
    expect(exitOf(second)).toBe(3);
    expect(changes()).toBe(calls);
    toy.now += 3_600_000;
    expect(exitOf(await live(toy, second.disk, { wait: false }))).toBe(0);
    expectDone(toy);
  });

  test('leaves a box that was found stopped stopped, on its replacements', async () => {
    const toy = new Toy();
    toy.box.running = false;
    expect(exitOf(await live(toy))).toBe(0);
    expect(toy.box.running).toBe(false);
    expect(replacedBy(toy)).not.toContain('disk-a');
  });
});

describe('a crash', () => {
  test('at every API call, before or after its effect, is resumed to the same end', async () => {
    const calls = await callsOf();
    expect(calls).toBeGreaterThan(50);
    for (let at = 1; at <= calls; at++) {
      for (const fate of ['die-before', 'die-after'] as const) {
        const toy = new Toy();
        toy.fate = (_name, number) => (number === at ? fate : 'ok');
        const first = await live(toy);
        expect(first.result, `call ${at} ${fate}`).toBe('died');
        const second = await live(toy, first.disk);
        expect(exitOf(second), `call ${at} ${fate} ${toy.calls[at - 1]}: ${JSON.stringify(second.result)}`).toBe(0);
        expectDone(toy);
      }
    }
  });

  test('at every journal record, before or after it is on disk, is resumed to the same end', async () => {
    const records = (await live(new Toy())).disk.length;
    for (let at = 2; at <= records; at++) {
      for (const fate of ['crash-before', 'crash-after'] as const) {
        const toy = new Toy();
        const first = await live(toy, [], { onAppend: (_record, number) => (number === at ? fate : 'written') });
        if (!first.disk.some((record) => record.t === 'submitted')) continue;
        const second = await live(toy, first.disk);
        expect(exitOf(second), `record ${at} ${fate}: ${JSON.stringify(second.result)}`).toBe(0);
        expectDone(toy);
      }
    }
  });
});

describe('a failure', () => {
  test.each([
    'warm-up',
    'stop',
    'snapshot',
    'create',
    'detach',
    'attach',
    'verify',
  ])('of %s for good brings the original back to service, and a later resume ends done', async (step) => {
    const toy = new Toy();
    const call = step === 'warm-up' ? 'snapshot' : step;
    let broken = true;
    let warm = step === 'snapshot' ? 2 : 0;
    toy.fate = (name) => {
      if (name !== call || !broken) return 'ok';
      if (warm-- > 0) return 'ok';
      // Putting the originals back is an attach too.
      if (call === 'attach') broken = false;
      return { when: 'before', error: new ToyError('permanent') };
    };
    const first = await live(toy);
    expect([1, 4]).toContain(exitOf(first));
    expectOriginalServing(toy);
    broken = false;
    const second = await live(toy, first.disk);
    expect(exitOf(second), JSON.stringify(second.result)).toBe(0);
    expectDone(toy);
  });

  test('of the start that shows it never ran brings the original back', async () => {
    const toy = new Toy();
    let broken = true;
    toy.fate = (name) => {
      if (name !== 'start' || !broken) return 'ok';
      broken = false;
      return { when: 'before', error: new ToyError('permanent') };
    };
    expect(exitOf(await live(toy))).toBe(1);
    expectOriginalServing(toy);
  });

  test('of the delete leaves the target serving on its replacements, and goes forward on resume', async () => {
    const toy = new Toy();
    let broken = true;
    toy.fate = (name) => (name === 'delete' && broken ? { when: 'before', error: new ToyError('permanent') } : 'ok');
    const first = await live(toy);
    expect(exitOf(first)).toBe(1);
    expect(replacedBy(toy)).not.toContain('disk-a');
    broken = false;
    expect(exitOf(await live(toy, first.disk))).toBe(0);
    expectDone(toy);
  });

  test.each([
    'retry',
    'in-doubt',
    'wait',
  ] as const)('that passes (%s), before or after every effect, is ridden out', async (kind) => {
    const calls = await callsOf();
    for (let at = 1; at <= calls; at++) {
      for (const when of kind === 'in-doubt' ? (['before', 'after'] as const) : (['before'] as const)) {
        const toy = new Toy();
        toy.fate = (_name, number) => (number === at ? { when, error: new ToyError(kind) } : 'ok');
        const life = await live(toy);
        expect(exitOf(life), `call ${at} ${when} ${toy.calls[at - 1]}: ${told(life)}`).toBe(0);
        expectDone(toy);
      }
    }
  });

  test('of the credentials in the middle of the cut-over undoes nothing and goes on with new ones', async () => {
    const toy = new Toy();
    toy.fate = (name) => (name === 'attach' ? { when: 'before', error: new ToyError('stop-run') } : 'ok');
    const first = await live(toy);
    expect(exitOf(first)).toBe(1);
    const [status] = runStatus([toyPlan], toyRegistry, fold(first.disk), false).plans;
    expect(status?.downSince).toBeGreaterThan(0);
    expect(toy.box.slots.size).toBe(0);
    toy.fate = () => 'ok';
    expect(exitOf(await live(toy, first.disk))).toBe(0);
    expectDone(toy);
  });
});

describe('other people', () => {
  /** Does something just before the first call of this name. */
  function justBefore(toy: Toy, call: string, act: () => void): void {
    let waiting = true;
    toy.fate = (name) => {
      if (name === call && waiting) {
        waiting = false;
        act();
      }
      return 'ok';
    };
  }

  test.each([
    'create',
    'detach',
  ])('who start the box just before %s, on its originals, make the run unwind with exit 6', async (call) => {
    const toy = new Toy();
    justBefore(toy, `look-${call}`, () => toy.start());
    const first = await live(toy);
    expect(exitOf(first)).toBe(6);
    expectOriginalServing(toy);
    expect(exitOf(await live(toy, first.disk))).toBe(0);
    expectDone(toy);
  });

  test('who start it with half its disks are told so, and nothing is touched', async () => {
    const toy = new Toy();
    let attaches = 0;
    toy.fate = (name) => {
      if (name === 'look-attach' && ++attaches === 3) toy.start();
      return 'ok';
    };
    const life = await live(toy);
    expect(exitOf(life)).toBe(6);
    expect(toy.disks.has('disk-a')).toBe(true);
    expect(toy.box.slots.size).toBe(1);
  });

  test('who start it on all replacements have passed the write point: the run goes forward', async () => {
    const toy = new Toy();
    justBefore(toy, 'look-start', () => toy.start());
    const life = await live(toy);
    expect(exitOf(life)).toBe(0);
    expectDone(toy);
  });

  test('who put the original back are noticed by the proof, and nothing is deleted', async () => {
    const toy = new Toy();
    justBefore(toy, 'look-delete', () => toy.box.slots.set('a', 'disk-a'));
    const life = await live(toy);
    expect(exitOf(life)).toBe(4);
    expect(toy.disks.has('disk-a')).toBe(true);
  });

  test('whose claim stands on the target make the run refuse with exit 5 before it changes anything', async () => {
    const toy = new Toy();
    toy.claims.add('another-run');
    const life = await live(toy);
    expect(exitOf(life)).toBe(5);
    expect(toy.calls.filter((name) => !name.startsWith('look') && name !== 'observe' && name !== 'read')).toEqual([]);
  });
});

describe('a rollback', () => {
  test('at the hold without the typed word refuses, because the target has been able to write', async () => {
    const toy = new Toy();
    const first = await live(toy, [], { wait: false });
    const second = await live(toy, first.disk, { command: { command: 'rollback', discardWrites: false } });
    expect(exitOf(second)).toBe(1);
    expect(replacedBy(toy)).not.toContain('disk-a');
  });

  test('with the typed word puts the originals back, keeps the replacements and releases the claim', async () => {
    const toy = new Toy();
    const first = await live(toy, [], { wait: false });
    const made = replacedBy(toy);
    const second = await live(toy, first.disk, { command: { command: 'rollback', discardWrites: true } });
    expect(exitOf(second), JSON.stringify(second.result)).toBe(0);
    expect([...toy.box.slots]).toEqual([
      ['a', 'disk-a'],
      ['b', 'disk-b'],
    ]);
    expect(toy.box.running).toBe(true);
    for (const id of made) expect(toy.disks.has(id)).toBe(true);
    expect([...toy.claims]).toEqual([]);
    expect([...toy.snapshots]).toEqual([]);
  });

  test('before the cut-over discards the warm-up and leaves the target as it was', async () => {
    const toy = new Toy();
    toy.fate = (name) => (name === 'stop' ? 'die-before' : 'ok');
    const first = await live(toy);
    toy.fate = () => 'ok';
    const second = await live(toy, first.disk, { command: { command: 'rollback', discardWrites: false } });
    expect(exitOf(second), JSON.stringify(second.result)).toBe(0);
    expectOriginalServing(toy);
    expect([...toy.snapshots]).toEqual([]);
    expect([...toy.claims]).toEqual([]);
  });
});

describe('what a crash during an unwinding leaves', () => {
  test('is unwound by the resume, at every call and record of it', async () => {
    const broken = (name: string) =>
      name === 'verify' ? ({ when: 'before', error: new ToyError('permanent') } as const) : ('ok' as const);
    const whole = new Toy();
    whole.fate = broken;
    await live(whole);
    const from = whole.calls.indexOf('verify') + 1;
    for (let at = from; at <= whole.calls.length; at++) {
      for (const fate of ['die-before', 'die-after'] as const) {
        const toy = new Toy();
        toy.fate = (name, number) => (number === at ? fate : broken(name));
        const first = await live(toy);
        if (first.result !== 'died') continue;
        toy.fate = broken;
        const second = await live(toy, first.disk);
        expect([1, 4], `call ${at} ${fate} ${toy.calls[at - 1]}`).toContain(exitOf(second));
        expectOriginalServing(toy);
        toy.fate = () => 'ok';
        const third = await live(toy, second.disk);
        expect(exitOf(third), `call ${at} ${fate}: ${JSON.stringify(third.result)}`).toBe(0);
        expectDone(toy);
      }
    }
  });
});

async function callsOf(): Promise<number> {
  const toy = new Toy();
  await live(toy, [], { plan: toyPlan });
  return toy.calls.length;
}
