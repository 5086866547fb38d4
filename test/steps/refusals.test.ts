import { afterEach, describe, expect, it } from 'vitest';
import { RekeyError } from '../../src/errors/index.ts';
import type { ScenarioInput } from '../../src/simulator/scenario.ts';
import type { Accepted } from '../../src/steps/domain.ts';
import { readVolume } from '../../src/steps/ebs/read-volume.ts';
import type { VolumeOverride } from '../../src/steps/ebs/volume-reading.ts';
import { readInstance } from '../../src/steps/ec2/read-instance.ts';
import { checkKey } from '../../src/steps/kms/check-key.ts';
import { contextOf, type Simulated, simulated } from './simulated.ts';

type InstanceInput = NonNullable<ScenarioInput['instances']>[number];
type VolumeInput = InstanceInput['volumes'][number];

const oldKey = '11111111-1111-4111-8111-111111111111';
const newKey = '22222222-2222-4222-8222-222222222222';
const arn = (key: string) => `arn:aws:kms:eu-west-1:111122223333:key/${key}`;
const keys = { from: arn(oldKey), to: arn(newKey), tried: true };
const instanceId = 'i-0aaaaaaaaaaaaaaaa';
const [root, data, loose] = ['vol-0aaaaaaaaaaaaaaa1', 'vol-0aaaaaaaaaaaaaaa2', 'vol-0bbbbbbbbbbbbbbbb'] as const;

function scenarioWith(instance: Partial<InstanceInput>, volume: Partial<VolumeInput> = {}): ScenarioInput {
  return {
    keys: [{ id: oldKey }, { id: newKey }, { id: '33333333-3333-4333-8333-333333333333', state: 'Disabled' }],
    instances: [
      {
        id: instanceId,
        type: 'm5.large',
        volumes: [
          { id: root, device: '/dev/xvda', size: 8, key: oldKey },
          { id: data, device: '/dev/xvdf', size: 10, key: oldKey, ...volume },
        ],
        ...instance,
      },
    ],
    volumes: [{ id: loose, size: 10, key: oldKey, tags: { 'kubernetes.io/created-for/pv/name': 'pv' } }],
  };
}
const all: { include: string[]; exclude: string[]; override: Record<string, VolumeOverride> } = {
  include: [],
  exclude: [],
  override: {},
};

