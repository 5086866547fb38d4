import type { Instance } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import type { AwsServices } from '../../src/aws/services.ts';
import { clockOf } from '../../src/contract/clock.ts';
import { startInstance } from '../../src/steps/ec2/start-instance.ts';
import { contextOf } from './simulated.ts';

const id = 'i-0aaaaaaaaaaaaaaaa';
const before = {
  id,
  state: 'running',
  launchTime: '2026-11-01T00:00:00.000Z',
  type: 't',
  rootDevice: '/',
  interfaces: [],
} as const;
const now = new Date();
const answered = {
  instance: id,
  state: 'pending',
  launchTime: '',
  stateTransitionReason: '',
  acceptedAt: now.toISOString(),
};
const launched = new Date(before.launchTime);
const stop = { instance: id, launchTime: launched.toISOString(), stateTransitionReason: '' };

/** A look at an instance in this state, `afterMs` after the start was sent. */
function look(
  instance: Instance,
  afterMs: number | undefined,
  given: object = { before },
  known: typeof answered | null = answered,
) {
  const sight = { instance: async () => ({ InstanceId: id, ...instance }) };
  const aws = { sight } as unknown as AwsServices;
  const clock = clockOf();
  const sentAt = afterMs === undefined ? undefined : clock.now() - afterMs;
  return startInstance.look(
    contextOf({ aws, clock }, { sentAt, unanswered: sentAt === undefined ? [] : [sentAt] }),
    { instance: id, stop, ...given },
    sentAt === undefined ? undefined : (known ?? undefined),
  );
}

describe('the look of a start', () => {
  const fellBack = { Code: 'Client.InternalError', Message: 'Client error on launch' };
  const stoppedByUser = { Code: 'Client.UserInitiatedShutdown', Message: 'User initiated shutdown' };
  const later = new Date(now.getTime() + 120_000);

  it('a launch that failed, at the time when AWS accepted ours, was never run', async () => {
    const seen = await look({ State: { Name: 'stopped' }, StateReason: fellBack, LaunchTime: now }, 30_000);
    expect(seen).toMatchObject({ is: 'failed', neverRan: true, reason: expect.stringContaining('on launch') });
  });

  it('a launch that failed at another time says nothing of ours: it may have run', async () => {
    const seen = await look({ State: { Name: 'stopped' }, StateReason: fellBack, LaunchTime: later }, 300_000);
    expect(seen).toMatchObject({ is: 'failed', neverRan: false });
  });

  it('an accepted start that has left LaunchTime as it was never launched it', async () => {
    const seen = await look({ State: { Name: 'stopped' }, LaunchTime: launched }, 330_000);
    expect(seen).toMatchObject({ is: 'failed', neverRan: true });
  });

  it('one that ran and was stopped by somebody did run', async () => {
    const seen = await look({ State: { Name: 'stopped' }, StateReason: stoppedByUser, LaunchTime: now }, 60_000);
    expect(seen).toMatchObject({ is: 'failed', neverRan: false });
  });

  it('a doubtful call is sent again where nothing was launched, or where its own launch has failed', async () => {
    const again = { is: 'absent' };
    const stopped = { State: { Name: 'stopped' } } as const;
    expect(await look({ ...stopped, LaunchTime: launched }, 180_000, { before }, null)).toMatchObject(again);
    const failed = { ...stopped, StateReason: fellBack, LaunchTime: now };
    expect(await look(failed, 1_000, { before }, null)).toMatchObject(again);
    expect(await look(failed, 180_000, { before }, null)).toMatchObject({ ...again, ran: true });
  });

  it('an instance that was found stopped stays so', async () => {
    const given = { before: { ...before, state: 'stopped' } };
    expect(await look({ State: { Name: 'stopped' }, LaunchTime: launched }, undefined, given)).toMatchObject({
      is: 'done',
      output: { state: 'stopped' },
    });
    expect(startInstance.writePoint?.({ instance: id, ...given } as never)).toBe(false);
  });

  it('one that is gone fails at once', async () => {
    expect(await look({ State: { Name: 'terminated' } }, 1_000)).toMatchObject({ is: 'failed' });
  });
});
