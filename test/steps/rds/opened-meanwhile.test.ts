import { describe, expect, it } from 'vitest';
import type { TrailCall } from '../../../src/aws/trail.ts';
import { type Fenced, openedBy, renamedAt } from '../../../src/steps/rds/finish/opened-meanwhile.ts';

const fence = 'sg-0fe0ce00000000001';
const original = 'db-AAAAAAAAAAAAAAAAAAAAAAAAA1';
const run = '20260104T000000Z-aaaaaa';
const of: Fenced = {
  original,
  name: 'orders',
  oldName: 'orders-old',
  fence,
  letThrough: { inbound: ['10.9.0.7/32'], outbound: ['10.9.0.8/32'] },
  run,
  resource: 'DBInstance',
};
const clusterOf: Fenced = { ...of, original: 'cluster-A', name: 'shop', oldName: 'shop-old', resource: 'DBCluster' };
const renamed = Date.UTC(2026, 0, 4, 2);
const before = renamed - 1_000;
const after = renamed + 1_000;

const made = (call: string, request: object, rest: Partial<TrailCall> = {}): TrailCall => ({
  at: after,
  call,
  who: 'alex',
  run: undefined,
  error: undefined,
  request: request as TrailCall['request'],
  answer: {},
  ...rest,
});
const rule = (peer: object) => ({
  groupId: fence,
  ipPermissions: { items: [{ ipProtocol: 'tcp', fromPort: 5432, ...peer }] },
});
const range = (cidrIp: string) => rule({ ipRanges: { items: [{ cidrIp }] } });
const groups = (dBInstanceIdentifier: string, ...vpcSecurityGroupIds: string[]) => ({
  dBInstanceIdentifier,
  vpcSecurityGroupIds,
});

