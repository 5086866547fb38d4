import { z } from 'zod';
import { letGo } from './ec2/attachments.ts';
import { snapshotOf, volumeOf } from './ec2/find.ts';
import { operations } from './operations.ts';
import { AwsError } from './wire/message.ts';
import type { World } from './world.ts';

const text = z.string().min(1);

/** What other people, and AWS itself, do in the account, each with the keys of `extra` besides. */
export const actionsWith = <S extends z.ZodRawShape>(extra: S) =>
  z.discriminatedUnion('do', [
    z.strictObject({ ...extra, do: z.literal('start-instance'), instance: text }),
    z.strictObject({ ...extra, do: z.literal('stop-instance'), instance: text }),
    z.strictObject({ ...extra, do: z.literal('terminate-instance'), instance: text }),
    z.strictObject({ ...extra, do: z.literal('attach-volume'), volume: text, instance: text, device: text }),
    z.strictObject({ ...extra, do: z.literal('detach-volume'), volume: text }),
    z.strictObject({ ...extra, do: z.literal('delete-volume'), volume: text }),
    z.strictObject({ ...extra, do: z.literal('resize-volume'), volume: text, size: z.int().positive() }),
    z.strictObject({ ...extra, do: z.literal('delete-snapshot'), snapshot: text }),
    z.strictObject({ ...extra, do: z.literal('fail-snapshot'), snapshot: text }),
    z.strictObject({ ...extra, do: z.literal('mount-volume'), volume: text }),
    z.strictObject({ ...extra, do: z.literal('unmount-volume'), volume: text }),
    z.strictObject({ ...extra, do: z.literal('create-tags'), resource: text, tags: z.record(z.string(), z.string()) }),
    z.strictObject({ ...extra, do: z.literal('delete-tags'), resource: text, keys: z.array(text).min(1) }),
    z.strictObject({ ...extra, do: z.literal('disable-key'), key: text }),
    z.strictObject({ ...extra, do: z.literal('enable-key'), key: text }),
  ]);

const actionSchema = actionsWith({});
/** Something that somebody other than the caller does in the account. */
export type Action = z.output<typeof actionSchema>;

// The rest happens to the account, or inside an instance.
type ApiAction = Exclude<Action, { do: 'fail-snapshot' | 'mount-volume' | 'unmount-volume' }>;

/** Carries the action out, as the API call that it is if it is one. Throws AwsError when the account refuses it. */
export function act(world: World, action: Action): void {
  if (action.do === 'fail-snapshot') {
    const snapshot = snapshotOf(world, action.snapshot);
    if (snapshot.state !== 'pending') throw new AwsError('IncorrectState', `${snapshot.id} is ${snapshot.state}.`);
    snapshot.state = 'error';
    snapshot.stateMessage = 'An internal error has occurred';
    return;
  }
  if (action.do === 'mount-volume' || action.do === 'unmount-volume') {
    const volume = volumeOf(world, action.volume);
    for (const attachment of volume.attachments) {
      attachment.mounted = action.do === 'mount-volume';
      if (!attachment.mounted && attachment.state === 'busy') letGo(world, volume, attachment);
    }
    return;
  }
  const { service, name, input } = callOf(world, action);
  operations[service][name]?.run(world, input);
}

function callOf(world: World, action: ApiAction): { service: 'ec2' | 'kms'; name: string; input: object } {
  const ec2 = (name: string, input: object) => ({ service: 'ec2' as const, name, input });
  const keyId = (name: string) => world.findKey(name)?.id ?? name;
  switch (action.do) {
    case 'start-instance':
      return ec2('StartInstances', { InstanceIds: [action.instance] });
    case 'stop-instance':
      return ec2('StopInstances', { InstanceIds: [action.instance] });
    case 'terminate-instance':
      return ec2('TerminateInstances', { InstanceIds: [action.instance] });
    case 'attach-volume':
      return ec2('AttachVolume', { VolumeId: action.volume, InstanceId: action.instance, Device: action.device });
    case 'detach-volume':
      return ec2('DetachVolume', { VolumeId: action.volume });
    case 'delete-volume':
      return ec2('DeleteVolume', { VolumeId: action.volume });
    case 'resize-volume':
      return ec2('ModifyVolume', { VolumeId: action.volume, Size: action.size });
    case 'delete-snapshot':
      return ec2('DeleteSnapshot', { SnapshotId: action.snapshot });
    case 'create-tags':
      return ec2('CreateTags', {
        Resources: [action.resource],
        Tags: Object.entries(action.tags).map(([Key, Value]) => ({ Key, Value })),
      });
    case 'delete-tags':
      return ec2('DeleteTags', { Resources: [action.resource], Tags: action.keys.map((Key) => ({ Key })) });
    case 'disable-key':
      return { service: 'kms', name: 'DisableKey', input: { KeyId: keyId(action.key) } };
    case 'enable-key':
      return { service: 'kms', name: 'EnableKey', input: { KeyId: keyId(action.key) } };
  }
}
