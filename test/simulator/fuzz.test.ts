import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createAccount } from '../../src/simulator/account.ts';
import { operations } from '../../src/simulator/operations.ts';
import { scenarioOf } from '../../src/simulator/scenario.ts';
import { fleet } from './support.ts';

const account = () =>
  createAccount({ scenario: scenarioOf(fleet({ limits: { throttling: false } })), now: () => Date.UTC(2026, 0, 1) });
const scope = (service: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=AKIA/20260101/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
});

const names = [
  'VolumeId',
  'VolumeId.1',
  'SnapshotId',
  'SnapshotId.1',
  'InstanceId',
  'InstanceId.1',
  'ResourceId.1',
  'Tag.1.Key',
  'Tag.1.Value',
  'Filter.1.Name',
  'Filter.1.Value.1',
  'MaxResults',
  'NextToken',
  'Size',
  'Iops',
  'VolumeType',
  'AvailabilityZone',
  'Device',
  'Attribute',
  'Encrypted',
  'KmsKeyId',
  'SourceRegion',
  'SourceSnapshotId',
  'TagSpecification.1.ResourceType',
  'TagSpecification.1.Tag.1.Key',
  'BlockDeviceMapping.1.DeviceName',
  'BlockDeviceMapping.1.Ebs.DeleteOnTermination',
  'AutoEnableIO.Value',
  'DisableApiStop.Value',
  'InstanceType.1',
  'PublicIp.1',
  'Owner.1',
  'ClientToken',
];
const values = fc.oneof(
  fc.constantFrom(
    'vol-00000000000000001',
    'vol-00000000000000003',
    'i-00000000000000001',
    'snap-1',
    'eu-west-1a',
    'eu-west-1',
    'gp3',
    'true',
  ),
  fc.constantFrom(
    '',
    '-1',
    '7',
    '99999999999999999999',
    '__proto__',
    'volume',
    'tag:',
    'status',
    'volume-id',
    '[',
    '\\',
    '*',
    '/dev/xvdf',
  ),
  fc.string(),
);

describe('whatever is sent to the simulated account', () => {
  test('EC2 answers, and never with an error of its own', async () => {
    const actions = fc.constantFrom(...Object.keys(operations.ec2));
    const pairs = fc.array(fc.tuple(fc.oneof(fc.constantFrom(...names), fc.string()), values), { maxLength: 6 });
    const served = account();
    await served.ready();
    await fc.assert(
      fc.asyncProperty(actions, pairs, async (action, parameters) => {
        const body = new URLSearchParams([['Action', action], ...parameters]).toString();
        const answer = await served.handle({ method: 'POST', path: '/', headers: scope('ec2'), body });
        expect(answer.kind).toBe('answer');
        if (answer.kind === 'answer') expect(answer.response.statusCode).toBeLessThan(500);
      }),
      { numRuns: 3000, seed: 1 },
    );
  });

  test('KMS answers, and never with an error of its own', async () => {
    const actions = fc.constantFrom(...Object.keys(operations.kms));
    const members = fc.constantFrom(
      'KeyId',
      'AliasName',
      'TargetKeyId',
      'Limit',
      'Marker',
      'Tags',
      'PendingWindowInDays',
      'KeySpec',
      'Description',
    );
    const bodies = fc.dictionary(
      members,
      fc.oneof(fc.constantFrom('alias/old', 'alias/x', 'arn:aws:kms:eu-west-1:111122223333:key/x'), fc.jsonValue()),
    );
    const served = account();
    await served.ready();
    await fc.assert(
      fc.asyncProperty(actions, bodies, async (action, body) => {
        const headers = { ...scope('kms'), 'x-amz-target': `TrentService.${action}` };
        const answer = await served.handle({ method: 'POST', path: '/', headers, body: JSON.stringify(body) });
        expect(answer.kind).toBe('answer');
        if (answer.kind === 'answer') expect(answer.response.statusCode).toBeLessThan(500);
      }),
      { numRuns: 1000, seed: 1 },
    );
  });
});
