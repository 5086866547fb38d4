import { afterEach, describe, expect, it } from 'vitest';
import type { ScenarioInput } from '../../src/simulator/scenario.ts';
import { runPlan, type Simulated, simulated } from './simulated.ts';

const oldKey = '11111111-1111-4111-8111-111111111111';
const newKey = '22222222-2222-4222-8222-222222222222';
const instance = 'i-0aaaaaaaaaaaaaaaa';
const scenario: ScenarioInput = {
  keys: [
    { id: oldKey, alias: 'alias/application-20180606' },
    { id: newKey, alias: 'alias/application-current' },
  ],
  instances: [
    {
      id: instance,
      type: 'm5.large',
      tags: { Name: 'orders' },
      publicIp: 'eip',
      workload: { everySeconds: 30 },
      volumes: [
        { device: '/dev/xvda', size: 20, key: oldKey, deleteOnTermination: true, tags: { Name: 'root' }, data: 'root' },
        { device: '/dev/xvdf', size: 200, type: 'io2', iops: 4000, key: oldKey, autoEnableIO: true, data: 'data' },
        { device: '/dev/xvdg', size: 50, type: 'gp2', key: oldKey, tags: { 'weird\u001b[31m': '$(reboot)' } },
      ],
    },
  ],
  volumes: [{ id: 'vol-0bbbbbbbbbbbbbbbb', size: 10, key: oldKey, tags: { Name: 'loose' }, data: 'loose' }],
};

describe('shipped plans on the simulated account', () => {
  let on: Simulated;
  afterEach(() => on.end());

  it('every volume of an instance is moved, the instance serves, and the originals are gone', async () => {
    on = await simulated(scenario);
    const { result, events } = await runPlan(on, 'ec2-instance.yaml', [`target.id=${instance}`]);
    const told = events.flatMap((event) => (event.type === 'record' ? [event.entry] : []));
    expect(result.plans[0]?.error?.message).toBeUndefined();
    expect(result).toMatchObject({ status: 'done', exit: 0 });
    const Filters = [{ Name: 'attachment.instance-id', Values: [instance] }];
    const found = await on.pass(on.aws.ec2.describeVolumes({ Filters }));
    expect(found.Volumes?.map((volume) => volume.KmsKeyId?.split('/')[1])).toEqual([newKey, newKey, newKey]);
    expect(
      found.Volumes?.flatMap((volume) => volume.Attachments?.map((one) => [one.Device, one.DeleteOnTermination])),
    ).toEqual(
      expect.arrayContaining([
        ['/dev/xvda', true],
        ['/dev/xvdf', false],
        ['/dev/xvdg', false],
      ]),
    );
    const all = await on.pass(on.aws.ec2.describeVolumes({}));
    expect(all.Volumes).toHaveLength(4);
    expect((await on.pass(on.aws.ec2.describeSnapshots({ OwnerIds: ['self'] }))).Snapshots).toEqual([]);
    expect(told.filter((entry) => entry.t === 'surplus')).toEqual([]);
  });

  it.each([
    ['what was made shows only seconds later', { visibilityDelayMs: 8_000 }, { latencyMs: 20 }],
    ['every answer takes a second', {}, { latencyMs: 1_000 }],
  ])('also when %s, and nothing is made twice', async (_name, account, options) => {
    on = await simulated({ ...scenario, ...account }, options);
    const sets = [`target.id=${instance}`, 'steps.soak.with.for=1h'];
    const { result } = await runPlan(on, 'ec2-instance.yaml', sets);
    expect(result.plans[0]?.error?.message).toBeUndefined();
    expect(on.calls.get('ec2:CreateSnapshot')).toBe(9);
    expect(on.calls.get('ec2:CreateVolume')).toBe(3);
  });

  it('a key that EC2 may not use ends before the originals are touched, and the instance serves again', async () => {
    on = await simulated(scenario);
    const close = () => {
      if (on.calls.has('ec2:StopInstances')) on.account.act({ do: 'disable-key', key: newKey });
      else on.account.schedule(on.clock.now() + 5_000, close);
    };
    close();
    const { result } = await runPlan(on, 'ec2-instance.yaml', [`target.id=${instance}`]);
    expect(result).toMatchObject({ status: 'failed', exit: 1 });
    expect(result.plans[0]?.error?.message).toMatch(/taken it back for want of the key: \S+ is Disabled now/);
    const seen = await on.pass(on.aws.sight.instance(instance));
    expect(seen?.State?.Name).toBe('running');
  });

  it('an unattached volume is moved and the original is gone', async () => {
    on = await simulated(scenario);
    const { result } = await runPlan(on, 'ebs-volume.yaml', ['target.id=vol-0bbbbbbbbbbbbbbbb']);
    expect(result.plans[0]?.error?.message).toBeUndefined();
    const all = await on.pass(on.aws.ec2.describeVolumes({ Filters: [{ Name: 'status', Values: ['available'] }] }));
    expect(all.Volumes).toMatchObject([{ KmsKeyId: expect.stringContaining(newKey), Size: 10 }]);
  });
});
