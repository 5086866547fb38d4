import type { Instance, Snapshot, Volume, VolumeStatusItem } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import type { AwsServices } from '../../src/aws/services.ts';
import { Sightings } from '../../src/aws/sightings.ts';
import { clockOf } from '../../src/contract/clock.ts';
import { deleteVolume } from '../../src/steps/ebs/delete-volume.ts';
import { stillStandsIn } from '../../src/steps/ebs/stand-in.ts';
import { verifyVolume } from '../../src/steps/ebs/verify-volume.ts';
import { verifyInstance } from '../../src/steps/ec2/verify-instance.ts';
import { contextOf } from './simulated.ts';

const [instance, original, replacement, snap] = [
  'i-0aaaaaaaaaaaaaaaa',
  'vol-0aaaaaaaaaaaaaaa1',
  'vol-0aaaaaaaaaaaaaaa2',
  'snap-0aaaaaaaaaaaaaaa1',
];
const key = 'arn:aws:kms:eu-west-1:111122223333:key/new';
const launchTime = '2026-11-01T00:00:00.000Z';
const place = { instance, device: '/dev/xvdf', deleteOnTermination: true, root: false, running: true };
const stop = { instance, launchTime, stateTransitionReason: '' };
const input = {
  original,
  replacement,
  key,
  keyTried: true,
  place,
  stop,
  attributes: {
    availabilityZone: 'eu-west-1a',
    type: 'gp3' as const,
    sizeGiB: 10,
    iops: 3_000,
    throughput: 125,
    multiAttach: false,
    autoEnableIO: false,
    tags: [{ key: 'Name', value: 'data' }],
  },
  snapshot: { id: snap, volume: original, startTime: launchTime, source: null, after: { instance, launchTime } },
};
const attachment = { InstanceId: instance, Device: '/dev/xvdf', State: 'attached' } as const;

interface Things {
  keyState?: string;
  mayUse?: boolean;
  replacement: Volume;
  original: Volume | undefined;
  snapshot: Snapshot;
  instance: Instance;
  status?: VolumeStatusItem;
}
const right = (): Things => ({
  replacement: {
    VolumeId: replacement,
    State: 'in-use',
    KmsKeyId: key,
    Encrypted: true,
    AvailabilityZone: 'eu-west-1a',
    VolumeType: 'gp3',
    Size: 10,
    Iops: 3_000,
    Throughput: 125,
    SnapshotId: snap,
    Attachments: [attachment],
    Tags: [
      { Key: 'Name', Value: 'data' },
      { Key: 'rekey:run', Value: 'r' },
    ],
  },
  original: { VolumeId: original, State: 'available', Attachments: [] },
  snapshot: { SnapshotId: snap, VolumeId: original },
  instance: {
    InstanceId: instance,
    InstanceType: 'm5.large',
    State: { Name: 'stopped' },
    LaunchTime: new Date(launchTime),
    BlockDeviceMappings: [
      { DeviceName: '/dev/xvdf', Ebs: { VolumeId: replacement, Status: 'attached', DeleteOnTermination: true } },
    ],
  },
});
const statusOf = (initialisation: 'completed' | 'initializing' | undefined): VolumeStatusItem => ({
  VolumeId: replacement,
  VolumeStatus: {
    Status: 'ok',
    Details: initialisation ? [{ Name: 'initialization-state', Status: initialisation }] : [],
  },
});
function contextWith(things: Things, checks: object = {}) {
  const aws = {
    region: 'eu-west-1',
    ec2: {
      describeVolumeAttribute: async () => ({ AutoEnableIO: { Value: false } }),
    },
    stamp: async (_id: string, key: string) => {
      for (const one of [things.replacement, things.instance])
        one.Tags = [{ Key: key, Value: 'now' }, ...(one.Tags ?? [])];
      return (shown: string | undefined) => shown === 'now';
    },
    sight: {
      volume: async (id: string) =>
        id === original ? things.original : id === replacement ? things.replacement : undefined,
      snapshot: async () => things.snapshot,
      volumeStatus: async () => things.status ?? statusOf('completed'),
      instance: async () => things.instance,
      instanceStatus: async () => checks,
      key: async () => ({ KeyState: things.keyState ?? 'Enabled' }),
      mayUse: async () => things.mayUse !== false,
    },
    sightings: new Sightings(clockOf()),
    time: { now: () => clockOf().now() },
  } as unknown as AwsServices;
  return contextOf({ aws, clock: clockOf() });
}
async function findings(change: (things: Things) => void, given: object = {}): Promise<string[]> {
  const things = right();
  change(things);
  const seen = await verifyVolume.check(contextWith(things), { ...input, ...given });
  if (seen.is !== 'done') throw new Error(`not judged: ${seen.is}`);
  expect(seen.output.status).toBe(seen.output.findings.length === 0 ? 'SUCCESSFUL' : 'FAILED');
  return seen.output.findings;
}

