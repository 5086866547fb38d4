import { describe, expect, test } from 'vitest';
import type { FaultRule } from '../../src/simulator/faults.ts';
import { exitOf, expectInstanceMoved, expectNothingLost, expectOriginalServing, told } from '../support/promises.ts';
import { inWorld, type Life, twoVolumes, type World } from '../support/world.ts';

const full = process.env['REKEY_SWEEP'] === 'full';

/** The mutating calls of a whole run, in the order they are sent, each with how many of its operation came before it. */
async function mutations(): Promise<{ operation: string; skip: number }[]> {
  const sent = await inWorld(twoVolumes, async (world) => (await world.process()).sent);
  const seen = new Map<string, number>();
  return sent
    .map((operation) => operation.replace('ec2:', ''))
    .filter((operation) => !/^(kms:|sts:|Describe)/.test(operation))
    .map((operation) => {
      const skip = seen.get(operation) ?? 0;
      seen.set(operation, skip + 1);
      return { operation, skip };
    });
}

/** One run with a fault that strikes once, then a resume without it. */
async function struck(rule: FaultRule, check: (world: World, first: Life) => void | Promise<void>): Promise<void> {
  await inWorld(twoVolumes, async (world) => {
    world.account.faults.add(rule);
    const first = await world.process();
    expect(world.account.faults.list()[0]?.struck, `${JSON.stringify(rule)} never struck`).toBeGreaterThan(0);
    world.account.faults.clear();
    await check(world, first);
  });
}

const beforeWritePoint = (first: Life) => !first.disk.some((record) => record.t === 'write-point');

describe('a call that is refused for good', () => {
  test('unwinds to the original serving, or stops past the write point with nothing lost; a resume ends done', async () => {
    const calls = await mutations();
    expect(calls.length).toBeGreaterThan(15);
    for (const { operation, skip } of calls.filter((_one, at) => full || at % 3 === 0)) {
      const rule: FaultRule = { operation, skip, times: 1, kind: 'error', code: 'UnauthorizedOperation', status: 403 };
      await struck(rule, async (world, first) => {
        const at = `${operation} #${skip + 1}`;
        expect([1, 4], `${at}: ${told(first)}`).toContain(exitOf(first));
        expectNothingLost(world);
        if (beforeWritePoint(first) || operation === 'StartInstances') expectOriginalServing(world);
        const second = await world.process(first.disk);
        expect(exitOf(second), `${at}, resumed: ${told(second)}`).toBe(0);
        expectInstanceMoved(world);
      });
    }
  }, 300_000);

  test('while it is read, too, leaves the target as it was or goes on from where it was', async () => {
    const reads = [
      'DescribeVolumes',
      'DescribeInstances',
      'DescribeSnapshots',
      'DescribeInstanceStatus',
      'DescribeVolumeAttribute',
    ];
    for (const operation of reads) {
      for (const skip of full ? [0, 1, 2, 3, 5, 8, 13, 21, 34] : [5]) {
        await inWorld(twoVolumes, async (world) => {
          world.account.faults.add({
            operation,
            skip,
            times: 1,
            kind: 'error',
            code: 'UnauthorizedOperation',
            status: 403,
          });
          const first = await world.process();
          if (exitOf(first) === 0) return;
          world.account.faults.clear();
          const second = await world.process(first.disk);
          expect(exitOf(second), `${operation} ${skip}: ${told(first)} then ${told(second)}`).toBe(0);
          expectInstanceMoved(world);
        });
      }
    }
  }, 300_000);
});

