import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Stand, startSimulated } from './accounts.ts';
import { type AwsCli, awsCli } from './aws-cli.ts';
import { program, ran, root } from './programs.ts';
import { finished, rekey } from './rekey.ts';

const account = '111122223333';
const instance = 'i-0123456789abcdef0';
const rootOfTheOther = 'vol-0b0b0000000000001';
// What pages of five hold, and that it took as many as it had to.
const whole = ['all of them', true];
const oldKey = `arn:aws:kms:eu-west-1:${account}:key/0180606a-0000-4000-8000-000000000001`;
const newKey = `arn:aws:kms:eu-west-1:${account}:key/0cafe000-0000-4000-8000-000000000002`;
// 20 s of waiting in 0.1 s, which the clients' own pauses of a second exceed anyway.
const speed = 200;

describe('the AWS CLI and boto3 on the simulated account', () => {
  let simulated: Stand;
  let aws: AwsCli;
  let stateDir: string;

  /** The ids of all volumes, as the account itself tells. */
  const volumesInIt = async () => {
    const answer = await fetch(`${simulated.url}/_rekey/state`);
    const { volumes } = (await answer.json()) as { volumes: readonly { id: string }[] };
    return volumes.map(({ id }) => id).sort();
  };

  beforeAll(async () => {
    simulated = await startSimulated(speed);
    aws = awsCli(simulated);
    stateDir = await mkdtemp(join(tmpdir(), 'rekey-simulated-'));
  });
  afterAll(async () => {
    await simulated?.close();
    if (stateDir) await rm(stateDir, { recursive: true });
  });

  it('the AWS CLI lists the volumes that are there, whole and by pages', async () => {
    const there = await volumesInIt();
    const query = ['--query', 'Volumes[].VolumeId'];
    const [whole, paged] = await Promise.all([
      aws.json<string[]>('ec2', 'describe-volumes', ...query),
      aws.json<string[]>('ec2', 'describe-volumes', '--page-size', '5', ...query),
    ]);
    expect(there).toHaveLength(12);
    expect(whole.sort()).toEqual(there);
    expect(paged.sort()).toEqual(there);
  });

  it('the AWS CLI goes on where a page ended', async () => {
    const some = ['ec2', 'describe-volumes', '--max-items', '7', '--page-size', '7'];
    interface Page {
      readonly Volumes: readonly { VolumeId: string }[];
      readonly NextToken?: string;
    }
    const first = await aws.json<Page>(...some);
    const second = await aws.json<Page>(...some, '--starting-token', first.NextToken ?? '');
    const ids = [...first.Volumes, ...second.Volumes].map(({ VolumeId }) => VolumeId);
    expect([first.Volumes.length, second.Volumes.length, second.NextToken]).toEqual([7, 5, undefined]);
    expect(ids.sort()).toEqual(await volumesInIt());
  });

  it('the AWS CLI hears of a dry run and of an error as it does from AWS', async () => {
    const [dry, unknown] = await Promise.all([
      aws.tried('ec2', 'create-volume', '--availability-zone', 'eu-west-1a', '--size', '1', '--dry-run'),
      aws.tried('ec2', 'delete-volume', '--volume-id', 'vol-0aaaaaaaaaaaaaaaa'),
    ]);
    expect(dry.exit).not.toBe(0);
    expect(dry.stderr).toContain('An error occurred (DryRunOperation) when calling the CreateVolume operation');
    expect(unknown.stderr).toContain(
      'An error occurred (InvalidVolume.NotFound) when calling the DeleteVolume operation',
    );
  });

  it('boto3 makes, describes, waits, pages and is refused as on AWS, by its own waiters and paginators', async () => {
    const there = await volumesInIt();
    const { exit, stdout, stderr } = await ran(
      program('python3'),
      [join(root, 'test/moto/boto3_client.py')],
      simulated.env,
    );
    expect(stderr).toBe('');
    expect(exit).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      account,
      keys: { old: oldKey, new: newKey },
      pages: {
        describe_volumes: whole,
        describe_volume_status: whole,
        describe_volumes_modifications: whole,
        describe_snapshots: whole,
        describe_instances: whole,
        describe_instance_status: whole,
        describe_instance_types: whole,
        describe_network_interfaces: whole,
        describe_tags: whole,
        kms: [[3, ['alias/application-20180606', 'alias/application-current', 'alias/aws/ebs']], 2, [4, 4], [1, []]],
      },
      volume: {
        answered: 'creating',
        first: {
          ...{ State: 'available', Size: 8, VolumeType: 'gp3', Iops: 3500, Throughput: 150, Encrypted: true },
          ...{ KmsKeyId: oldKey, AvailabilityZone: 'eu-west-1a' },
          Tags: [{ Key: 'Name', Value: 'made by boto3 <&> ü' }],
        },
        second: {
          ...{ State: 'in-use', Size: 8, VolumeType: 'gp2', Iops: 100, Encrypted: true },
          ...{ KmsKeyId: newKey, AvailabilityZone: 'eu-west-1a' },
        },
        'same token, same volume': true,
        'same token, another size': ['IdempotentParameterMismatch', 400],
        'delete while in use': ['VolumeInUse', 400],
        attachments: [[instance, '/dev/xvdp', false]],
        gone: ['InvalidVolume.NotFound', 400],
      },
      instance: ['stopped', 'running'],
      terminated: ['InvalidVolume.NotFound', 400],
      refusals: {
        'dry run': ['DryRunOperation', 412],
        'unknown volume': ['InvalidVolume.NotFound', 400],
        'malformed volume': ['InvalidVolumeID.Malformed', 400],
        'unknown snapshot': ['InvalidSnapshot.NotFound', 400],
        'unknown instance': ['InvalidInstanceID.NotFound', 400],
        'another zone': ['InvalidVolume.ZoneMismatch', 400],
        'nothing to size': ['MissingParameter', 400],
        'unknown key': ['NotFoundException', 400],
        'what is not modelled': ['UnsupportedOperation', 400],
        'a waiter on nothing': 'InvalidVolume.NotFound',
      },
    });
    expect(await volumesInIt()).toEqual(there.filter((id) => id !== rootOfTheOther));
  });

  it("the AWS CLI's own waiters see what is there, and give up on what is not", async () => {
    const waited = (...args: readonly string[]) => aws.tried('ec2', 'wait', ...args);
    const [available, running, deleted, unknown] = await Promise.all([
      waited('volume-available', '--volume-ids', 'vol-01000000000000001'),
      waited('instance-running', '--instance-ids', instance),
      waited('volume-deleted', '--volume-ids', rootOfTheOther),
      waited('snapshot-completed', '--snapshot-ids', 'snap-0aaaaaaaaaaaaaaaa'),
    ]);
    expect([available.exit, running.exit, deleted.exit]).toEqual([0, 0, 0]);
    expect(unknown.exit).not.toBe(0);
    expect(unknown.stderr).toContain('(InvalidSnapshot.NotFound)');
  });

  it('the AWS CLI sees an instance go to the new key while it runs the shipped plan', async () => {
    const byKey = async (key: string) => {
      const attached = `Name=attachment.instance-id,Values=${instance}`;
      const query = `Volumes[?KmsKeyId=='${key}'].[Attachments[0].Device, VolumeId]`;
      return new Map(
        await aws.json<[string, string][]>('ec2', 'describe-volumes', '--filters', attached, '--query', query),
      );
    };
    const before = await byKey(oldKey);
    const args = ['plans/ec2-instance.yaml', '--set', `target.id=${instance}`, '--set', 'steps.soak.with.for=0s'];
    const run = finished(await rekey(simulated, 'run', ...args, '--json', '--state-dir', stateDir));
    const after = await byKey(newKey);
    const there = await volumesInIt();
    expect([...before.keys()].sort()).toEqual(['/dev/xvda', '/dev/xvdf', '/dev/xvdg']);
    expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
    expect(await byKey(oldKey)).toEqual(new Map());
    for (const { original, replacement, verdict } of run.plans[0]?.replacements ?? []) {
      const device = [...before].find(([, id]) => id === original)?.[0] ?? '';
      expect({ device, now: after.get(device), verdict }).toEqual({ device, now: replacement, verdict: 'SUCCESSFUL' });
      expect(there).not.toContain(original);
    }
  });
});