describe('the verdict before the write point', () => {
  it('nothing to find fault with', async () => {
    expect(await findings(() => {})).toEqual([]);
  });

  it('a tag that somebody put on the replacement is told, and no fault', async () => {
    const things = right();
    things.replacement.Tags?.push({ Key: 'a\u001b', Value: '' });
    const context = contextWith(things);
    const seen = await verifyVolume.check(context, input);
    expect(seen.is === 'done' && seen.output.findings).toEqual([]);
    expect(context.announced.join()).toMatch(/tags that neither vol-.* has: "a\\\\u001b"/);
  });

  it.each<[string, Partial<Things>, RegExp]>([
    ['and a key that can be used', {}, /key\/new is Enabled now and you may use it; whether EC2 may is not shown/],
    ['and a key that you may not use', { mayUse: false }, /is Enabled now and you may not use it/],
    [
      'and a key that is disabled',
      { keyState: 'Disabled' },
      /taken it back for want of the key: .*key\/new is Disabled now/,
    ],
  ])('a replacement that is not there %s: each cause is told with what is known of it', async (_name, given, key) => {
    const [gone = ''] = await findings((things) => Object.assign(things, { replacement: undefined }, given));
    expect(gone).toMatch(/is not there: somebody may have deleted it: .*CloudTrail shows who called DeleteVolume/);
    expect(gone).toMatch(key);
    expect(gone).toMatch(/may be an old one/);
  });

  it.each<[string, Volume['Tags'], boolean]>([
    ['a value that the original has by now, too', [{ Key: 'Name', Value: 'new' }], true],
    ['none, as the original has none by now', [], true],
    ['a value that only the replacement has', [{ Key: 'Name', Value: 'other' }], false],
  ])('a tag with %s', async (_name, tags, fine) => {
    const found = await findings((things) => {
      const changed = tags?.filter(({ Value }) => Value === 'new') ?? [];
      things.original = { ...things.original, Tags: changed };
      things.replacement.Tags = tags;
    });
    expect(found).toHaveLength(fine ? 0 : 1);
  });

  const faults: [string, (things: Things) => void, RegExp][] = [
    ['a key that may not be used any more', (things) => (things.mayUse = false), /may not be used any more/],
    ['the key', ({ replacement }) => (replacement.KmsKeyId = 'arn:other'), /is under arn:other/],
    ['the type', ({ replacement }) => (replacement.VolumeType = 'gp2'), /type gp2, the original has gp3/],
    ['the size', ({ replacement }) => (replacement.Size = 11), /size/],
    ['IOPS', ({ replacement }) => (replacement.Iops = 1), /IOPS/],
    ['throughput', ({ replacement }) => (replacement.Throughput = 1), /throughput/],
    ['the zone', ({ replacement }) => (replacement.AvailabilityZone = 'eu-west-1b'), /availability zone/],
    ['multi-attach', ({ replacement }) => (replacement.MultiAttachEnabled = true), /multi-attach/],
    ['a tag', ({ replacement }) => (replacement.Tags = [{ Key: 'Name', Value: 'x' }]), /tags "Name"/],
    ['the snapshot it comes from', ({ replacement }) => (replacement.SnapshotId = 'snap-x'), /comes from snap-x/],
    ['the volume of the snapshot', ({ snapshot }) => (snapshot.VolumeId = 'vol-x'), /is of vol-x/],
    ['a start in between', ({ instance }) => (instance.LaunchTime = new Date()), /was started at/],
    [
      'the device',
      ({ replacement }) => (replacement.Attachments = [{ ...attachment, Device: '/dev/xvdg' }]),
      /not attached/,
    ],
    ['a view that disagrees', ({ instance }) => (instance.BlockDeviceMappings = []), /is not attached/],
    [
      'the EBS card',
      ({ replacement }) => (replacement.Attachments = [{ ...attachment, EbsCardIndex: 1 }]),
      /EBS card 1/,
    ],
    [
      'the original back in place',
      ({ original }) => Object.assign(original ?? {}, { Attachments: [attachment] }),
      /still attached/,
    ],
  ];
  it('a gone original is announced, not held against its replacement', async () => {
    expect(await findings((things) => (things.original = undefined))).toEqual([]);
  });

  it.each(faults)('%s', async (_name, change, message) => {
    expect((await findings(change)).join('\n')).toMatch(message);
  });

  it('a warm-up snapshot does not count as the final one', async () => {
    const snapshot = { ...input.snapshot, after: null };
    expect(await findings(() => {}, { snapshot })).toEqual([`${snap} was not taken during the stop of ${instance}`]);
  });
});

