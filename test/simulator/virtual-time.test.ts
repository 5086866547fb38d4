import { EC2 } from '@aws-sdk/client-ec2';
import FakeTimers from '@sinonjs/fake-timers';
import { expect, test } from 'vitest';
import { createAccount } from '../../src/simulator/account.ts';
import { requestHandler } from '../../src/simulator/handler.ts';
import { scenarioOf } from '../../src/simulator/scenario.ts';
import { fleet } from './support.ts';

test('with fake timers an hour of waiting for slow answers takes no time, and is the same each time', async () => {
  const realImmediate = setImmediate;
  const history = async () => {
    const clock = FakeTimers.install({ now: Date.UTC(2026, 0, 1), toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    try {
      const account = createAccount({ scenario: scenarioOf(fleet()), now: () => Date.now() });
      await account.ready();
      let travelled = 0;
      const config = { region: 'eu-west-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, maxAttempts: 1 };
      const ec2 = new EC2({
        ...config,
        requestHandler: requestHandler(account, { latency: () => 20 + (travelled++ % 7) * 30 }),
      });
      const seen: string[] = [];
      const work = (async () => {
        const { SnapshotId = '' } = await ec2.createSnapshot({ VolumeId: 'vol-00000000000000002' });
        for (;;) {
          const [snapshot] = (await ec2.describeSnapshots({ SnapshotIds: [SnapshotId] })).Snapshots ?? [];
          seen.push(`${Date.now()} ${SnapshotId} ${snapshot?.Progress}`);
          if (snapshot?.State === 'completed') return;
          await new Promise((resolve) => setTimeout(resolve, 15_000));
        }
      })();
      let done = false;
      const ended = work.finally(() => {
        done = true;
      });
      while (!done) {
        await new Promise((resolve) => realImmediate(resolve));
        if (!done && clock.countTimers() > 0) clock.next();
      }
      await ended;
      return seen;
    } finally {
      clock.uninstall();
    }
  };
  const first = await history();
  expect(first.length).toBeGreaterThan(5);
  expect(first.at(-1)).toContain('100%');
  expect(await history()).toEqual(first);
});
