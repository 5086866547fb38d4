import { z } from 'zod';
import { recorded, somebody } from './cloudtrail/record.ts';
import { letGo } from './ec2/attachments.ts';
import { enableIO, failSnapshot, failVolume, impairVolume } from './ec2/failing.ts';
import { instanceOf, snapshotOf, volumeOf } from './ec2/find.ts';
import { associateAddress, disassociateAddress } from './ec2/network.ts';
import { unknownName } from './fault-rules.ts';
import { defaultPolicy, denyingPolicy } from './kms/policy.ts';
import type { Volume } from './model.ts';
import { operations } from './operations.ts';
import { actOnRds, isRdsAction, type RdsAction, rdsActionsWith } from './rds/people/actions.ts';
import { actOnCluster, type ClusterAction, clusterActionsWith, isClusterAction } from './rds/people/cluster-actions.ts';
import { actOnSwitch, isSwitchAction, type SwitchAction, switchActionsWith } from './rds/people/switch-actions.ts';
import type { World } from './world.ts';

const text = z.string().min(1);

/** What other people, and AWS itself, do in the account, each with the keys of `extra` besides. */
export const actionsWith = <S extends z.ZodRawShape>(extra: S) =>
  z.discriminatedUnion(
    'do',
    [
      z.strictObject({ ...extra, do: z.literal('start-instance'), instance: text }),
      z.strictObject({ ...extra, do: z.literal('stop-instance'), instance: text }),
      z.strictObject({ ...extra, do: z.literal('terminate-instance'), instance: text }),
      z.strictObject({ ...extra, do: z.literal('protect-from-stop'), instance: text, on: z.boolean() }),
      z.strictObject({ ...extra, do: z.literal('attach-volume'), volume: text, instance: text, device: text }),
      z.strictObject({ ...extra, do: z.literal('detach-volume'), volume: text }),
      z.strictObject({ ...extra, do: z.literal('delete-volume'), volume: text }),
      z.strictObject({ ...extra, do: z.literal('resize-volume'), volume: text, size: z.int().positive() }),
      z.strictObject({
        ...extra,
        do: z.literal('modify-volume'),
        volume: text,
        size: z.int().positive().optional(),
        type: text.optional(),
        iops: z.int().positive().optional(),
        throughput: z.int().positive().optional(),
      }),
      z.strictObject({
        ...extra,
        do: z.literal('create-volume'),
        snapshot: text,
        key: text.optional(),
        tags: z.record(z.string(), z.string()).optional(),
      }),
      z.strictObject({ ...extra, do: z.literal('set-auto-enable-io'), volume: text, on: z.boolean() }),
      z.strictObject({ ...extra, do: z.literal('enable-volume-io'), volume: text }),
      z.strictObject({ ...extra, do: z.literal('associate-address'), instance: text }),
      z.strictObject({ ...extra, do: z.literal('disassociate-address'), instance: text }),
      z.strictObject({ ...extra, do: z.literal('fail-volume'), volume: text }),
      z.strictObject({ ...extra, do: z.literal('impair-volume'), volume: text }),
      z.strictObject({ ...extra, do: z.literal('delete-snapshot'), snapshot: text }),
      z.strictObject({ ...extra, do: z.literal('fail-snapshot'), snapshot: text }),
      z.strictObject({ ...extra, do: z.literal('copy-snapshot'), snapshot: text, key: text }),
      z.strictObject({ ...extra, do: z.literal('mount-volume'), volume: text }),
      z.strictObject({ ...extra, do: z.literal('unmount-volume'), volume: text }),
      z.strictObject({ ...extra, do: z.literal('write-volume'), volume: text, count: z.int().positive().optional() }),
      z.strictObject({
        ...extra,
        do: z.literal('create-tags'),
        resource: text,
        tags: z.record(z.string(), z.string()),
      }),
      z.strictObject({ ...extra, do: z.literal('delete-tags'), resource: text, keys: z.array(text).min(1) }),
      z.strictObject({ ...extra, do: z.literal('disable-key'), key: text }),
      z.strictObject({ ...extra, do: z.literal('enable-key'), key: text }),
      z.strictObject({ ...extra, do: z.literal('put-key-policy'), key: text, policy: z.enum(['default', 'deny']) }),
      z.strictObject({ ...extra, do: z.literal('schedule-key-deletion'), key: text }),
      z.strictObject({ ...extra, do: z.literal('cancel-key-deletion'), key: text }),
      z.strictObject({ ...extra, do: z.literal('expire-credentials') }),
      z.strictObject({ ...extra, do: z.literal('renew-credentials') }),
      ...rdsActionsWith(extra),
      ...clusterActionsWith(extra),
      ...switchActionsWith(extra),
    ],
    { error: (issue) => unknownName(issue.input, 'do', 'action') },
  );

const actionSchema = actionsWith({});
/** Something that somebody other than the caller does in the account. */
export type Action = z.output<typeof actionSchema>;

/** Carries the action out, as the API call that it is if it is one. Throws AwsError when the account refuses it. */
export function act(world: World, action: Action): void {
  happen(world, action);
  world.changed();
}

