import { describe, expect, test } from 'vitest';
import { changesOf } from '../../../src/engine/target/surroundings.ts';
import { factsOfOriginal, factsOfReplacement } from '../../../src/steps/ebs/volume-facts.ts';
import { factsOfInstance, factsOfPlaces } from '../../../src/steps/ec2/instance-facts.ts';

const before = { decides: { 'vol-1': 'gp3', 'the root of i-1': '/dev/xvda' }, told: { 'the tags of vol-1': 'none' } };
const texts = (...of: Parameters<typeof changesOf>) => changesOf(...of).map(({ text }) => text);

describe('what a run relies on, compared', () => {
  test('is the same where nothing has changed', () => {
    expect(changesOf(before, before, 'whole')).toEqual([]);
  });

  test('whole, what has come and what has gone counts', () => {
    const now = { decides: { 'vol-2': 'gp2', 'the root of i-1': '/dev/xvda' }, told: before.told };
    expect(texts(before, now, 'whole')).toEqual([
      'vol-1: it was gp3 when it was read, and is gone',
      'vol-2: found gp2, and nothing when it was read',
    ]);
  });

  test('of a part only what it has a name for counts', () => {
    expect(texts(before, { decides: { 'vol-1': 'gp2' }, told: {} }, 'part')).toEqual(['vol-1: it was gp3, it is gp2']);
  });

  test('what is only told does not decide', () => {
    const now = { ...before, told: { 'the tags of vol-1': '"owner=shop"' } };
    expect(changesOf(before, now, 'whole').map(({ decides }) => decides)).toEqual([false]);
  });
});

describe('facts of an instance', () => {
  const plain = { InstanceId: 'i-1', Tags: [{ Key: 'Name', Value: 'orders' }] };
  const changes = (now: Parameters<typeof factsOfInstance>[0]) =>
    changesOf(factsOfInstance(plain), factsOfInstance({ ...plain, ...now }), 'whole');

  test.each([
    ['Auto Scaling', { Tags: [{ Key: 'aws:autoscaling:groupName', Value: 'web' }] }, 'the Auto Scaling group "web"'],
    ['EC2 Fleet', { Tags: [{ Key: 'aws:ec2:fleet-id', Value: 'fleet-1' }] }, 'the EC2 Fleet "fleet-1"'],
    ['hibernation', { HibernationOptions: { Configured: true } }, 'it was not enabled, it is enabled'],
    ['a service that manages it', { Operator: { Managed: true, Principal: 'eks.amazonaws.com' } }, 'eks.amazonaws.com'],
  ])('%s decides', (_what, now, says) => {
    expect(changes(now)).toEqual([{ decides: true, text: expect.stringContaining(says) }]);
  });

  test('a tag of its own is none, and a stack that describes it is told', () => {
    expect(changes({ Tags: [{ Key: 'Name', Value: 'other' }] })).toEqual([]);
    const stack = { Tags: [{ Key: 'aws:cloudformation:stack-name', Value: 'shop' }] };
    expect(changes(stack)).toEqual([{ decides: false, text: expect.stringContaining('CloudFormation stack "shop"') }]);
  });

  test('its type, its root and its network are compared whole', () => {
    const read = { id: 'i-1', state: 'running', launchTime: '', type: 'm5.large', rootDevice: '/dev/xvda' } as const;
    const now = { ...read, type: 'm6.large', rootDevice: '/dev/sda1', interfaces: [] };
    const eni = { id: 'eni-1', privateAddresses: ['10.0.0.1'], elasticAddresses: [] };
    expect(texts(factsOfPlaces({ ...read, interfaces: [eni] }, []), factsOfPlaces(now, []), 'whole')).toEqual([
      'the network of i-1: it was eni-1 10.0.0.1, it is none',
      'the root of i-1: it was /dev/xvda, it is /dev/sda1',
      'the type of i-1: it was m5.large, it is m6.large',
    ]);
  });
});

describe('facts of a volume', () => {
  test('one that is gone, or that has failed, does not replace anything', () => {
    expect(factsOfReplacement('vol-9', 'vol-1', undefined).decides).toEqual({
      'vol-9, which is to replace vol-1': 'not there',
    });
    expect(Object.values(factsOfReplacement('vol-9', 'vol-1', { State: 'error' }).decides)).toEqual(['in state error']);
    expect(factsOfReplacement('vol-9', 'vol-1', { State: 'available' })).toEqual({ decides: {}, told: {} });
  });

  test('a claim of ours is no change of its tags', () => {
    const tags = [{ Key: 'rekey:claim:20260104T000000Z-aaaaaa', Value: 'p' }];
    expect(factsOfOriginal('vol-1', { Tags: tags })).toEqual(factsOfOriginal('vol-1', {}));
  });
});
