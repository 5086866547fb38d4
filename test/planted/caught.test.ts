import { describe, expect, test } from 'vitest';
import type { Plan, UseStep } from '../../src/contract/plan.ts';
import { worstExit } from '../../src/engine/stops.ts';
import { type Fate, type Life, live, Toy, ToyError, toyPlan } from '../engine/toy.ts';

// Promises that no other test would have missed: each of these is the catcher of a planted bug.

const changes = (name: string) => !/^(look-|observe$|read$|verify$|prove$)/.test(name);
const refused: Fate = { when: 'before', error: new ToyError('permanent') };
const exitOf = ({ result }: Pick<Life, 'result'>) => (result === 'died' ? 'died' : result.exit);
const replacementAt = (toy: Toy, slot: string) => toy.box.slots.get(slot);
const hour = 3_600_000;

function planWith(change: (step: UseStep) => UseStep): Plan {
  return { ...toyPlan, steps: toyPlan.steps.map((step) => (step.kind === 'use' ? change(step) : step)) };
}

function expectOriginalServing(toy: Toy): void {
  expect(toy.box.running).toBe(true);
  expect([...toy.box.slots]).toEqual([
    ['a', 'disk-a'],
    ['b', 'disk-b'],
  ]);
}

describe('before a call goes out', () => {
  test('its intent is on disk', async () => {
    const toy = new Toy();
    let intents = 0;
    let sent = 0;
    const early: string[] = [];
    toy.fate = (name) => {
      if (changes(name) && ++sent > intents) early.push(name);
      return 'ok';
    };
    const life = await live(toy, [], {
      onAppend: (record) => {
        if (record.t === 'intent') intents++;
        return 'written';
      },
    });
    expect(exitOf(life)).toBe(0);
    expect(sent).toBeGreaterThan(15);
    expect(early).toEqual([]);
  });

  test('the claim is read back: two runs that claim at once do not both go on', async () => {
    const toy = new Toy();
    toy.fate = (name) => {
      if (name === 'toy.claim') toy.claims.add('another-run');
      return 'ok';
    };
    expect(exitOf(await live(toy))).toBe(5);
    expect(toy.calls.filter(changes)).toEqual(['toy.claim', 'toy.release']);
    expect([...toy.claims]).toEqual(['another-run']);
  });

  test('a claim that came while the plan was under way stops it before the target is changed', async () => {
    const toy = new Toy();
    toy.fate = (name) => {
      if (name === 'look-stop') toy.claims.add('another-run');
      return 'ok';
    };
    expect(exitOf(await live(toy))).toBe(5);
    expect(toy.calls).not.toContain('stop');
    expectOriginalServing(toy);
  });
});

describe('other people', () => {
  test('who ran the box with half its disks and stopped it again are told so, and nothing is touched', async () => {
    const toy = new Toy();
    let attaches = 0;
    toy.fate = (name) => {
      if (name === 'look-attach' && ++attaches === 3) {
        toy.start();
        toy.write();
        toy.box.running = false;
      }
      return 'ok';
    };
    const life = await live(toy);
    expect(exitOf(life)).toBe(6);
    expect(life.disk.map((record) => record.t)).not.toContain('unwinding');
    expect([...toy.box.slots.keys()]).toEqual(['a']);
    expect(replacementAt(toy, 'a')).not.toBe('disk-a');
  });
});

describe('a window from 02:00 to 05:00 that begins nothing in its last half hour', () => {
  const window = { cron: '0 2 * * *', timezone: 'UTC', durationMs: 3 * hour, cutoffMs: hour / 2 };
  const plan: Plan = { ...toyPlan, window };
  /** One process at this time of the first of January. */
  async function at(hours: number): Promise<{ toy: Toy; life: Life }> {
    const toy = new Toy();
    toy.now = Date.UTC(2026, 0, 1) + hours * hour;
    return { toy, life: await live(toy, [], { plan, wait: false }) };
  }

  test.each([0, 1.9, 4.6, 5.5])('no cut-over begins at %d h, even when no gate stands before it', async (hours) => {
    const { toy, life } = await at(hours);
    expect(exitOf(life)).toBe(3);
    expect(toy.calls).not.toContain('stop');
    expectOriginalServing(toy);
  });

  test.each([2.1, 4.4])('one may begin at %d h', async (hours) => {
    const { toy, life } = await at(hours);
    expect(exitOf(life)).toBe(3);
    expect(toy.calls).toContain('start');
    expect(replacementAt(toy, 'a')).not.toBe('disk-a');
  });
});

describe('a verdict', () => {
  test('that is FAILED before the start brings the original back', async () => {
    const toy = new Toy();
    toy.fate = (name) => {
      const replacement = toy.disks.get(replacementAt(toy, 'a') ?? '');
      if (name === 'verify' && replacement) replacement.from = 'a snapshot of something else';
      return 'ok';
    };
    expect(exitOf(await live(toy))).toBe(4);
    expectOriginalServing(toy);
  });

  test('that is not SUCCESSFUL deletes nothing, though the proof holds', async () => {
    const toy = new Toy();
    const verdict = {
      id: 'disk-a',
      original: 'disk-a',
      // The fifth thing that a run of the toy's plan makes: two warm-ups, two snapshots, and then this.
      replacement: 'disk-5',
      status: 'TIMED_OUT',
      findings: ['slow'],
    };
    const plan = planWith((step) => {
      if (step.id !== 'delete') return step;
      const { each: _none, ...single } = step;
      return { ...single, with: { map: { verdict: { literal: verdict } } } };
    });
    expect(exitOf(await live(toy, [], { plan }))).toBe(4);
    expect([...toy.box.slots.values()]).toContain('disk-5');
    expect(toy.calls).not.toContain('delete');
    expect(toy.disks.has('disk-a')).toBe(true);
  });
});