function happen(world: World, action: Action): void {
  if (isClusterAction(action)) {
    actOnCluster(world, action);
    return;
  }
  if (isSwitchAction(action)) {
    actOnSwitch(world, action);
    return;
  }
  if (isRdsAction(action)) {
    actOnRds(world, action);
    return;
  }
  switch (action.do) {
    case 'fail-snapshot':
      failSnapshot(snapshotOf(world, action.snapshot));
      break;
    case 'fail-volume':
      failVolume(volumeOf(world, action.volume));
      break;
    case 'impair-volume':
      impairVolume(world, volumeOf(world, action.volume));
      break;
    case 'enable-volume-io':
      enableIO(world, volumeOf(world, action.volume));
      break;
    case 'associate-address':
      associateAddress(world, instanceOf(world, action.instance));
      break;
    case 'disassociate-address':
      disassociateAddress(world, instanceOf(world, action.instance));
      break;
    case 'mount-volume':
    case 'unmount-volume':
      mount(world, volumeOf(world, action.volume), action.do === 'mount-volume');
      break;
    case 'write-volume':
      world.writeBy(volumeOf(world, action.volume), action.count ?? 1);
      break;
    case 'expire-credentials':
      world.credentials.expire();
      break;
    case 'renew-credentials':
      world.credentials.renew();
      break;
    default: {
      const made = callOf(world, action);
      recorded(world, made, somebody(world), () => operations[made.service][made.name]?.run(world, made.input) ?? {});
    }
  }
}

function mount(world: World, volume: Volume, mounted: boolean): void {
  for (const attachment of volume.attachments) {
    attachment.mounted = mounted;
    if (!mounted && attachment.state === 'busy') letGo(world, volume, attachment);
  }
}

// The rest happens to the account, or inside an instance.
type ApiAction = Exclude<
  Action,
  | RdsAction
  | ClusterAction
  | SwitchAction
  | {
      do:
        | 'fail-snapshot'
        | 'fail-volume'
        | 'impair-volume'
        | 'enable-volume-io'
        | 'associate-address'
        | 'disassociate-address'
        | 'mount-volume'
        | 'unmount-volume'
        | 'write-volume'
        | 'expire-credentials'
        | 'renew-credentials';
    }
>;

function callOf(world: World, action: ApiAction): { service: 'ec2' | 'kms'; name: string; input: object } {
  const ec2 = (name: string, input: object) => ({ service: 'ec2' as const, name, input });
  // Of these operations none takes an alias.
  const kms = (name: string, key: string, input: object = {}) => ({
    service: 'kms' as const,
    name,
    input: { KeyId: world.findKey(key)?.id ?? key, ...input },
  });
  switch (action.do) {
    case 'start-instance':
      return ec2('StartInstances', { InstanceIds: [action.instance] });
    case 'stop-instance':
      return ec2('StopInstances', { InstanceIds: [action.instance] });
    case 'terminate-instance':
      return ec2('TerminateInstances', { InstanceIds: [action.instance] });
    case 'protect-from-stop':
      return ec2('ModifyInstanceAttribute', { InstanceId: action.instance, DisableApiStop: { Value: action.on } });
    case 'attach-volume':
      return ec2('AttachVolume', { VolumeId: action.volume, InstanceId: action.instance, Device: action.device });
    case 'detach-volume':
      return ec2('DetachVolume', { VolumeId: action.volume });
    case 'delete-volume':
      return ec2('DeleteVolume', { VolumeId: action.volume });
    case 'create-volume':
      return ec2('CreateVolume', {
        SnapshotId: action.snapshot,
        AvailabilityZone: `${world.region}a`,
        ...(action.key !== undefined && { Encrypted: true, KmsKeyId: action.key }),
        ...tagged('volume', Object.entries(action.tags ?? {})),
      });
    case 'set-auto-enable-io':
      return ec2('ModifyVolumeAttribute', { VolumeId: action.volume, AutoEnableIO: { Value: action.on } });
    case 'resize-volume':
      return ec2('ModifyVolume', { VolumeId: action.volume, Size: action.size });
    case 'modify-volume':
      return ec2('ModifyVolume', {
        VolumeId: action.volume,
        Size: action.size,
        VolumeType: action.type,
        Iops: action.iops,
        Throughput: action.throughput,
      });
    case 'delete-snapshot':
      return ec2('DeleteSnapshot', { SnapshotId: action.snapshot });
    case 'copy-snapshot':
      return ec2('CopySnapshot', copyWithTags(world, action.snapshot, action.key));
    case 'create-tags':
      return ec2('CreateTags', {
        Resources: [action.resource],
        Tags: Object.entries(action.tags).map(([Key, Value]) => ({ Key, Value })),
      });
    case 'delete-tags':
      return ec2('DeleteTags', { Resources: [action.resource], Tags: action.keys.map((Key) => ({ Key })) });
    case 'disable-key':
      return kms('DisableKey', action.key);
    case 'enable-key':
      return kms('EnableKey', action.key);
    case 'put-key-policy':
      return kms('PutKeyPolicy', action.key, {
        Policy: action.policy === 'deny' ? denyingPolicy(world.account) : defaultPolicy(world.account),
      });
    case 'schedule-key-deletion':
      return kms('ScheduleKeyDeletion', action.key);
    case 'cancel-key-deletion':
      return kms('CancelKeyDeletion', action.key);
  }
}

/** As backup programs copy: in the same Region, under a key that they choose, with all tags. */
function copyWithTags(world: World, snapshot: string, key: string): object {
  return {
    SourceRegion: world.region,
    SourceSnapshotId: snapshot,
    Encrypted: true,
    KmsKeyId: key,
    Description: `copy of ${snapshot}`,
    ...tagged('snapshot', [...snapshotOf(world, snapshot).tags.now]),
  };
}

function tagged(ResourceType: 'snapshot' | 'volume', tags: readonly (readonly [string, string])[]): object {
  const Tags = tags.map(([Key, Value]) => ({ Key, Value }));
  return Tags.length > 0 ? { TagSpecifications: [{ ResourceType, Tags }] } : {};
}
