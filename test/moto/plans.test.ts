import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Stand, startMotoForPlans } from './accounts.ts';
import { type AwsCli, awsCli } from './aws-cli.ts';
import { finished, rekey, rekeyKilled } from './rekey.ts';
import { attachedVolumes, makeResources, type Resources } from './resources.ts';

// moto's account, and what it lacks accepted by name (referee/differences/ says what that is).
const account = ['--set', 'account="123456789012"'];
const accepted = ['--set', 'steps.read.with.accept=[unreadable-attribute]'];
const noHold = ['--set', 'steps.soak.with.for=0s'];

interface Attached {
  readonly device: string;
  readonly volume: string;
  readonly deleteOnTermination: boolean;
}
interface Described {
  readonly VolumeId: string;
  readonly State: string;
  readonly KmsKeyId: string;
  readonly Encrypted: boolean;
  readonly Size: number;
  readonly VolumeType: string;
  readonly Iops?: number;
  readonly SnapshotId?: string;
  readonly Tags?: readonly { Key: string; Value: string }[];
  readonly Attachments: readonly { InstanceId: string; Device: string; State: string }[];
}

/** What the AWS CLI shows of an instance, and of all volumes and snapshots of the account. */
async function shown(aws: AwsCli, instance: string) {
  const mapping = '{device: DeviceName, volume: Ebs.VolumeId, deleteOnTermination: Ebs.DeleteOnTermination}';
  const query = `Reservations[0].Instances[0].{state: State.Name, tags: Tags, places: BlockDeviceMappings[].${mapping}}`;
  const [{ state, places, tags }, volumes, snapshots] = await Promise.all([
    aws.json<{ state: string; places: Attached[]; tags: Described['Tags'] | null }>(
      ...['ec2', 'describe-instances', '--instance-ids', instance, '--query', query],
    ),
    aws.json<Described[]>('ec2', 'describe-volumes', '--query', 'Volumes'),
    aws.json<string[]>('ec2', 'describe-snapshots', '--owner-ids', 'self', '--query', 'Snapshots[].SnapshotId'),
  ]);
  const keys = [tags, ...volumes.map(({ Tags }) => Tags)].flatMap((some) => (some ?? []).map(({ Key }) => Key));
  return {
    state,
    places,
    snapshots,
    byId: new Map(volumes.map((volume) => [volume.VolumeId, volume])),
    claims: keys.filter((key) => key.startsWith('rekey:claim')),
  };
}

const plainTags = (volume: Described | undefined) =>
  Object.fromEntries(
    (volume?.Tags ?? []).filter(({ Key }) => !Key.startsWith('rekey:')).map((tag) => [tag.Key, tag.Value]),
  );