describe('what is refused before anything is touched', () => {
  let on: Simulated;
  afterEach(() => on.end());

  async function read(
    scenario: ScenarioInput,
    given: {
      accept?: Accepted[];
      volumes?: Partial<typeof all>;
      keys?: { from?: string; to: string; tried: boolean };
    } = {},
  ) {
    on = await simulated(scenario);
    const ctx = contextOf(on);
    const input = {
      instance: instanceId,
      keys: given.keys ?? keys,
      volumes: { ...all, ...given.volumes },
      accept: given.accept ?? [],
    };
    const outcome = await on.pass(
      readInstance.read(ctx, input, undefined).then(
        (output) => ({ output, message: '', code: undefined }),
        (error: unknown) => {
          if (!(error instanceof RekeyError)) throw error;
          expect(['target-refused', 'nothing-to-do']).toContain(error.code);
          expect(error.exit).toBe(2);
          return { output: undefined, message: error.message, code: error.code };
        },
      ),
    );
    expect([...on.calls.keys()].filter((call) => !call.includes(':Describe'))).toEqual([]);
    return { ...outcome, announced: ctx.announced };
  }

  const owners: [Accepted | undefined, Record<string, string>, RegExp][] = [
    ['auto-scaling', { 'aws:autoscaling:groupName': 'web' }, /Auto Scaling group "web"/],
    ['karpenter', { 'karpenter.sh/nodepool': 'default' }, /Karpenter node pool "default".*terminates/],
    ['karpenter', { 'karpenter.sh/provisioner-name': 'old' }, /Karpenter node pool "old"/],
    ['eks-node-group', { 'eks:nodegroup-name': 'workers' }, /EKS node group "workers"/],
    ['ec2-fleet', { 'aws:ec2:fleet-id': 'fleet-1' }, /EC2 Fleet "fleet-1"/],
    ['spot-fleet', { 'aws:ec2spot:fleet-request-id': 'sfr-1' }, /Spot Fleet request "sfr-1"/],
    ['ecs-capacity-provider', { AmazonECSManaged: '' }, /ECS capacity provider \(tag/],
    ['elastic-beanstalk', { 'elasticbeanstalk:environment-name': 'shop' }, /Elastic Beanstalk environment "shop"/],
    [undefined, { 'aws:elasticmapreduce:job-flow-id': 'j-1' }, /EMR cluster "j-1"/],
    [undefined, { AWSBatchServiceTag: 'batch' }, /Batch compute environment/],
    [undefined, { 'aws:pcs:compute-node-group-id': 'pcs_1' }, /PCS compute node group "pcs_1"/],
    [undefined, { 'parallelcluster:node-type': 'Compute' }, /ParallelCluster/],
  ];
  it.each(owners)('the owner of an instance, acceptable as %s: %o', async (accept, tags, message) => {
    expect((await read(scenarioWith({ tags }))).message).toMatch(message);
    on.end();
    const { output, announced } = await read(scenarioWith({ tags }), { accept: accept ? [accept] : [] });
    expect(output !== undefined).toBe(accept !== undefined);
    if (accept) expect(announced.join()).toMatch(message);
  });

  it('a stack or cluster that only describes the instance is told', async () => {
    const tags = {
      'aws:cloudformation:stack-name': 'shop',
      'kubernetes.io/cluster/blue': 'owned',
      'parallelcluster:node-type': 'HeadNode',
    };
    const { output, announced } = await read(scenarioWith({ tags }));
    expect(output).toBeDefined();
    expect(announced.join()).toMatch(/CloudFormation stack "shop".*Kubernetes cluster "blue"/);
  });

  it('a volume that is being modified, and one that is only optimizing, which can be accepted', async () => {
    const scenario = scenarioWith({}, { type: 'gp3', size: 10_000 });
    const accept: Accepted[] = ['optimizing'];
    const readAfter = async (ms: number, given: Accepted[]) => {
      on = await simulated(scenario);
      on.account.act({ do: 'modify-volume', volume: data, iops: 9_000 });
      on.time.tick(ms);
      const input = { instance: instanceId, keys, volumes: all, accept: given };
      return on.pass(readInstance.read(contextOf(on), input, undefined));
    };
    await expect(readAfter(1, accept)).rejects.toThrow(/is being modified \(modifying\)/);
    on.end();
    await expect(readAfter(60_000, [])).rejects.toThrow(/\(optimizing\)[\s\S]*accept: \[optimizing\]/);
    on.end();
    expect((await readAfter(60_000, accept)).volumes[1]?.attributes.iops).toBe(9_000);
  });

  const overrides: [string, Partial<VolumeInput>, object, RegExp | undefined][] = [
    ['gp2 to the defaults of gp3', { type: 'gp2', size: 5_000 }, { type: 'gp3' }, /15000 IOPS.*3000 IOPS and 125/],
    ['a small gp2 to the defaults of gp3', { type: 'gp2', size: 100 }, { type: 'gp3' }, undefined],
    ['gp2 to gp3 with its IOPS', { type: 'gp2', size: 5_000 }, { type: 'gp3', iops: 15_000 }, /throughput: 250/],
    ['less than it had, said', { type: 'gp3', iops: 9_000 }, { iops: 3_000 }, undefined],
    [
      'to io2 with fewer MiB/s',
      { type: 'gp3', iops: 4_000, throughput: 900 },
      { type: 'io2', iops: 3_000 },
      /throughput: 900/,
    ],
    ['to a cold disk', { type: 'gp3', size: 1_024 }, { type: 'sc1' }, /3000 IOPS.*12 IOPS and 12 MiB/],
    ['to magnetic', { type: 'gp2', size: 10 }, { type: 'standard' }, /100 IOPS.*40 IOPS/],
    ['more', { type: 'gp3', size: 100 }, { iops: 4_000, throughput: 250 }, undefined],
  ];
  it.each(overrides)('an override of performance: %s', async (_name, volume, override, message) => {
    const scenario = scenarioWith({}, { size: 1_000, ...volume });
    const volumes = { override: { '/dev/xvdf': override } };
    const refused = await read(scenario, { volumes });
    if (!message) expect(refused.message).toBe('');
    else {
      expect(refused.message).toMatch(message);
      on.end();
      const { output, announced } = await read(scenario, { volumes, accept: ['lower-performance'] });
      expect(output).toBeDefined();
      expect(announced.join()).toMatch(/accepted \(lower-performance\)/);
    }
  });

  it('a lower value that the plan gives is told', async () => {
    const { announced } = await read(scenarioWith({}, { type: 'gp3', size: 100, iops: 9_000 }), {
      volumes: { override: { '/dev/xvdf': { iops: 3_000 } } },
    });
    expect(announced.join()).toMatch(/as the plan has it: .*9000 IOPS.*3000 IOPS/);
  });

  const cases: [string, Partial<InstanceInput>, Partial<VolumeInput>, RegExp][] = [
    ['a Spot instance', { lifecycle: 'spot' }, {}, /Spot instance/],
    ['instance store that no mapping shows', { type: 'm5d.large' }, {}, /instance store/],
    ['an auto-assigned public IPv4 address', { publicIp: 'auto' }, {}, /auto-assigned public IPv4.*\n.*Elastic IP/],
    ['hibernation', { hibernation: true }, {}, /hibernation/],
    ['stop protection', { stopProtection: true }, {}, /protected against being stopped/],
    ['a managed instance', { managedBy: 'eks.amazonaws.com' }, {}, /managed by eks/],
    ['an Outpost', { outpostArn: 'arn:aws:outposts:eu-west-1:111122223333:outpost/op-1' }, {}, /Outpost/],
    ['a managed volume', {}, { managedBy: 'ecs.amazonaws.com' }, /vol-0aaaaaaaaaaaaaaa2.*managed by ecs|managed/],
    ['a volume of ECS', {}, { tags: { AmazonECSManaged: 'true' } }, /orchestrator.*AmazonECSManaged/],
    ['a CSI volume', {}, { tags: { 'ebs.csi.aws.com/cluster': 'true' } }, /orchestrator.*ebs\.csi/],
    ['a multi-attach volume', {}, { type: 'io2', iops: 200, multiAttach: true }, /multi-attach/],
    [
      'no room for marker tags',
      {},
      { tags: Object.fromEntries(Array.from({ length: 46 }, (_, at) => [`t${at}`, 'x'])) },
      /46 tags/,
    ],
  ];
  it.each(cases)('%s', async (_name, instance, volume, message) => {
    expect((await read(scenarioWith(instance, volume))).message).toMatch(message);
  });

  it('all reasons are told at once', async () => {
    const { message } = await read(scenarioWith({ stopProtection: true, hibernation: true, publicIp: 'auto' }));
    expect(message.match(/^ {2}- /gm)).toHaveLength(3);
  });

  it('what is accepted by name passes, and is announced', async () => {
    const { output, announced } = await read(scenarioWith({ type: 'm5d.large', publicIp: 'auto' }), {
      accept: ['instance-store', 'public-ipv4'],
    });
    expect(output?.volumes.map(({ id }) => id)).toEqual([root, data]);
    expect(announced.filter((text) => text.startsWith('accepted'))).toHaveLength(2);
  });

  it('an Elastic IP is kept, and no reason', async () => {
    const { output } = await read(scenarioWith({ publicIp: 'eip' }));
    expect(output?.instance.interfaces[0]?.elasticAddresses).toHaveLength(1);
  });

  it('a volume under another key is left alone and announced', async () => {
    const { output, announced } = await read(scenarioWith({}, { key: newKey }));
    expect(output?.volumes.map(({ id }) => id)).toEqual([root]);
    expect(announced.join()).toContain(`${data} (/dev/xvdf) is under ${arn(newKey)} and is left alone`);
  });

  it('nothing to do says which keys the volumes are under', async () => {
    const { message, code } = await read(scenarioWith({}), {
      keys: { from: arn(newKey), to: arn(oldKey), tried: true },
    });
    expect(code).toBe('nothing-to-do');
    expect(message).toContain(`no volume is under ${arn(newKey)}`);
    expect(message).toContain(`${root} is under ${arn(oldKey)}`);
  });

  it('an entry that matches nothing, and what there is instead', async () => {
    const { message } = await read(scenarioWith({}), { volumes: { exclude: ['/dev/xvdz'] as never } });
    expect(message).toContain('volumes.exclude names "/dev/xvdz"');
    expect(message).toContain(`/dev/xvdf (${data})`);
  });

  it('a shrinking override', async () => {
    const { message } = await read(scenarioWith({}), { volumes: { override: { '/dev/xvdf': { sizeGiB: 5 } } } });
    expect(message).toContain('can only grow');
  });

  it('an override changes what the replacement is to be', async () => {
    const { output } = await read(scenarioWith({}, { type: 'gp2' }), {
      volumes: { override: { '/dev/xvdf': { type: 'gp3', iops: 4_000 } } },
    });
    expect(output?.volumes[1]?.attributes).toMatchObject({ type: 'gp3', iops: 4_000 });
    expect(output?.volumes[1]?.attributes.throughput).toBeUndefined();
  });

  it('an attribute that AWS refuses to show is unknown, never assumed', async () => {
    on = await simulated(scenarioWith({}));
    on.account.faults.add({ kind: 'error', operation: 'DescribeVolumeAttribute', code: 'UnauthorizedOperation' });
    const input = { instance: instanceId, keys, volumes: all, accept: [] as Accepted[] };
    await expect(on.pass(readInstance.read(contextOf(on), input, undefined))).rejects.toThrow(
      /auto-enable-IO of .* can't be read/,
    );
    const accepted = await on.pass(
      readInstance.read(contextOf(on), { ...input, accept: ['unreadable-attribute'] }, undefined),
    );
    expect(accepted.volumes[0]?.attributes.autoEnableIO).toBeNull();
  });

  it('a type that AWS does not know may have instance store: unknown, never assumed to have none', async () => {
    on = await simulated(scenarioWith({}));
    on.account.faults.add({ kind: 'error', operation: 'DescribeInstanceTypes', code: 'InvalidInstanceType' });
    const input = { instance: instanceId, keys, volumes: all, accept: [] as Accepted[] };
    await expect(on.pass(readInstance.read(contextOf(on), input, undefined))).rejects.toThrow(
      /whether m5\.large has instance store can't be read/,
    );
  });

  it('an instance that does not exist', async () => {
    on = await simulated(scenarioWith({}));
    const input = { instance: 'i-0ffffffffffffffff', keys, volumes: all, accept: [] };
    await expect(on.pass(readInstance.read(contextOf(on), input, undefined))).rejects.toThrow(/does not exist/);
  });

  it('an unattached volume that an orchestrator owns, and one that is attached', async () => {
    on = await simulated(scenarioWith({}));
    const input = { keys, accept: [] };
    await expect(on.pass(readVolume.read(contextOf(on), { ...input, volume: loose }, undefined))).rejects.toThrow(
      /orchestrator/,
    );
    await expect(on.pass(readVolume.read(contextOf(on), { ...input, volume: data }, undefined))).rejects.toThrow(
      /attached to i-/,
    );
  });

  it.each([
    ['disabled', '33333333-3333-4333-8333-333333333333', /is Disabled, not Enabled/],
    ['absent', '44444444-4444-4444-8444-444444444444', /can't be looked at/],
    ['the same as keys.from', oldKey, /are the same key/],
  ])('a key that is %s', async (_name, to, message) => {
    on = await simulated(scenarioWith({}));
    await expect(on.pass(checkKey.read(contextOf(on), { from: oldKey, to, accept: [] }, undefined))).rejects.toThrow(
      message,
    );
  });

  it('a key that refuses the caller its use is refused, or accepted by name as one that nobody can try', async () => {
    on = await simulated(scenarioWith({}));
    on.account.act({ do: 'put-key-policy', key: newKey, policy: 'deny' });
    const check = (accept: 'untried-key'[]) =>
      on.pass(checkKey.read(contextOf(on), { from: oldKey, to: newKey, accept }, undefined));
    await expect(check([])).rejects.toThrow(/can't be tried/);
    expect(await check(['untried-key'])).toMatchObject({ to: arn(newKey), tried: false });
  });
});
