import { describe, expect, test } from 'vitest';
import type { JournalRecord } from '../../src/contract/record.ts';
import type { FaultRule } from '../../src/simulator/faults.ts';
import { exitOf, expectOriginalServing, told } from '../support/promises.ts';
import { isRead } from '../support/reads.ts';
import { inWorld, type Life, twoVolumes, type World } from '../support/world.ts';
import { shipped } from '../sweep/shipped.ts';
import { instance, minute, records } from './lever.ts';

const box = (world: World) => world.state().instances.find((one) => one.id === instance);

/** One process, in which faults begin to strike right before the nth call of an operation. */
async function from(world: World, operation: string, rules: readonly FaultRule[], nth = 1): Promise<Life> {
  let seen = 0;
  const life = await world.process([], {
    wait: false,
    beforeCall: (name) => {
      if (name === operation && ++seen === nth) world.account.faults.add(...rules);
    },
  });
  expect(seen).toBeGreaterThanOrEqual(nth);
  const struck = world.account.faults.list().map((rule) => rule.struck);
  expect(struck.every((times) => times > 0)).toBe(true);
  return life;
}

const error = (operation: string, code: string, rest: Partial<FaultRule> = {}) =>
  ({ operation, kind: 'error', code, status: 400, ...rest }) as FaultRule;
const awhile = { forMs: 80 * minute };
const refusedOnce = { times: 1 } as const;

describe('a box whose start AWS has no room for comes up all the same', () => {
  test.each([
    'InsufficientInstanceCapacity',
    'InsufficientHostCapacity',
    'InsufficientCapacityOnHost',
    'InsufficientCapacity',
    'ReservationCapacityExceeded',
    'VcpuLimitExceeded',
    'InstanceLimitExceeded',
  ])('%s for eighty minutes', (code) =>
    inWorld(twoVolumes, async (world) => {
      const life = await from(world, 'ec2:StartInstances', [error('StartInstances', code, awhile)]);
      expect(box(world)?.state, told(life)).toBe('running');
      expect(exitOf(life), told(life)).toBe(3);
    }));

  test('and so does one whose start it takes and lets fall back for want of room, three times', () =>
    inWorld(twoVolumes, async (world) => {
      const fallsBack = {
        operation: 'StartInstances',
        kind: 'fail',
        code: 'Server.InsufficientInstanceCapacity',
        times: 3,
      } as const;
      const life = await from(world, 'ec2:StartInstances', [fallsBack]);
      expect(box(world)?.state, told(life)).toBe('running');
      expect(exitOf(life), told(life)).toBe(3);
    }));

  test('throttling of eighty minutes', () =>
    inWorld(twoVolumes, async (world) => {
      const throttled = { operation: 'StartInstances', kind: 'throttle', ...awhile } as const;
      const life = await from(world, 'ec2:StartInstances', [throttled]);
      expect(box(world)?.state, told(life)).toBe('running');
    }));

  const other = 'i-0123456789abcdef9';
  test('vCPUs that somebody else takes while the box is down, and gives back', () =>
    inWorld(
      twoVolumes.replace('throttling: false', 'throttling: false, runningVCpus: 3').replace(
        '\nvolumes:\n',
        `
  - id: ${other}
    type: m5.large
    state: stopped
    volumes:
      - { device: /dev/xvda, id: vol-00000000000000009, size: 8, type: gp3, key: alias/old }
volumes:
`,
      ),
      async (world) => {
        let taken = '';
        const life = await world.process([], {
          wait: false,
          beforeCall: (operation) => {
            if (operation !== 'ec2:CreateVolume' || taken) return;
            taken = world.attempt(() => world.account.act({ do: 'start-instance', instance: other }));
            setTimeout(() => world.account.act({ do: 'stop-instance', instance: other }), 45 * minute);
          },
        });
        expect(taken).toBe('done');
        expect(box(world)?.state, told(life)).toBe('running');
      },
    ));
});