describe('the shipped plans on moto, with resources that the AWS CLI made', () => {
  let moto: Stand;
  let aws: AwsCli;
  let made: Resources;
  let stateDir: string;
  const onInstance = () => ['plans/ec2-instance.yaml', ...account, '--set', `target.id=${made.instance}`];
  const onVolume = () => ['plans/ebs-volume.yaml', ...account, '--set', `target.id=${made.loose}`];
  const kept = () => ['--json', '--state-dir', stateDir];

  beforeAll(async () => {
    moto = await startMotoForPlans();
    aws = awsCli(moto);
    stateDir = await mkdtemp(join(tmpdir(), 'rekey-moto-'));
    made = await makeResources(aws);
  });
  afterAll(async () => {
    await moto?.close();
    if (stateDir) await rm(stateDir, { recursive: true });
  });

  it('refuses what moto cannot tell, unless it is accepted by name, and touches nothing', async () => {
    const before = await shown(aws, made.instance);
    const refused = await rekey(moto, 'run', ...onInstance(), ...noHold, ...kept());
    expect(refused.exit).toBe(2);
    expect(refused.stdout).toContain('accept: [unreadable-attribute]');
    expect(await shown(aws, made.instance)).toEqual(before);
  });

  it('refuses an account other than the one in the plan', async () => {
    const args = ['plans/ebs-volume.yaml', '--set', `target.id=${made.loose}`, ...accepted, ...noHold];
    const refused = await rekey(moto, 'run', ...args, ...kept());
    expect(refused.exit).toBe(2);
    expect(refused.stderr).toContain('123456789012');
  });

  it('moves a loose volume to the new key and deletes the original', async () => {
    const { snapshots: found } = await shown(aws, made.instance);
    const run = finished(await rekey(moto, 'run', ...onVolume(), ...accepted, ...noHold, ...kept()));
    const { byId, snapshots, claims } = await shown(aws, made.instance);
    const [pair, ...others] = run.plans[0]?.replacements ?? [];
    expect(run).toMatchObject({ status: 'done', plans: [{ name: 'ebs-volume', status: 'done' }] });
    expect(pair).toMatchObject({ original: made.loose, verdict: 'SUCCESSFUL' });
    expect(others).toEqual([]);
    const replacement = byId.get(pair?.replacement ?? '');
    expect(replacement).toMatchObject({
      KmsKeyId: made.newKey,
      Encrypted: true,
      Size: 30,
      VolumeType: 'gp2',
      State: 'available',
    });
    expect(plainTags(replacement)).toEqual({ Name: 'archive' });
    expect(byId.has(made.loose)).toBe(false);
    expect(snapshots).toEqual(found);
    expect(claims).toEqual([]);
  });

  it('moves every volume of a running instance, root included, though it is killed in the cut-over', async () => {
    const before = await shown(aws, made.instance);
    expect(before.places).toHaveLength(attachedVolumes.length);
    const originals = new Map(before.places.map(({ device, volume }) => [device, volume]));

    // Two of three are attached again when the power goes; the AWS CLI sees a stopped instance.
    let attaching = 0;
    const inCutOver = (line: string) =>
      line.includes('"t":"done"') && line.includes('"ebs.attach-volume"') && ++attaching === 2;
    const lines = await rekeyKilled(moto, inCutOver, 'run', ...onInstance(), ...accepted, ...noHold, ...kept());
    const { runId } = JSON.parse(lines[0] ?? '{}') as { runId: string };
    expect((await shown(aws, made.instance)).state).toBe('stopped');

    const run = finished(await rekey(moto, 'resume', runId, ...kept()));
    const after = await shown(aws, made.instance);
    expect(run).toMatchObject({ status: 'done', plans: [{ name: 'ec2-instance', status: 'done' }] });
    const pairs = new Map(run.plans[0]?.replacements.map((pair) => [pair.original, pair]));
    expect(pairs.size).toBe(attachedVolumes.length);

    expect(after.state).toBe('running');
    for (const { device, size, type, iops, deleteOnTermination, tags } of attachedVolumes) {
      const original = originals.get(device) ?? '';
      const pair = pairs.get(original);
      expect(pair?.verdict).toBe('SUCCESSFUL');
      const place = after.places.find((one) => one.device === device);
      expect(place).toEqual({ device, volume: pair?.replacement, deleteOnTermination });
      const volume = after.byId.get(place?.volume ?? '');
      expect(volume).toMatchObject({
        ...{ KmsKeyId: made.newKey, Encrypted: true, State: 'in-use', Size: size, VolumeType: type, Iops: iops },
        Attachments: [{ InstanceId: made.instance, Device: device, State: 'attached' }],
      });
      expect(plainTags(volume)).toEqual(tags);
      expect(after.byId.has(original)).toBe(false);
    }
    expect(after.places).toHaveLength(attachedVolumes.length);
    expect([...after.byId.values()].filter(({ KmsKeyId }) => KmsKeyId === made.oldKey)).toEqual([]);
    expect(after.byId.size).toBe(attachedVolumes.length + 1);
    expect(after.snapshots).toEqual(before.snapshots);
    expect(after.claims).toEqual([]);
  });

  it('says that there is nothing to do when all is under the new key, and touches nothing', async () => {
    const before = await shown(aws, made.instance);
    const refused = await rekey(moto, 'run', ...onInstance(), ...accepted, ...noHold, ...kept());
    expect(refused.exit).toBe(0);
    expect(refused.stdout).toContain('"status":"nothing-to-do"');
    expect(await shown(aws, made.instance)).toEqual(before);
  });
});