describe('an unwinding', () => {
  /** The verification can't be done, so the plan unwinds; `then` decides what happens from there on. */
  async function unwinding(then: (toy: Toy, name: string) => void = () => {}): Promise<{ toy: Toy; life: Life }> {
    const toy = new Toy();
    let under = false;
    toy.fate = (name) => {
      if (under) then(toy, name);
      under ||= name === 'verify';
      return name === 'verify' ? refused : 'ok';
    };
    return { toy, life: await live(toy) };
  }

  test('puts the original back into service before it discards anything', async () => {
    const { toy } = await unwinding();
    expectOriginalServing(toy);
    expect(toy.calls.indexOf('discard')).toBeGreaterThan(toy.calls.indexOf('start'));
    expect(toy.calls).toContain('start');
  });

  test('takes no replacement from a box that somebody has started on it', async () => {
    const { toy, life } = await unwinding((toy, name) => {
      if (name === 'look-detach') toy.start();
    });
    expect(exitOf(life)).toBe(6);
    expect(toy.box.slots.size).toBe(2);
    expect(replacementAt(toy, 'a')).not.toBe('disk-a');
    expect(replacementAt(toy, 'b')).not.toBe('disk-b');
  });

  test('that was refused once is tried again by the next resume', async () => {
    let refusals = 0;
    const toy = new Toy();
    const fate = (name: string): Fate =>
      name === 'verify' || (name === 'attach' && toy.calls.includes('verify') && ++refusals === 1) ? refused : 'ok';
    toy.fate = fate;
    const first = await live(toy);
    expect(exitOf(first)).toBe(1);
    expect(toy.box.slots.size).toBeLessThan(2);
    const second = await live(toy, first.disk);
    expect(exitOf(second)).toBe(1);
    expectOriginalServing(toy);
  });

  test('starts nothing on a mixture that somebody has made', async () => {
    const { toy, life } = await unwinding((toy, name) => {
      if (name !== 'look-start') return;
      const made = [...toy.disks].find(([, one]) => one.from !== undefined)?.[0] ?? '';
      toy.box.slots.set('a', made);
    });
    expect([1, 6]).toContain(exitOf(life));
    expect(toy.calls).not.toContain('start');
    expect(toy.box.running).toBe(false);
  });
});

describe('what a run makes', () => {
  /** The first snapshot is made, its answer is lost, and it does not show before `shows` says so. */
  async function slowToShow(shows: (toy: Toy, snapshotCalls: number) => boolean): Promise<{ toy: Toy; life: Life }> {
    const toy = new Toy();
    const first = 'snapshot-1';
    let hidden: ReturnType<typeof toy.snapshots.get>;
    let over = false;
    let calls = 0;
    toy.fate = (name) => {
      if (name === 'snapshot') calls++;
      if (!over && toy.snapshots.has(first)) {
        hidden = toy.snapshots.get(first);
        toy.snapshots.delete(first);
      }
      if (hidden && !over && shows(toy, calls)) {
        toy.snapshots.set(first, hidden);
        over = true;
      }
      return name === 'snapshot' && calls === 1 ? { when: 'after', error: new ToyError('in-doubt') } : 'ok';
    };
    const life = await live(toy);
    expect(over).toBe(true);
    return { toy, life };
  }

  test('without a token and in doubt is not made again before five minutes have shown nothing', async () => {
    const start = new Toy().now;
    const { toy, life } = await slowToShow((toy) => toy.now >= start + 120_000);
    expect(exitOf(life)).toBe(0);
    // Two disks, each with a warm-up and a final snapshot.
    expect(toy.calls.filter((name) => name === 'snapshot')).toHaveLength(4);
  });

  test('twice, because it showed too late, is discarded at the end', async () => {
    const { toy, life } = await slowToShow((_toy, calls) => calls >= 3);
    expect(exitOf(life)).toBe(0);
    expect(toy.calls.filter((name) => name === 'snapshot')).toHaveLength(5);
    expect([...toy.snapshots.keys()]).toEqual([]);
  });

  test('is all that it discards, whatever the plan says', async () => {
    const toy = new Toy();
    const plan = planWith((step) =>
      step.id === 'discard-warm-up'
        ? { ...step, uses: 'toy.discard-disk', with: { map: { disk: { ref: ['item', 'id'] } } } }
        : step,
    );
    const steps = plan.steps.filter((step) => ['read', 'discard-warm-up'].includes(step.id));
    expect(exitOf(await live(toy, [], { plan: { ...plan, steps } }))).toBe(1);
    expect(toy.disks.has('disk-a')).toBe(true);
    expect(toy.disks.has('disk-b')).toBe(true);
  });
});

describe('the operator', () => {
  test('gets of several plans the worst exit code', () => {
    const worstFirst = [4, 6, 1, 5, 3, 0] as const;
    for (const [index, worse] of worstFirst.entries()) {
      for (const better of worstFirst.slice(index)) expect(worstExit([better, worse])).toBe(worse);
    }
  });
});
