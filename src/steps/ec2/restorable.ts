import type { Instance, Volume } from '@aws-sdk/client-ec2';
import * as z from 'zod';
import type { AwsContext } from '../../aws/services.ts';
import type { StepCall } from '../../contract/step.ts';
import { AttachedVolume, InstanceBefore, KeyArn, type VolumePlace } from '../domain.ts';
import { gone } from '../ebs/deletion.ts';
import { lostOriginals } from '../ebs/kept-data.ts';
import { faultsOfKeys, type KnownKey, keysOfPlan } from '../kms/key-use.ts';
import { attachments, besides, mappings } from './standing.ts';

const Read = z.object({ instance: InstanceBefore, volumes: z.array(AttachedVolume) });

interface Pair {
  readonly original: string;
  readonly replacement: string;
}

function readsOfInstance(reads: readonly unknown[]): z.infer<typeof Read>[] {
  return reads.flatMap((read) => Read.safeParse(read).data ?? []);
}

/** The keys of what is on the instance beside those of the plan, as the latest read found them. */
function otherKeys(reads: readonly unknown[]): readonly KnownKey[] {
  return readsOfInstance(reads)[0]?.instance.otherKeys ?? [];
}

/** Where an original belongs, as the latest read that knows it found it. */
function placeOf(reads: readonly unknown[], original: string): VolumePlace | undefined {
  return readsOfInstance(reads)
    .flatMap(({ volumes }) => volumes)
    .find(({ id }) => id === original)?.place;
}

/**
 * What speaks against putting the originals back now, each with what to do: one that is gone or used elsewhere, a replacement that is
 * not where it is to be taken from, a place that is taken, and the key of anything that will be on the instance when it starts.
 */
export async function unrestorable(
  ctx: AwsContext,
  reads: readonly unknown[],
  pairs: readonly Pair[],
): Promise<readonly string[]> {
  const { sight } = ctx.aws;
  const originals = pairs.map(({ original }) => original);
  const instance = await sight.instance(ctx.target.id);
  const held = [...mappings(instance).values()].flatMap(({ VolumeId }) => VolumeId ?? []);
  const ids = [...new Set([...held, ...pairs.flatMap((pair) => [pair.original, pair.replacement])])];
  const found = new Map(await Promise.all(ids.map(async (id) => [id, await sight.volume(id)] as const)));
  const seen = pairs.flatMap((pair) => faultsOfPair(pair, placeOf(reads, pair.original), found, instance));
  // Nothing is halted on a look that may be one of the past: without one of them it would stand for good.
  const faults = seen.length > 0 ? seen : await lostOriginals(ctx, originals);
  const leaves = new Set(pairs.map(({ replacement }) => replacement));
  const stands = [...found.values()].flatMap((volume) => (volume && !leaves.has(volume.VolumeId ?? '') ? volume : []));
  return [...faults, ...(await closedKeys(ctx, reads, stands))];
}

function faultsOfPair(
  { original, replacement }: Pair,
  place: VolumePlace | undefined,
  found: ReadonlyMap<string, Volume | undefined>,
  instance: Instance | undefined,
): string[] {
  const volume = found.get(original);
  if (gone(volume)) return [`${original} is gone`];
  if (volume?.State === 'error') return [`${original} is in state error`];
  if (!place) return [];
  const there = mappings(instance).get(place.device)?.VolumeId;
  const taken = there !== undefined && there !== original && there !== replacement;
  return [
    ...[volume, found.get(replacement)]
      .flatMap((one) => besides(place, one) ?? [])
      .map((why) => `${why}: detach it there`),
    ...(taken ? [`${place.device} is taken by ${there}: detach that`] : []),
  ];
}

/** Without any of these keys it would not start again. What came later than the read was never tried: its key is asked for its state. */
async function closedKeys(ctx: AwsContext, reads: readonly unknown[], stands: readonly Volume[]): Promise<string[]> {
  const { from, to } = keysOfPlan(reads);
  const known = [...from, ...otherKeys(reads), ...to];
  const keys = new Set([
    ...from.map(({ key }) => key),
    ...stands.flatMap(({ KmsKeyId }) => KeyArn.safeParse(KmsKeyId).data ?? []),
  ]);
  const faults = [...keys].map(async (key) => {
    const [fault] = await faultsOfKeys(ctx, [known.find((one) => one.key === key) ?? { key, tried: false }]);
    const under = stands.filter(({ KmsKeyId }) => KmsKeyId === key).map(({ VolumeId }) => VolumeId);
    return fault === undefined
      ? []
      : [`${fault}: make it usable${under.length ? ` (${under.join(', ')} is under it)` : ''}`];
  });
  return (await Promise.all(faults)).flat();
}

/** Takes originals and replacements off the devices of the instance where they do not belong. */
export async function misplaced(
  ctx: AwsContext,
  reads: readonly unknown[],
  pairs: readonly Pair[],
): Promise<readonly StepCall[]> {
  const calls = pairs.flatMap(({ original, replacement }) => {
    const place = placeOf(reads, original);
    return place ? [original, replacement].map((id) => callsToClear(ctx, id, place)) : [];
  });
  return (await Promise.all(calls)).flat();
}

async function callsToClear(ctx: AwsContext, id: string, place: VolumePlace): Promise<readonly StepCall[]> {
  const wrong = attachments(await ctx.aws.sight.volume(id)).filter(
    (one) => one.InstanceId === place.instance && one.Device !== undefined && one.Device !== place.device,
  );
  return wrong.map(({ Device }) => {
    ctx.announce(`${id} stood at ${Device} of ${place.instance}, not at ${place.device}: it is taken off there`);
    return { uses: 'ebs.detach-volume', with: { volume: id, place: { ...place, device: Device } } };
  });
}
