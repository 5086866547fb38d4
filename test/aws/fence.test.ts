import type { HttpHandlerOptions, HttpRequest } from '@smithy/core/protocols';
import { expect, it } from 'vitest';
import { connect } from '../../src/aws/clients.ts';
import { clockOf } from '../../src/contract/clock.ts';
import { TurnOver } from '../../src/contract/turns.ts';
import { createAccount } from '../../src/simulator/account.ts';
import { requestHandler } from '../../src/simulator/handler.ts';
import { parseScenario } from '../../src/simulator/scenario.ts';
import { twoVolumes } from '../support/world.ts';

const instance = 'i-0123456789abcdef0';

it('a process that has lost its run while it was frozen keeps what it has signed; its reads go out', async () => {
  const arrived: string[] = [];
  const account = createAccount({
    scenario: parseScenario(twoVolumes, 'test'),
    now: () => Date.now(),
    observe: ({ operation }) => void arrived.push(operation),
  });
  const signed: boolean[] = [];
  let lost = false;
  const inner = requestHandler(account);
  const aws = await connect({
    region: 'eu-west-1',
    clock: clockOf(),
    requestHandler: {
      ...inner,
      handle: (request: HttpRequest, options: HttpHandlerOptions) => {
        signed.push('authorization' in request.headers);
        return inner.handle(request, options);
      },
    },
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'test' },
    beforeSend: async () => {
      if (lost) throw new Error('another runner has taken over');
    },
  });
  await aws.ec2.stopInstances({ InstanceIds: [instance] });
  lost = true;
  await expect(aws.ec2.startInstances({ InstanceIds: [instance] })).rejects.toThrow('another runner has taken over');
  await expect(aws.rds.stopDBInstance({ DBInstanceIdentifier: 'db' })).rejects.toThrow('another runner');
  await expect(aws.kms.disableKey({ KeyId: 'alias/old' })).rejects.toThrow('another runner');
  await aws.ec2.describeInstances({});
  expect(arrived).toEqual(['StopInstances', 'DescribeInstances']);
  expect(signed).toEqual([true, true]);
});

it('a call that was frozen after it was signed is not sent in a turn that is over by then, and is sent in the next', async () => {
  const arrived: string[] = [];
  const account = createAccount({
    scenario: parseScenario(twoVolumes, 'test'),
    now: () => Date.now(),
    observe: ({ operation }) => void arrived.push(operation),
  });
  const wall = clockOf();
  let asleepMs = 0;
  let sleepsForMs = 6_000;
  const aws = await connect({
    region: 'eu-west-1',
    clock: { ...wall, now: () => wall.now() + asleepMs },
    requestHandler: requestHandler(account),
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'test' },
    beforeSend: async () => {
      asleepMs += sleepsForMs;
      sleepsForMs = 0;
    },
  });
  const stop = async () => {
    const turn = await aws.turns.next('ec2:StopInstances', 'halt', new AbortController().signal);
    return turn.use(() => aws.ec2.stopInstances({ InstanceIds: [instance] }), 5_000);
  };
  await expect(stop()).rejects.toThrow(TurnOver);
  expect(arrived).toEqual([]);
  await stop();
  expect(arrived).toEqual(['StopInstances']);
});
