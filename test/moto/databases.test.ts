import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { printClock } from '../../src/contract/clock.ts';
import { type Stand, startMotoForPlans } from './accounts.ts';
import { type AwsCli, awsCli } from './aws-cli.ts';
import { rekey } from './rekey.ts';

interface Instance {
  readonly DBInstanceIdentifier: string;
  readonly DBInstanceStatus: string;
  readonly DbiResourceId: string;
  readonly DeletionProtection: boolean;
  readonly LatestRestorableTime?: string;
  readonly KmsKeyId: string;
  readonly VpcSecurityGroups: readonly { readonly VpcSecurityGroupId: string }[];
  readonly TagList: readonly { readonly Key: string }[];
}

// A refused restart is asked for again for an hour.
const speed = 300;
const password = ['--master-username', 'postgres', '--master-user-password', 'correct-horse'];

/** What moto can't show of moving a database, so that the simulated account has to: each is seen to be still so. */
const unshown: readonly { readonly what: string; readonly why: string; so(on: Scene): Promise<boolean> }[] = [
  {
    what: 'a DescribePendingMaintenanceActions',
    why: 'it has no such operation, and answers 500: read refuses unless `unreadable-attribute` is accepted',
    so: ({ fails }) => fails('rds', 'describe-pending-maintenance-actions'),
  },
  {
    what: 'a DescribeAccountAttributes of RDS',
    why: 'it has no such operation, and answers 500: the same',
    so: ({ fails }) => fails('rds', 'describe-account-attributes'),
  },
  {
    what: 'a DescribeDBClusterEndpoints, or custom endpoints at all',
    why: 'it has no such operation, and answers 500: the plan for a cluster does not begin',
    so: ({ fails }) => fails('rds', 'describe-db-cluster-endpoints'),
  },
  {
    what: 'the event of a restart',
    why: 'its RebootDBInstance writes none, so nothing proves that tracked connections are gone',
    async so({ aws }) {
      await aws.json('rds', 'reboot-db-instance', '--db-instance-identifier', 'other');
      const args = ['--source-type', 'db-instance', '--source-identifier', 'other', '--query', 'Events[].Message'];
      const told = await aws.json<string[]>('rds', 'describe-events', ...args);
      return told.length > 0 && !told.some((text) => /restarted/i.test(text));
    },
  },
  {
    what: 'two instances with a DbiResourceId each',
    why: 'all of its instances share one, by which rekey follows them',
    async so({ instances }) {
      const ids = (await instances()).map((one) => one.DbiResourceId);
      return ids.length > 1 && new Set(ids).size === 1;
    },
  },
  {
    what: 'a restore that is not protected although the original was',
    why: 'it takes deletion protection and all else from the original, whatever the call says: no setting can be lost',
    async so({ aws, instances }) {
      const of = ['--db-instance-identifier', 'protected', '--db-snapshot-identifier', 'of-other'];
      await aws.json(
        'rds',
        'create-db-snapshot',
        '--db-instance-identifier',
        'other',
        '--db-snapshot-identifier',
        'of-other',
      );
      await aws.json('rds', 'restore-db-instance-from-db-snapshot', ...of, '--no-deletion-protection');
      return (await instances()).find((one) => one.DBInstanceIdentifier === 'protected')?.DeletionProtection === true;
    },
  },
  {
    what: 'an endpoint that answers',
    why: 'there is no server behind its names: SQL is asked of the simulated account and of real servers',
    so: async ({ refused }) => /this machine can't resolve the name orders\./.test(refused()),
  },
];

interface Scene {
  readonly aws: AwsCli;
  instances(): Promise<Instance[]>;
  /** Whether moto has no answer to it. */
  fails(...args: string[]): Promise<boolean>;
  /** What the plan said when it was refused. */
  refused(): string;
}

