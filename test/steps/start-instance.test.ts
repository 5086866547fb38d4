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
const answered = { instance: id, state: 'pending', launchTime: '', stateTransitionReason: '' };
const launched = new Date(before.launchTime);
const stop = { instance: id, launchTime: launched.toISOString(), stateTransitionReason: '' };

/** A look at an instance in this state, `afterMs` after the start was sent. */
function look(
  instance: Instance,
  afterMs: number | undefined,
  given: object = { before },
  known: typeof answered | null = answered,
) {
  const aws = { sight: { instance: async () => ({ InstanceId: id, ...instance }) } } as unknown as AwsServices;
  const clock = clockOf();
  const sentAt = afterMs === undefined ? undefined : clock.now() - afterMs;
  return startInstance.look(
    contextOf({ aws, clock }, { sentAt, sentHere: sentAt !== undefined }),
    { instance: id, stop, ...given },
    sentAt === undefined ? undefined : (known ?? undefined),
  );
}

describe('the look of a start', () => {
  it('a start that fell back for a key was never run', async () => {
    const StateReason = { Code: 'Client.InternalError', Message: 'Client error on launch' };
    const seen = await look({ State: { Name: 'stopped' }, StateReason, LaunchTime: new Date() }, 30_000);
    expect(seen).toMatchObject({
      is: 'failed',
      neverRan: true,
      reason: expect.stringContaining('Client error on launch'),
    });
  });

  it('right after the call the old state proves nothing', async () => {
    const StateReason = { Code: 'Client.InternalError', Message: 'of an earlier start' };
    expect(await look({ State: { Name: 'stopped' }, StateReason, LaunchTime: launched }, 5_000)).toEqual({
      is: 'absent',
    });
  });

  it('an accepted start that changes nothing for minutes was never run', async () => {
    const stopped = { State: { Name: 'stopped' }, LaunchTime: launched } as const;
    expect(await look(stopped, 60_000)).toEqual({ is: 'absent' });
    expect(await look(stopped, 180_000)).toMatchObject({ is: 'failed', neverRan: true });
  });

  it('one that ran and was stopped by somebody did run', async () => {
    const StateReason = { Code: 'Client.UserInitiatedShutdown', Message: 'User initiated shutdown' };
    const seen = await look({ State: { Name: 'stopped' }, StateReason, LaunchTime: new Date() }, 60_000);
    expect(seen).toMatchObject({ is: 'failed', neverRan: false });
  });

  it('a doubtful call is sent again', async () => {
    expect(await look({ State: { Name: 'stopped' }, LaunchTime: launched }, 180_000, { before }, null)).toMatchObject({
      is: 'absent',
    });
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
