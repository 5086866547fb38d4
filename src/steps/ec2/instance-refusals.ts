import type { Instance } from '@aws-sdk/client-ec2';
import { printable } from '../../aws/printable.ts';
import type { AwsContext } from '../../aws/services.ts';
import { roomForTags } from '../../aws/tags.ts';
import type { Refusals } from '../refusals.ts';
import { publicAddressesOf } from './addresses.ts';
import { describersOf, refuseOwners } from './owners.ts';

/** Collects what speaks against stopping this instance and giving it other volumes. */
export async function refuseInstance(
  ctx: AwsContext,
  instance: Instance,
  elastic: ReadonlySet<string>,
  refusals: Refusals,
): Promise<void> {
  refuseOwners(instance, refusals);
  refuseKind(instance, refusals);
  for (const note of describersOf(instance)) ctx.announce(note);
  refuseLosses(instance, elastic, refusals);
  await Promise.all([refuseInstanceStore(ctx, instance, refusals), refuseStopProtection(ctx, instance, refusals)]);
  const codes = (instance.ProductCodes ?? []).map(({ ProductCodeId }) => printable(ProductCodeId ?? '', 100));
  if (codes.length > 0) {
    ctx.announce(
      `product codes travel with the snapshots, and such volumes attach to a stopped instance only: ${codes.join(', ')}`,
    );
  }
}

function refuseKind(instance: Instance, refusals: Refusals): void {
  const id = instance.InstanceId;
  if (instance.InstanceLifecycle === 'spot' || instance.SpotInstanceRequestId) {
    refusals.unless(
      'spot',
      `${id} is a Spot instance: it may not start again`,
      'move its work to an On-Demand instance',
    );
  }
  if (instance.Operator?.Managed) {
    const principal = printable(instance.Operator.Principal ?? 'AWS', 100);
    refusals.refuse(
      `${id} is managed by ${principal}`,
      'let that service replace it with an instance under the new key',
    );
  }
  if (instance.OutpostArn) refusals.refuse(`${id} is on an Outpost`, 'rekey does not move what is on Outposts');
}

function refuseLosses(instance: Instance, elastic: ReadonlySet<string>, refusals: Refusals): void {
  const id = instance.InstanceId;
  const state = instance.State?.Name;
  if (state !== 'running' && state !== 'stopped') {
    refusals.refuse(`${id} is ${state}, neither running nor stopped`, 'wait until it is one of them');
  }
  if (instance.HibernationOptions?.Configured) {
    refusals.unless('hibernation', `${id} is enabled for hibernation`, 'start a like one without hibernation');
  }
  const assigned = state === 'stopped' ? [] : publicAddressesOf(instance).filter((address) => !elastic.has(address));
  if (assigned.length > 0) {
    refusals.unless(
      'public-ipv4',
      `${id} has the auto-assigned public IPv4 address ${assigned.join(', ')}, which a stop takes away`,
      'give it an Elastic IP',
    );
  }
  if (instance.RootDeviceType !== undefined && instance.RootDeviceType !== 'ebs') {
    refusals.refuse(`${id} has its root on instance store and can't be stopped`, 'move it to an EBS-backed image');
  }
  if (roomForTags(instance.Tags) < 1)
    refusals.refuse(`${id} has no room for a tag of ours`, 'remove one of its 50 tags');
}

/** NVMe instance stores are not in the block device mapping, so the instance type is asked. */
async function refuseInstanceStore(ctx: AwsContext, instance: Instance, refusals: Refusals): Promise<void> {
  const type = instance.InstanceType;
  if (type === undefined) return;
  const answer = await refusals.readable(`whether ${type} has instance store`, () => ctx.aws.sight.instanceType(type));
  if (answer?.InstanceStorageSupported) {
    refusals.unless(
      'instance-store',
      `${instance.InstanceId} (${type}) has instance store, which a stop wipes`,
      'move what is on it to EBS',
    );
  }
}

async function refuseStopProtection(ctx: AwsContext, instance: Instance, refusals: Refusals): Promise<void> {
  const id = instance.InstanceId;
  if (id === undefined || instance.State?.Name === 'stopped') return;
  const answer = await refusals.readable(`stop protection of ${id}`, () =>
    ctx.aws.ec2.describeInstanceAttribute({ InstanceId: id, Attribute: 'disableApiStop' }),
  );
  if (answer?.DisableApiStop?.Value) {
    refusals.refuse(`${id} is protected against being stopped`, 'turn stop protection off (DisableApiStop)');
  }
}