describe('a call that lets clients in to a fenced original', () => {
  it.each<[string, TrailCall]>([
    ['a rule for a range', made('ec2:AuthorizeSecurityGroupIngress', range('10.0.0.0/8'))],
    [
      'a rule for all of IPv6',
      made('ec2:AuthorizeSecurityGroupIngress', rule({ ipv6Ranges: { items: [{ cidrIpv6: '::/0' }] } })),
    ],
    [
      'a rule for a group',
      made('ec2:AuthorizeSecurityGroupIngress', rule({ groups: { items: [{ groupId: 'sg-other' }] } })),
    ],
    [
      'a rule for a prefix list',
      made('ec2:AuthorizeSecurityGroupIngress', rule({ prefixListIds: { items: [{ prefixListId: 'pl-1' }] } })),
    ],
    ['a rule in the old form', made('ec2:AuthorizeSecurityGroupIngress', { groupId: fence, cidrIp: '10.0.0.0/8' })],
    ['what was declared for the other direction', made('ec2:AuthorizeSecurityGroupIngress', range('10.9.0.8/32'))],
    ['a rule that is taken away, which was not declared', made('ec2:RevokeSecurityGroupIngress', range('10.0.0.0/8'))],
    [
      'rules without a name',
      made('ec2:RevokeSecurityGroupIngress', {
        groupId: fence,
        securityGroupRuleIds: { items: [{ securityGroupRuleId: 'sgr-1' }] },
      }),
    ],
    [
      'a rule that is changed',
      made('ec2:ModifySecurityGroupRules', {
        ModifySecurityGroupRulesRequest: {
          GroupId: fence,
          SecurityGroupRule: { SecurityGroupRuleId: 'sgr-1', SecurityGroupRule: { CidrIpv4: '0.0.0.0/0' } },
        },
      }),
    ],
    ['a way out', made('ec2:AuthorizeSecurityGroupEgress', range('0.0.0.0/0'))],
    [
      'other groups, by the id of the answer',
      made('rds:ModifyDBInstance', groups('whatever', 'sg-own'), { answer: { dbiResourceId: original } }),
    ],
    [
      'another group beside the fence',
      made('rds:ModifyDBInstance', groups('orders-old', fence, 'sg-own'), { answer: { dbiResourceId: original } }),
    ],
    [
      'groups in a form that is not known',
      made(
        'rds:ModifyDBInstance',
        { dBInstanceIdentifier: 'orders-old', vpcSecurityGroupIds: 'sg-own' },
        { answer: { dbiResourceId: original } },
      ),
    ],
    [
      'other groups, of this very run, by the id of the answer',
      made('rds:ModifyDBInstance', groups('orders-old', 'sg-own'), { run, answer: { dbiResourceId: original } }),
    ],
    [
      'other groups by its name, where the answer has no id',
      made('rds:ModifyDBInstance', groups('orders-old', 'sg-own')),
    ],
    [
      'other groups by its first name, before it was renamed',
      made('rds:ModifyDBInstance', groups('orders', 'sg-own'), { at: before }),
    ],
    [
      'other groups by its name, of another run',
      made('rds:ModifyDBInstance', groups('orders-old', 'sg-own'), { run: 'another' }),
    ],
    [
      'what may have been done although it was refused',
      made('rds:ModifyDBInstance', groups('orders-old', 'sg-own'), { error: 'InternalFailure' }),
    ],
  ])('is %s', (_what, call) => {
    expect(openedBy(call, of, renamed) ?? 'no opening').toMatch(/^alex.* at 2026-01-04T0[12]:\S+Z \((ec2|rds):\w+\)$/);
  });

  it.each<[string, TrailCall]>([
    [
      'the Data API of a cluster',
      made('rds:EnableHttpEndpoint', { resourceArn: 'arn:aws:rds:eu-west-1:111122223333:cluster:shop-old' }),
    ],
    [
      'the Data API of an older cluster',
      made(
        'rds:ModifyDBCluster',
        { dBClusterIdentifier: 'shop-old', enableHttpEndpoint: true },
        { answer: { dbClusterResourceId: 'cluster-A' } },
      ),
    ],
    [
      'other groups of a cluster',
      made(
        'rds:ModifyDBCluster',
        { dBClusterIdentifier: 'shop-old', vpcSecurityGroupIds: ['sg-own'] },
        { answer: { dbClusterResourceId: 'cluster-A' } },
      ),
    ],
  ])('is %s', (_what, call) => {
    expect(openedBy(call, clusterOf, renamed) ?? 'no opening').toMatch(/shop-old/);
  });

  it.each<[string, TrailCall, Fenced?]>([
    ['a rule that the plan declares', made('ec2:AuthorizeSecurityGroupIngress', range('10.9.0.7/32'))],
    ['such a rule taken away', made('ec2:RevokeSecurityGroupIngress', range('10.9.0.7/32'))],
    ['a tag on the fence', made('ec2:CreateTags', { resourcesSet: { items: [{ resourceId: fence }] } })],
    [
      'a changed rule of another group',
      made('ec2:ModifySecurityGroupRules', { ModifySecurityGroupRulesRequest: { GroupId: 'sg-other' } }),
    ],
    [
      'what was refused',
      made('ec2:AuthorizeSecurityGroupIngress', range('10.0.0.0/8'), { error: 'Client.UnauthorizedOperation' }),
    ],
    [
      'the groups of its replacement, which has its first name by then',
      made('rds:ModifyDBInstance', groups('orders', 'sg-own'), { answer: { dbiResourceId: 'db-replacement' } }),
    ],
    ['the same where the answer has no id', made('rds:ModifyDBInstance', groups('orders', 'sg-own'))],
    [
      'the fence itself',
      made('rds:ModifyDBInstance', groups('orders-old', fence), { answer: { dbiResourceId: original } }),
    ],
    [
      'something else about it',
      made(
        'rds:ModifyDBInstance',
        { dBInstanceIdentifier: 'orders-old', deletionProtection: false },
        { answer: { dbiResourceId: original } },
      ),
    ],
    ['a restart', made('rds:RebootDBInstance', { dBInstanceIdentifier: 'orders-old' })],
    [
      'the Data API of what replaces it',
      made('rds:EnableHttpEndpoint', { resourceArn: 'arn:aws:rds:eu-west-1:111122223333:cluster:shop' }),
      clusterOf,
    ],
  ])('is not %s', (_what, call, one = of) => {
    expect(openedBy(call, one, renamed)).toBeUndefined();
  });

  it('is none of this run by the name alone, while nobody knows which of the two had that', () => {
    const call = made('rds:ModifyDBInstance', groups('orders', 'sg-own'));
    expect(openedBy({ ...call, run }, of, undefined)).toBeUndefined();
    expect(openedBy({ ...call, run: 'another' }, of, undefined)).toMatch(/^alex, by run another of rekey, gave orders/);
  });

  it('shows of a request nothing that could write to a terminal', () => {
    expect(openedBy(made('ec2:AuthorizeSecurityGroupIngress', range('\u001b[2J')), of, renamed)).toContain(
      '\\u001b[2J',
    );
  });
});

describe('when an original was renamed', () => {
  const rename = made(
    'rds:ModifyDBInstance',
    { dBInstanceIdentifier: 'orders', newDBInstanceIdentifier: 'orders-old' },
    { at: renamed },
  );

  it.each([
    ['is told by the call', [rename], renamed],
    ['is told by the call about it', [{ ...rename, answer: { dbiResourceId: original } }], renamed],
    [
      'is not told by the rename of another that had its name',
      [{ ...rename, answer: { dbiResourceId: 'db-other' } }],
      undefined,
    ],
    ['is not told by a rename that was refused', [{ ...rename, error: 'DBInstanceAlreadyExists' }], undefined],
    ['is not told by other calls', [made('rds:ModifyDBInstance', { dBInstanceIdentifier: 'orders' })], undefined],
  ])('%s', (_what, calls, at) => {
    expect(renamedAt(calls, of)).toBe(at);
  });
});
