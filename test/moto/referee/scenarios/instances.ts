import type { InstanceAttributeName } from '@aws-sdk/client-ec2';
import type { Scenario } from '../script.ts';
import { instanceIs, stopped } from './made.ts';

/** The instance: described, stopped, started, protected, terminated. */
export const instances: readonly Scenario[] = [
  {
    title: 'an instance that runs',
    async play({ ec2, instance }) {
      const InstanceIds = [instance];
      const { Reservations } = await ec2.describeInstances({ InstanceIds });
      await ec2.describeInstanceStatus({ InstanceIds });
      const [card] = Reservations?.[0]?.Instances?.[0]?.NetworkInterfaces ?? [];
      await ec2.describeNetworkInterfaces({ NetworkInterfaceIds: [card?.NetworkInterfaceId ?? ''] });
      await ec2.describeAddresses({ Filters: [{ Name: 'instance-id', Values: [instance] }] });
    },
  },
  {
    title: 'the attributes of an instance, read and set',
    async play({ ec2, when, instance: InstanceId }) {
      const names: readonly InstanceAttributeName[] = [
        'disableApiStop',
        'disableApiTermination',
        'instanceInitiatedShutdownBehavior',
        'instanceType',
        'rootDeviceName',
        'sourceDestCheck',
        'ebsOptimized',
        'groupSet',
        'userData',
        'productCodes',
      ];
      const read = async (Attribute: InstanceAttributeName) => ec2.describeInstanceAttribute({ InstanceId, Attribute });
      for (const name of names) await read(name);
      await ec2.modifyInstanceAttribute({ InstanceId, InstanceInitiatedShutdownBehavior: { Value: 'terminate' } });
      await read('instanceInitiatedShutdownBehavior');
      await ec2.modifyInstanceAttribute({ InstanceId, DisableApiStop: { Value: true } });
      await read('disableApiStop');
      await when('protected').ec2.stopInstances({ InstanceIds: [InstanceId] });
    },
  },
  {
    title: 'an instance that is protected from termination',
    async play({ ec2, aside, when, instance: InstanceId }) {
      await aside.ec2.modifyInstanceAttribute({ InstanceId, DisableApiTermination: { Value: true } });
      await ec2.describeInstanceAttribute({ InstanceId, Attribute: 'disableApiTermination' });
      await when('protected').ec2.terminateInstances({ InstanceIds: [InstanceId] });
    },
  },
  {
    title: 'an instance that is stopped and started',
    async play(on) {
      const { ec2, aside, instance } = on;
      const InstanceIds = [instance];
      const launched = async () =>
        (await aside.ec2.describeInstances({ InstanceIds })).Reservations?.[0]?.Instances?.[0]?.LaunchTime?.getTime();
      const before = await launched();
      await ec2.stopInstances({ InstanceIds });
      await ec2.describeInstanceStatus({ InstanceIds, IncludeAllInstances: true });
      await instanceIs(on, 'stopped');
      await on.when('stopped already').ec2.stopInstances({ InstanceIds });
      await ec2.describeInstances({ InstanceIds });
      await ec2.describeInstanceStatus({ InstanceIds });
      await ec2.describeInstanceStatus({ InstanceIds, IncludeAllInstances: true });
      // LaunchTime has whole seconds.
      await on.pass(2_000);
      await ec2.startInstances({ InstanceIds });
      await instanceIs(on, 'running');
      await on.when('running already').ec2.startInstances({ InstanceIds });
      await on.tell('LaunchTime after a start', async () => ((await launched()) === before ? 'the same' : 'another'));
      await ec2.describeInstances({ InstanceIds });
      await ec2.describeInstanceStatus({ InstanceIds });
      await ec2.rebootInstances({ InstanceIds });
    },
  },
  {
    title: 'an instance that is terminated',
    async play(on) {
      const { ec2, instance, root } = on;
      const InstanceIds = [instance];
      await stopped(on);
      await ec2.terminateInstances({ InstanceIds });
      await instanceIs(on, 'terminated');
      const { ec2: gone } = on.when('terminated');
      await gone.describeInstances({ InstanceIds });
      await gone.startInstances({ InstanceIds });
      await gone.stopInstances({ InstanceIds });
      await on.until(async () => {
        const { Volumes } = await on.aside.ec2.describeVolumes({ Filters: [{ Name: 'volume-id', Values: [root] }] });
        return Volumes?.length === 0;
      });
      await on.when('gone').ec2.describeVolumes({ VolumeIds: [root] });
    },
  },
  {
    title: 'what instances are refused',
    async play({ when, instance: InstanceId }) {
      const InstanceIds = ['i-0aaaaaaaaaaaaaaaa'];
      const { ec2: unknown } = when('unknown id');
      await unknown.describeInstances({ InstanceIds });
      await unknown.describeInstanceStatus({ InstanceIds });
      await unknown.stopInstances({ InstanceIds });
      await unknown.startInstances({ InstanceIds });
      await unknown.stopInstances({ InstanceIds: [InstanceId, ...InstanceIds] });
      await unknown.describeInstanceAttribute({ InstanceId: InstanceIds[0], Attribute: 'disableApiStop' });
      await when('malformed id').ec2.describeInstances({ InstanceIds: ['i-nonsense'] });
      const unheardOf = { InstanceInitiatedShutdownBehavior: { Value: 'sleep' } };
      await when('an unknown value').ec2.modifyInstanceAttribute({ InstanceId, ...unheardOf });
      const both = { DisableApiStop: { Value: true }, DisableApiTermination: { Value: true } };
      await when('two attributes').ec2.modifyInstanceAttribute({ InstanceId, ...both });
    },
  },
  {
    title: 'instance types',
    async play({ ec2, when }) {
      await ec2.describeInstanceTypes({ InstanceTypes: ['t3.micro', 'm5d.large', 'm6g.large'] });
      await when('unknown').ec2.describeInstanceTypes({ InstanceTypes: ['z9.huge' as 't3.micro'] });
    },
  },
];