describe('a target that is being brought back', () => {
  test.each([
    ['AttachVolume', 'RequestLimitExceeded'],
    ['AttachVolume', 'UnauthorizedOperation'],
    ['StartInstances', 'UnauthorizedOperation'],
    ['StartInstances', 'AccessDenied'],
    ['StartInstances', 'VcpuLimitExceeded'],
    ['StartInstances', 'ServiceUnavailable'],
    ['StartInstances', 'InsufficientHostCapacity'],
    ['AttachVolume', 'CustomerKeyHasBeenRevoked'],
  ])('waits where %s is refused with %s for eighty minutes', (operation, code) =>
    inWorld(twoVolumes, async (world) => {
      const life = await from(world, 'ec2:AttachVolume', [
        error('AttachVolume', 'OperationNotPermitted', refusedOnce),
        error(operation, code, awhile),
      ]);
      expect(exitOf(life), told(life)).toBe(1);
      expect(told(life)).toContain('OperationNotPermitted');
      expectOriginalServing(world);
    }));

  test('waits for AWS, if nothing at all can be reached', () =>
    inWorld(twoVolumes, async (world) => {
      const outage = { operation: '*', kind: 'reset', forMs: 200 * minute } as const;
      const life = await from(world, 'ec2:DetachVolume', [outage]);
      expect(exitOf(life), told(life)).toBe(1);
      expect(told(life)).toContain('aws-unreachable');
      expectOriginalServing(world);
      expect(life.events.some((event) => event.type === 'question.retried')).toBe(true);
    }));

  test('comes back where nothing but KMS can be reached', () =>
    inWorld(twoVolumes, async (world) => {
      const outage = { operation: 'GenerateDataKeyWithoutPlaintext', kind: 'reset', forMs: 120 * minute } as const;
      const life = await from(world, 'ec2:StopInstances', [outage]);
      expect(told(life)).toContain('aws-unreachable');
      expectOriginalServing(world);
    }));

  test('is left, and that is said, where a right is not given back for a day', () =>
    inWorld(twoVolumes, async (world) => {
      const since = Date.now();
      const life = await from(world, 'ec2:StartInstances', [error('StartInstances', 'UnauthorizedOperation')]);
      expect(Date.now() - since).toBeGreaterThan(24 * 60 * minute);
      expect(told(life)).toContain('unwind-failed');
      expect(told(life)).toContain('UnauthorizedOperation');
    }));

  test('is not started once more when somebody else has started it meanwhile', () =>
    inWorld(twoVolumes, async (world) => {
      const since = Date.now();
      setTimeout(() => {
        if (box(world)?.state === 'stopped') world.account.act({ do: 'start-instance', instance });
      }, 50 * minute);
      const life = await from(world, 'ec2:CreateVolume', [
        error('CreateVolume', 'OperationNotPermitted', refusedOnce),
        error('StartInstances', 'UnauthorizedOperation'),
      ]);
      expectOriginalServing(world);
      expect(exitOf(life), told(life)).toBe(1);
      expect(told(life)).not.toContain('unwind-failed');
      expect(Date.now() - since).toBeLessThan(2 * 60 * minute);
    }));
});

describe('credentials that fail for a moment while a target is down do not leave it down', () => {
  const cutOvers = shipped.flatMap((one) => (one.cutOver ? [[one.name, one, one.cutOver] as const] : []));
  // Refused for a clock that was set, until the SDK has set its own right by the answer; or not to be had from what gives them out.
  const codes = ['RequestExpired', 'SignatureDoesNotMatch', 'InvalidSignatureException', 'CredentialsProviderError'];

  test.each(cutOvers)('forward, of %s', (_name, one, { from: first }) =>
    inWorld(
      one.scenario,
      async (world) => {
        let begun = false;
        let left = codes.length;
        const life = await world.process([], {
          plans: [one.plan],
          wait: false,
          beforeCall: (operation) => {
            if (begun && left > 0 && !isRead(operation)) {
              left--;
              const strikes = codes.map((code) => error('*', code, refusedOnce));
              world.account.faults.add(...strikes);
            }
            begun ||= operation === first;
          },
        });
        expect(left).toBe(0);
        expect(exitOf(life), told(life)).toBe(3);
        expect(records(life, 'unwinding')).toEqual([]);
      },
      one.seed,
    ));

  test('on the way back', () =>
    inWorld(twoVolumes, async (world) => {
      let begun = false;
      const strikes = codes.map((code) => error('*', code, refusedOnce));
      const life = await world.process([], {
        wait: false,
        beforeCall: (operation) => {
          if (operation === 'ec2:StartInstances' && !begun) {
            begun = true;
            world.account.faults.add(error('StartInstances', 'UnauthorizedOperation', refusedOnce));
          } else if (begun && operation === 'ec2:DetachVolume') world.account.faults.add(...strikes.splice(0));
        },
      });
      expect(exitOf(life), told(life)).toBe(1);
      expect(told(life)).not.toContain('aws-stopped');
      expectOriginalServing(world);
    }));

  test('those that have ended for good end the process soon, and nothing is undone', () =>
    inWorld(twoVolumes, async (world) => {
      const life = await from(world, 'ec2:DetachVolume', [error('*', 'ExpiredToken')]);
      expect(told(life)).toContain('aws-stopped');
      expect(records(life, 'unwinding')).toEqual([]);
      const [first, last] = [
        life.disk.find((one) => one.t === 'intent' && one.uses === 'ebs.detach-volume'),
        life.disk.at(-1),
      ];
      expect(Date.parse(last?.at ?? '') - Date.parse(first?.at ?? '')).toBeLessThan(12 * minute);
    }));
});

test('a look at what may have been made does not end the way back when AWS throttles it for forty minutes', () =>
  inWorld(twoVolumes, async (world) => {
    let made = 0;
    const stops = (record: JournalRecord) => record.t === 'done' && record.uses === 'ec2.stop-instance';
    let stopped = false;
    const first = await world.process([], {
      wait: false,
      diesOn: (record) => {
        stopped ||= stops(record);
        return false;
      },
      diesAfter: (operation) => stopped && operation === 'ec2:CreateSnapshot' && ++made > 0,
    });
    expect(made).toBeGreaterThan(0);
    world.account.faults.add({ operation: 'DescribeSnapshots', kind: 'throttle', forMs: 40 * minute } as FaultRule);
    const back = await world.process(first.disk, { command: { command: 'rollback', discardWrites: false } });
    expect(exitOf(back), told(back)).toBe(0);
    expectOriginalServing(world);
  }));