describe('plans/rds-instance.yaml on moto, with a database that the AWS CLI made', () => {
  let moto: Stand;
  let aws: AwsCli;
  let stateDir: string;
  let told = '';
  let saidNo = '';
  const made = { fence: '', own: '', old: '', new: '' };

  const instances = () => aws.json<Instance[]>('rds', 'describe-db-instances', '--query', 'DBInstances');
  // In moto a database can be restored to whenever it is asked.
  const withoutTheHour = async () => (await instances()).map(({ LatestRestorableTime: _, ...rest }) => rest);
  const snapshots = () =>
    aws.json<{ KmsKeyId: string }[]>(
      'rds',
      'describe-db-snapshots',
      '--snapshot-type',
      'manual',
      '--query',
      'DBSnapshots',
    );
  const scene = (): Scene => ({
    aws,
    instances,
    fails: (...args) =>
      aws.json(...args).then(
        () => false,
        (error: Error) => /500|Internal Server Error|syntax error/.test(error.message),
      ),
    refused: () => saidNo,
  });

  async function key(alias: string): Promise<string> {
    const arn = await aws.text('kms', 'create-key', '--query', 'KeyMetadata.Arn');
    await aws.text('kms', 'create-alias', '--alias-name', alias, '--target-key-id', arn);
    return arn;
  }
  async function group(name: string, from: string): Promise<string> {
    const args = ['--group-name', name, '--description', name, '--query', 'GroupId'];
    const id = await aws.text('ec2', 'create-security-group', ...args);
    const rule = ['--group-id', id, '--protocol', 'tcp', '--port', '5432', '--cidr', from];
    await aws.json('ec2', 'authorize-security-group-ingress', ...rule);
    const all = '[{"IpProtocol":"-1","IpRanges":[{"CidrIp":"0.0.0.0/0"}]}]';
    await aws.json('ec2', 'revoke-security-group-egress', '--group-id', id, '--ip-permissions', all);
    return id;
  }
  const database = (name: string) => [
    ...['rds', 'create-db-instance', '--db-instance-identifier', name, '--db-instance-class', 'db.m6g.large'],
    ...['--engine', 'postgres', '--allocated-storage', '20', '--storage-encrypted', '--kms-key-id', made.old],
    ...['--vpc-security-group-ids', made.own, '--deletion-protection', ...password],
  ];

  beforeAll(async () => {
    moto = await startMotoForPlans();
    const now = Date.now();
    moto.env['REKEY_CLOCK'] = printClock({ epoch: now, wallEpoch: now, speed });
    Object.assign(moto.env, { REKEY_DB_USER: 'checker', REKEY_DB_PASSWORD: 'correct-horse' });
    aws = awsCli(moto);
    stateDir = await mkdtemp(join(tmpdir(), 'rekey-moto-'));
    made.old = await key('alias/application-20180606');
    made.new = await key('alias/application-current');
    made.own = await group('application', '10.0.0.0/8');
    made.fence = await group('fence', '10.9.0.7/32');
    await aws.json(...database('orders'));
  });
  afterAll(async () => {
    await moto?.close();
    if (stateDir) await rm(stateDir, { recursive: true });
  });

  const plan = (...accept: string[]) => [
    'plans/rds-instance.yaml',
    ...[
      'account="123456789012"',
      `steps.read.with.fence.securityGroup=${made.fence}`,
      'steps.read.with.fence.inbound=[10.9.0.7/32]',
      `steps.read.with.accept=[${accept.join()}]`,
      'steps.soak.with.for=0s',
    ].flatMap((set) => ['--set', set]),
    '--state-dir',
    stateDir,
  ];
  const orders = async () => (await instances()).find((one) => one.DBInstanceIdentifier === 'orders');

  it('refuses what moto cannot tell, unless it is accepted by name, and touches nothing', async () => {
    const before = await withoutTheHour();
    const refused = await rekey(moto, 'run', ...plan());
    saidNo = refused.stdout;
    expect(refused.exit).toBe(2);
    expect(refused.stdout).toMatch(
      /whether maintenance of orders is due can't be read[\s\S]*the quotas of the account can't be read/,
    );
    expect(await withoutTheHour()).toEqual(before);
    expect(await snapshots()).toEqual([]);
  });

  it('goes as far as the restart, of which moto has no proof: warm-up, its copy under the new key, the fence; then clients are back', async () => {
    // Without it the plan would not begin: the names of moto's databases are nobody's.
    moto.env['REKEY_RESOLVER'] = `${moto.url}/_rekey/resolve`;
    const run = await rekey(moto, 'run', ...plan('unreadable-attribute'));
    told = run.stdout;
    expect(run.exit, told).toBe(1);
    for (const step of ['warm-up', 'warm-up-copy', 'fence']) expect(told).toMatch(new RegExp(`Z ${step}: done`));
    expect(told).toMatch(/drop-sessions: failed: sent \d+ times without ever showing/);
    expect((await snapshots()).map((one) => one.KmsKeyId).sort()).toEqual([made.old, made.new].sort());
    const found = await orders();
    expect(found).toMatchObject({ DBInstanceStatus: 'available', KmsKeyId: made.old, DeletionProtection: true });
    expect(found?.VpcSecurityGroups.map((one) => one.VpcSecurityGroupId)).toEqual([made.own]);
  });

  it('is rolled back to where it began: nothing of the run is left', async () => {
    const id = /run (\d{8}T\w+-\w+)/.exec(told)?.[1] ?? '';
    const back = await rekey(moto, 'rollback', id, '--state-dir', stateDir);
    expect(back.exit, back.stderr).toBe(0);
    expect(await snapshots()).toEqual([]);
    expect((await orders())?.TagList.filter((tag) => tag.Key.startsWith('rekey:'))).toEqual([]);
  });

  it('the plan for a cluster stops before it touches anything: each look at one asks for its custom endpoints, of which moto has no answer', async () => {
    await aws.json(
      ...['rds', 'create-db-cluster', '--db-cluster-identifier', 'shop', '--engine', 'aurora-postgresql'],
      ...['--storage-encrypted', '--kms-key-id', made.old, '--vpc-security-group-ids', made.own, ...password],
    );
    const member = ['--db-instance-identifier', 'shop-1', '--db-cluster-identifier', 'shop'];
    await aws.json(
      'rds',
      'create-db-instance',
      ...member,
      '--db-instance-class',
      'db.r6g.large',
      '--engine',
      'aurora-postgresql',
    );
    const cluster = ['plans/rds-cluster.yaml', ...plan('unreadable-attribute').slice(1)];
    const refused = await rekey(moto, 'run', ...cluster);
    expect(refused.exit, refused.stdout).toBe(1);
    expect(refused.stdout).toMatch(/look at shop: no usable answer for \d+ min; the last one: HTTP 500/);
    expect(await snapshots()).toEqual([]);
  });

  describe('what moto can not show of it is shown on the simulated account:', () => {
    beforeAll(async () => {
      await aws.json(...database('other'));
    });
    for (const { what, why, so } of unshown)
      it(`${what} (${why})`, async () => {
        expect(await so(scene())).toBe(true);
      });
  });
});
