import { CloudTrail, type LookupEventsRequest } from '@aws-sdk/client-cloudtrail';
import { expect, it } from 'vitest';
import { Trail } from '../../src/simulator/cloudtrail/trail.ts';
import { requestHandler } from '../../src/simulator/handler.ts';
import { rdsClients, shop } from './rds/support.ts';
import { codeOf } from './support.ts';

const later = 15 * 60_000;

function trailOf() {
  const set = rdsClients(shop());
  const trail = new CloudTrail({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' },
    requestHandler: requestHandler(set.account),
    maxAttempts: 1,
  });
  const named = (AttributeValue: string, rest: LookupEventsRequest = {}) =>
    trail.lookupEvents({ LookupAttributes: [{ AttributeKey: 'ResourceName', AttributeValue }], ...rest });
  return { ...set, trail, named };
}

it('a call that changes something is shown within 15 minutes, the newest first, with who has made it and with what', async () => {
  const { rds, pass, now, named } = trailOf();
  await rds.modifyDBInstance({ DBInstanceIdentifier: 'orders', BackupRetentionPeriod: 3, ApplyImmediately: true });
  const at = Math.floor(now() / 1000) * 1000;
  await rds.describeDBInstances({ DBInstanceIdentifier: 'orders' });
  pass(later);
  const { Events = [] } = await named('orders');
  expect(Events).toHaveLength(1);
  expect(Events[0]).toMatchObject({
    EventName: 'ModifyDBInstance',
    EventSource: 'rds.amazonaws.com',
    ReadOnly: 'false',
    Username: 'rekey',
    AccessKeyId: 'AKIAEXAMPLE',
    EventTime: new Date(at),
    Resources: [{ ResourceType: 'AWS::RDS::DBInstance', ResourceName: 'orders' }],
  });
  expect(JSON.parse(Events[0]?.CloudTrailEvent ?? '')).toMatchObject({
    eventID: Events[0]?.EventId,
    requestParameters: { dBInstanceIdentifier: 'orders', backupRetentionPeriod: 3, applyImmediately: true },
    responseElements: { dBInstanceIdentifier: 'orders', dbiResourceId: expect.stringMatching(/^db-/) },
    userAgent: expect.stringMatching(/^aws-sdk-js\//),
  });
});

it('what other people do, and what is refused, is shown as well', async () => {
  const { rds, account, pass, named } = trailOf();
  await codeOf(rds.modifyDBInstance({ DBInstanceIdentifier: 'none', BackupRetentionPeriod: 3 }));
  account.act({ do: 'open-group', group: 'sg-0fe1ce0000000000a', inbound: '10.0.0.0/8:5432' });
  pass(later);
  const refused = JSON.parse((await named('none')).Events?.[0]?.CloudTrailEvent ?? '');
  expect(refused).toMatchObject({ errorCode: expect.stringMatching(/NotFound/), responseElements: null });
  const [opened] = (await named('sg-0fe1ce0000000000a')).Events ?? [];
  expect(opened).toMatchObject({ EventName: 'AuthorizeSecurityGroupIngress', Username: 'alex' });
  expect(opened?.CloudTrailEvent).toContain('"ipRanges":{"items":[{"cidrIp":"10.0.0.0/8"}]}');
});

it('a lookup has one attribute, a range of time, pages of at most 50, and a token for the same question alone', async () => {
  const { account, pass, now, trail, named } = trailOf();
  const group = 'sg-0fe1ce0000000000a';
  for (let nth = 0; nth < 60; nth++) account.act({ do: 'open-group', group, inbound: `10.1.${nth}.0/24:5432` });
  const between = now();
  pass(later);
  const first = await named(group);
  expect(first.Events).toHaveLength(50);
  const { NextToken } = first;
  expect((await named(group, { NextToken })).Events).toHaveLength(10);
  pass(1_000);
  expect((await named(group, { StartTime: new Date(between + 60_000) })).Events).toEqual([]);
  pass(1_000);
  expect(await codeOf(named('another', { NextToken }))).toBe('InvalidNextTokenException');
  pass(1_000);
  expect(await codeOf(named(group, { MaxResults: 51 }))).toBe('InvalidMaxResultsException');
  pass(1_000);
  const two = ['EventName', 'Username'].map((AttributeKey) => ({ AttributeKey, AttributeValue: 'x' }));
  expect(await codeOf(trail.lookupEvents({ LookupAttributes: two as never }))).toBe('InvalidLookupAttributesException');
  pass(1_000);
  const backwards = { StartTime: new Date(now()), EndTime: new Date(now() - 1_000) };
  expect(await codeOf(named(group, backwards))).toBe('InvalidTimeRangeException');
});

it('two lookups a second are taken, and no third', async () => {
  const { trail, pass } = trailOf();
  pass(10_000);
  const codes = [
    await codeOf(trail.lookupEvents()),
    await codeOf(trail.lookupEvents()),
    await codeOf(trail.lookupEvents()),
  ];
  expect(codes).toEqual(['accepted', 'accepted', 'ThrottlingException']);
});

it('what is older than 90 days is neither shown nor kept', () => {
  const trail = new Trail(1);
  const caller = { arn: 'arn', user: 'alex', accessKey: 'key', userAgent: 'cli' };
  const add = (at: number) => trail.add(at, { source: 's', name: 'n', caller, resources: [] }, (id) => ({ id }));
  const day = 86_400_000;
  for (let nth = 0; nth < 400; nth++) add(nth * day);
  expect(trail.shownAt(400 * day).length).toBeLessThanOrEqual(91);
  expect(trail.kept).toBeLessThanOrEqual(92);
});
