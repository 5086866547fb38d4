import FakeTimers from '@sinonjs/fake-timers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Budget } from '../../src/aws/budget.ts';
import { clockOf } from '../../src/contract/clock.ts';

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

  it('an abort ends the waiting for a turn', async () => {
    const budget = new Budget(clockOf());
    const abort = new AbortController();
    for (let sent = 0; sent < 4; sent++) await budget.take('ec2:StartInstances', abort.signal);
    const waiting = budget.take('ec2:StartInstances', abort.signal);
    abort.abort();
    await expect(waiting).resolves.toBeUndefined();
  });
});