const verdict = {
  id: original,
  original,
  replacement,
  key,
  keyTried: true,
  place,
  status: 'SUCCESSFUL' as const,
  findings: [],
};
const before = {
  id: instance,
  state: 'running' as const,
  launchTime,
  type: 'm5.large',
  rootDevice: '/dev/xvda',
  interfaces: [],
};
const ok = { InstanceStatus: { Status: 'ok' }, SystemStatus: { Status: 'ok' } };
const running = () => {
  const things = right();
  things.instance.State = { Name: 'running' };
  return things;
};

describe('the verdict after the start', () => {
  const judge = (things: Things, checks: object, given: object = {}) =>
    verifyInstance.check(contextWith(things, checks), {
      before,
      verdicts: [verdict],
      probes: [],
      probeTimeoutMs: 5_000,
      ...given,
    });

  it('is good when everything is as before', async () => {
    expect(await judge(running(), ok)).toMatchObject({ is: 'done', output: { verdicts: [{ status: 'SUCCESSFUL' }] } });
  });

  it('waits for the status checks, and while the machine boots also for bad ones', async () => {
    expect(await judge(running(), { ...ok, InstanceStatus: { Status: 'initializing' } })).toMatchObject({
      is: 'pending',
    });
    const impaired = { ...ok, SystemStatus: { Status: 'impaired' } };
    const booting = running();
    booting.instance.LaunchTime = new Date();
    expect(await judge(booting, impaired)).toMatchObject({ is: 'pending' });
    expect(await judge(running(), impaired)).toMatchObject({
      is: 'done',
      output: { verdicts: [{ status: 'FAILED', findings: [`${instance} fails its system status check`] }] },
    });
  });

  it('never heals an earlier failure', async () => {
    const verdicts = [{ ...verdict, status: 'FAILED' as const, findings: ['early'] }];
    expect(await judge(running(), ok, { verdicts })).toMatchObject({
      is: 'done',
      output: { verdicts: [{ status: 'FAILED', findings: ['early'] }] },
    });
  });

  it('a probe of the user must exit 0', async () => {
    const probes = [[process.execPath, '-e', 'process.exit(process.env.REKEY_INSTANCE ? 7 : 0)']];
    const seen = await judge(running(), ok, { probes });
    expect(seen).toMatchObject({ is: 'done', output: { verdicts: [{ status: 'FAILED' }] } });
    expect(JSON.stringify(seen)).toContain('exited with 7');
  });

  it('an instance that was found stopped is judged as such', async () => {
    const seen = await judge(right(), {}, { before: { ...before, state: 'stopped' } });
    expect(seen).toMatchObject({ is: 'done', output: { verdicts: [{ status: 'SUCCESSFUL' }] } });
  });

  it('a lost interface or Elastic IP is found', async () => {
    const things = running();
    things.instance.NetworkInterfaces = [
      { NetworkInterfaceId: 'eni-1', PrivateIpAddresses: [{ PrivateIpAddress: '10.0.0.1' }] },
    ];
    const interfaces = [{ id: 'eni-1', privateAddresses: ['10.0.0.1'], elasticAddresses: ['203.0.113.1'] }];
    const seen = await judge(things, ok, { before: { ...before, interfaces } });
    expect(JSON.stringify(seen)).toContain('eni-1 has lost its Elastic IP 203.0.113.1');
  });
});