/** The codes of the reference table, by what they mean for a call that changes something. */
const codes = {
  retry: [
    ['RequestLimitExceeded', 503],
    ['Throttling', 400],
    ['ConcurrentTagAccess', 400],
  ],
  'in-doubt': [
    ['InternalError', 500],
    ['ServerInternal', 500],
    ['InternalFailure', 500],
    ['Unavailable', 503],
    ['ServiceUnavailable', 503],
    ['SomethingNobodyHasSeen', 500],
  ],
  wait: [
    ['ResourceLimitExceeded', 400],
    ['ConcurrentSnapshotLimitExceeded', 400],
    ['SnapshotCreationPerVolumeRateExceeded', 400],
    ['PendingSnapshotLimitExceeded', 400],
    ['IncorrectState', 400],
    ['IncorrectInstanceState', 400],
    ['VolumeInUse', 400],
    ['InsufficientInstanceCapacity', 500],
    ['InsufficientVolumeCapacity', 500],
  ],
  permanent: [
    ['AuthFailure', 403],
    ['OptInRequired', 401],
    ['CustomerKeyHasBeenRevoked', 400],
    ['InvalidParameterValue', 400],
    ['AttachmentLimitExceeded', 400],
    ['VolumeLimitExceeded', 400],
    ['SnapshotLimitExceeded', 400],
    ['TagLimitExceeded', 400],
    ['OperationNotPermitted', 400],
    ['SomethingNobodyHasSeen', 400],
  ],
  'stop-run': [
    ['RequestExpired', 400],
    ['ExpiredToken', 400],
    ['InvalidClientTokenId', 403],
    ['SignatureDoesNotMatch', 403],
  ],
} as const;

const operations = [
  'CreateTags',
  'CreateSnapshot',
  'StopInstances',
  'CreateVolume',
  'ModifyVolumeAttribute',
  'DetachVolume',
  'AttachVolume',
  'ModifyInstanceAttribute',
  'StartInstances',
  'DeleteVolume',
  'DeleteSnapshot',
];

describe('every error code on every operation', () => {
  /** In a short run every code is met, on operations that take turns. */
  const cases = Object.entries(codes).flatMap(([meaning, list]) =>
    list.flatMap(([code, status], index) =>
      (full ? operations : operations.filter((_one, at) => at % 6 === index % 6)).map((operation) => ({
        meaning,
        code,
        status,
        operation,
      })),
    ),
  );

  test.each(['retry', 'wait'])('that means %s is ridden out to the end', async (meaning) => {
    for (const { code, status, operation } of cases.filter((one) => one.meaning === meaning)) {
      await struck({ operation, times: 2, kind: 'error', code, status }, (world, first) => {
        expect(exitOf(first), `${code} on ${operation}: ${told(first)}`).toBe(0);
        expectInstanceMoved(world);
      });
    }
  }, 300_000);

  test('that leaves the call in doubt, before or after its effect, doubles nothing and loses nothing', async () => {
    for (const { code, status, operation } of cases.filter((one) => one.meaning === 'in-doubt')) {
      for (const when of ['before', 'after'] as const) {
        await struck({ operation, times: 2, kind: 'error', when, code, status }, (world, first) => {
          expect(exitOf(first), `${code} ${when} ${operation}: ${told(first)}`).toBe(0);
          expectInstanceMoved(world);
        });
      }
    }
  }, 300_000);

  test.each(operations)('no answer at all, before or after %s, is in doubt too', async (operation) => {
    for (const when of ['before', 'after'] as const) {
      for (const skip of full ? [0, 1] : [0]) {
        await inWorld(twoVolumes, async (world) => {
          world.account.faults.add({ operation, times: 1, skip, kind: 'reset', when });
          const first = await world.process();
          expect(exitOf(first), `reset ${when} ${operation}: ${told(first)}`).toBe(0);
          expectInstanceMoved(world);
        });
      }
    }
  }, 300_000);

  test('that is permanent loses nothing, and a resume ends done', async () => {
    for (const { code, status, operation } of cases.filter((one) => one.meaning === 'permanent')) {
      await struck({ operation, times: 1, kind: 'error', code, status }, async (world, first) => {
        expect([1, 4], `${code} on ${operation}: ${told(first)}`).toContain(exitOf(first));
        expectNothingLost(world);
        const second = await world.process(first.disk);
        expect(exitOf(second), `${code} on ${operation}, resumed: ${told(second)}`).toBe(0);
        expectInstanceMoved(world);
      });
    }
  }, 300_000);

  test('that ends the credentials stops the run where it is, undoes nothing, and a resume ends done', async () => {
    for (const { code, status, operation } of cases.filter((one) => one.meaning === 'stop-run')) {
      await struck({ operation, kind: 'error', code, status }, async (world, first) => {
        expect(exitOf(first), `${code} on ${operation}: ${told(first)}`).toBe(1);
        expect(first.disk.some((record) => record.t === 'unwinding')).toBe(false);
        const second = await world.process(first.disk);
        expect(exitOf(second), `${code} on ${operation}, resumed: ${told(second)}`).toBe(0);
        expectInstanceMoved(world);
      });
    }
  }, 300_000);
});
