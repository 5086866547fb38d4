import { setMaxListeners } from 'node:events';
import FakeTimers from '@sinonjs/fake-timers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Budget } from '../../src/aws/budget.ts';
import { clockOf } from '../../src/contract/clock.ts';
import { type Turn, TurnOver, type Urgency } from '../../src/contract/turns.ts';

describe('call budget', () => {
  let time: FakeTimers.Clock;
  beforeEach(() => {
    time = FakeTimers.install({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  });
  afterEach(() => time.uninstall());

  async function spend(call: string, count: number): Promise<number[]> {
    const budget = new Budget(clockOf());
    const at: number[] = [];
    const all = Promise.all(Array.from({ length: count }, () => budget.take(call).then(() => at.push(Date.now()))));
    await time.tickAsync(300_000);
    await all;
    return at;
  }

  it.each([
    ['ec2:CreateSnapshot', 100, 5],
    ['ec2:StartInstances', 5, 2],
    ['ec2:AttachVolume', 50, 5],
    ['ec2:DescribeVolumes', 100, 20],
    ['ec2:CreateTags', 100, 10],
  ])('%s never exceeds a bucket of %i with %i a second', async (call, burst, perSecond) => {
    const at = await spend(call, burst + 10 * perSecond);
    let tokens = burst;
    let last = at[0] ?? 0;
    for (const now of at) {
      tokens = Math.min(burst, tokens + ((now - last) / 1_000) * perSecond) - 1;
      last = now;
      expect(tokens).toBeGreaterThanOrEqual(0);
    }
  });

  it('a few calls go out at once', async () => {
    const at = await spend('ec2:CreateSnapshot', 20);
    expect(new Set(at).size).toBe(1);
  });

  const forEver = new AbortController().signal;
  setMaxListeners(0, forEver);
  const start = 'ec2:StartInstances';

  /** Has its burst spent, so that every further call waits. */
  async function spent(): Promise<Budget> {
    const budget = new Budget(clockOf());
    for (let sent = 0; sent < 4; sent++) await budget.take(start);
    return budget;
  }

  async function order(budget: Budget, ...asked: readonly (readonly [string, Urgency])[]): Promise<string[]> {
    const went: string[] = [];
    for (const [call, urgency] of asked) {
      void budget.next(call, urgency, forEver).then((turn) => {
        went.push(urgency);
        return turn.use(() => budget.take(call), 5_000);
      });
    }
    await time.tickAsync(60_000);
    return went;
  }

  it('who is down goes first, then who asked first', async () => {
    const budget = await spent();
    const asked = ['aside', 'down', 'aside', 'halt', 'back', 'down'] as const;
    const went = await order(budget, ...asked.map((urgency) => [start, urgency] as const));
    expect(went).toEqual(['back', 'down', 'down', 'halt', 'aside', 'aside']);
  });

  it('nothing is taken down while somebody who is down waits for a turn, whatever for', async () => {
    const budget = await spent();
    const went = await order(
      budget,
      [start, 'back'],
      [start, 'down'],
      ['ec2:StopInstances', 'halt'],
      ['ec2:CreateTags', 'aside'],
    );
    expect(went).toEqual(['aside', 'back', 'down', 'halt']);
  });

  it('a turn that is held for two seconds goes to the next, and is had again where that takes no waiting', async () => {
    const budget = await spent();
    const slow = budget.next(start, 'back', forEver);
    await time.tickAsync(300);
    const turn = await slow;
    const others: Turn[] = [];
    for (let asked = 0; asked < 4; asked++)
      void budget.next(start, 'back', forEver).then((other) => void others.push(other));
    await time.tickAsync(1_900);
    expect(turn.holds()).toBe(true);
    expect(others).toHaveLength(3);
    await time.tickAsync(200);
    expect(others).toHaveLength(4);
    expect(turn.holds()).toBe(false);
    others[0]?.giveBack();
    expect(turn.holds()).toBe(true);
  });

  it('turns that are held and then used all at once are no more than a bucket holds', async () => {
    const budget = new Budget(clockOf());
    let held = 0;
    for (let asked = 0; asked < 10; asked++) void budget.next(start, 'back', forEver).then(() => held++);
    await time.tickAsync(1_900);
    expect(held).toBeLessThanOrEqual(5);
  });

  it('a call that was held up in its turn does not leave; one that goes without a turn, or in time, does', async () => {
    const budget = new Budget(clockOf());
    const turn = await budget.next(start, 'back', forEver);
    const frozen = turn.use(async () => {
      const otherLeaves = await budget.take('ec2:DescribeInstances');
      const leaves = await budget.take(start);
      time.setSystemTime(Date.now() + 6_000);
      otherLeaves();
      leaves();
    }, 5_000);
    await expect(frozen).rejects.toThrow(TurnOver);
    const again = await budget.next(start, 'back', forEver);
    await again.use(async () => (await budget.take(start))(), 5_000);
    (await budget.take(start))();
  });

  it('a clock that is set back keeps nobody waiting', async () => {
    const budget = await spent();
    time.setSystemTime(Date.now() - 3_600_000);
    let went = false;
    void budget.take(start).then(() => {
      went = true;
    });
    await time.tickAsync(3_000);
    expect(went).toBe(true);
  });

  it('an abort ends the waiting for a turn', async () => {
    const budget = new Budget(clockOf());
    const abort = new AbortController();
    for (let sent = 0; sent < 4; sent++) await budget.take('ec2:StartInstances', abort.signal);
    const waiting = budget.take('ec2:StartInstances', abort.signal);
    abort.abort();
    await expect(waiting).resolves.toBeTypeOf('function');
  });
});