describe('the proof right before a delete', () => {
  const prove = (change: (things: Things) => void, given: object = {}) => {
    const things = running();
    change(things);
    return deleteVolume.prove(contextWith(things), { changedBlocks: 'off', verdict: { ...verdict, ...given } });
  };
  const stands = (change: (things: Things) => void, given: object = {}) => {
    const things = running();
    change(things);
    return stillStandsIn(contextWith(things), { ...verdict, ...given });
  };

  it('holds when the replacement serves', async () => {
    expect(await prove(() => {})).toEqual({ findings: [], stale: false });
    expect(await stands(() => {})).toEqual({ findings: [] });
  });

  const doubts: [string, (things: Things) => void, object, RegExp][] = [
    ['a bad verdict', () => {}, { status: 'TIMED_OUT' }, /TIMED_OUT/],
    ['a replacement that is its own original', () => {}, { replacement: original }, /same volume/],
    [
      'the original put back',
      ({ original }) => Object.assign(original ?? {}, { Attachments: [attachment] }),
      {},
      /again/,
    ],
  ];
  it.each(doubts)('does not hold with %s', async (_name, change, given, message) => {
    expect((await prove(change, given)).findings.join('\n')).toMatch(message);
  });

  const losses: [string, (things: Things) => void, object, RegExp][] = [
    ['a replacement under another key', ({ replacement }) => (replacement.KmsKeyId = 'other'), {}, /under other/],
    ['a replacement that was detached', ({ replacement }) => (replacement.Attachments = []), {}, /not attached/],
    [
      'an instance that no longer runs',
      ({ instance }) => (instance.State = { Name: 'stopped' }),
      {},
      /ran before and is stopped/,
    ],
    ['a key that may not be used any more', (things) => (things.mayUse = false), {}, /may not be used any more/],
    ['a key that was disabled', (things) => (things.keyState = 'Disabled'), {}, /is Disabled/],
    [
      'a replacement that fails its status check',
      (things) => (things.status = { ...statusOf('completed'), VolumeStatus: { Status: 'impaired' } }),
      {},
      /is impaired/,
    ],
    [
      'blocks that come under a key that is closed',
      (things) => {
        things.status = statusOf('initializing');
        things.keyState = 'PendingDeletion';
        things.snapshot.KmsKeyId = 'the-old-one';
      },
      {},
      /still loads its blocks under the-old-one, which is PendingDeletion/,
    ],
  ];
  it.each(losses)('nor with %s', async (_name, change, given, message) => {
    expect((await stands(change, given)).findings.join('\n')).toMatch(message);
  });

  it('says nothing of a key that could never be tried, as when its policy lets it be used through EC2 only', async () => {
    const untried = await stands((things) => (things.mayUse = false), { keyTried: false });
    expect(untried.findings).toEqual([]);
  });

  it('waits for blocks that still come, and for word of whether they do', async () => {
    expect((await stands((things) => (things.status = statusOf('initializing')))).pending?.why).toMatch(/still loads/);
    expect((await stands((things) => (things.status = statusOf(undefined)))).pending?.why).toMatch(/does not say/);
  });

  it('is at an end when the replacement or its instance is no more', async () => {
    expect(await stands(({ replacement }) => (replacement.State = 'deleting'))).toMatchObject({ gone: true });
    expect(await stands(({ instance }) => (instance.State = { Name: 'terminated' }))).toMatchObject({ gone: true });
  });
});
