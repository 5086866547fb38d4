import * as z from 'zod';
import type { AwsContext } from '../../aws/services.ts';
import { AttachedVolume, InstanceBefore } from '../domain.ts';
import { gone } from '../ebs/deletion.ts';
import { faultsOfKeys, type KnownKey, keysOfPlan } from '../kms/key-use.ts';
import { attachments, mappings } from './standing.ts';

const Read = z.object({ instance: InstanceBefore, volumes: z.array(AttachedVolume) });

function readsOfInstance(reads: readonly unknown[]): z.infer<typeof Read>[] {
  return reads.flatMap((read) => Read.safeParse(read).data ?? []);
}

/** The keys of what is on the instance beside those of the plan, as the latest read found them. */
function otherKeys(reads: readonly unknown[]): readonly KnownKey[] {
  return readsOfInstance(reads)[0]?.instance.otherKeys ?? [];
}

/** What speaks against putting the originals back now: one that is gone or used elsewhere, a place that is taken, a key that is closed. */
export async function unrestorable(
  ctx: AwsContext,
  reads: readonly unknown[],
  pairs: readonly { readonly original: string; readonly replacement: string }[],
): Promise<readonly string[]> {
  const [instance, ...originals] = await Promise.all([
    ctx.aws.sight.instance(ctx.target.id),
    ...pairs.map(({ original }) => ctx.aws.sight.volume(original)),
  ]);
  const held = mappings(instance);
  const known = readsOfInstance(reads).flatMap(({ volumes }) => volumes);
  const faults = pairs.flatMap(({ original, replacement }, index) => {
    const volume = originals[index];
    if (gone(volume)) return [`${original} is gone`];
    if (volume?.State === 'error') return [`${original} is in state error`];
    const away = attachments(volume).filter((one) => one.InstanceId !== ctx.target.id);
    const device = known.find(({ id }) => id === original)?.place.device;
    const there = device === undefined ? undefined : held.get(device)?.VolumeId;
    return [
      ...away.map((one) => `${original} is attached to ${one.InstanceId}`),
      ...(there !== undefined && there !== original && there !== replacement ? [`${device} is taken by ${there}`] : []),
    ];
  });
  const keys = await faultsOfKeys(ctx, [...keysOfPlan(reads).from, ...otherKeys(reads)]);
  return [...faults, ...keys];
}
