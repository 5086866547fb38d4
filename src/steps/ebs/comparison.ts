import type { Snapshot, Volume } from '@aws-sdk/client-ec2';
import { printable } from '../../aws/printable.ts';
import type { AwsContext } from '../../aws/services.ts';
import { carried, tagValue, withOwn } from '../../aws/tags.ts';
import type { MadeSnapshot, VolumeAttributes } from '../domain.ts';
import { unreadable } from '../refusals.ts';
import { causesOfAbsence } from './absence.ts';
import { gone } from './deletion.ts';

/** What the replacement should be. */
export interface Wanted {
  readonly original: string;
  readonly replacement: string;
  readonly attributes: VolumeAttributes;
  readonly snapshot: MadeSnapshot;
  readonly key: string;
}

/** What is wrong with a replacement by itself: key, attributes, tags, lineage. One sentence each, empty when all is right. Attachments are not looked at. */
export async function faultsOf(ctx: AwsContext, wanted: Wanted): Promise<string[]> {
  const { sight } = ctx.aws;
  const { snapshot } = wanted;
  const [volume, taken, source] = await Promise.all([
    sight.volume(wanted.replacement),
    sight.snapshot(snapshot.id),
    snapshot.source === null ? undefined : sight.snapshot(snapshot.source),
  ]);
  if (!volume) return [await isAbsent(ctx, `replacement ${wanted.replacement}`, 'DeleteVolume', wanted.key)];
  // AWS shows what has been deleted for minutes.
  if (gone(volume) || volume.State === 'error') return [`replacement ${wanted.replacement} is ${volume.State}`];
  return [
    ...differences(wanted, volume),
    ...(await tagFaults(ctx, wanted, volume)),
    ...(await ioDifference(ctx, wanted)),
    ...lineageFaults(wanted, volume, taken, source),
    ...(taken ? [] : [await isAbsent(ctx, `snapshot ${snapshot.id}`, 'DeleteSnapshot')]),
    ...(snapshot.source === null || source
      ? []
      : [await isAbsent(ctx, `snapshot ${snapshot.source}`, 'DeleteSnapshot')]),
  ];
}

/** Nothing of this run deletes an original before its verdict, and AWS takes none back. */
export function goneOriginal({ original, replacement }: Pick<Wanted, 'original' | 'replacement'>): string {
  return `original ${original} is not there: this run has not deleted it, so somebody has, or it went with an instance that was terminated (CloudTrail shows DeleteVolume and TerminateInstances), unless AWS's answer is an old one; ${replacement} takes its place`;
}

async function isAbsent(
  ctx: AwsContext,
  what: string,
  deletedBy: 'DeleteVolume' | 'DeleteSnapshot',
  key?: string,
): Promise<string> {
  const causes = await causesOfAbsence(ctx, { deletedBy, ...(key !== undefined && { key }) });
  return `${what} is not there: ${causes.join('; ')}`;
}

/** What somebody changed on the original after it was read, and so is not on the replacement. One sentence each. */
export function changesOf({ tags, ...attributes }: VolumeAttributes, original: Volume | undefined): string[] {
  if (!original) return [];
  const was = new Map(tags.map(({ key, value }) => [key, value]));
  const is = tagsOf(original);
  const changed = [...new Set([...was.keys(), ...is.keys()])].filter((key) => was.get(key) !== is.get(key));
  const throughput = attributes.throughput !== undefined && attributes.throughput !== original.Throughput;
  const iops = attributes.iops !== undefined && attributes.iops !== original.Iops;
  return [
    ...changed.map(
      (key) =>
        `its tag ${JSON.stringify(printable(key, 128))} was changed after it was read; the replacement was made with it as it was`,
    ),
    ...(iops || throughput ? ['its IOPS or throughput differ from what the replacement has'] : []),
  ];
}

/** In what an original that is about to go differs from its replacement: somebody has changed one of them since. One sentence each. */
export function lastDifferences(original: Volume, replacement: Volume): string[] {
  const [was, is] = [tagsOf(original), tagsOf(replacement)];
  const tags = [...was.keys()].filter((key) => was.get(key) !== is.get(key));
  const extra = [...is.keys()].filter((key) => !was.has(key));
  const members = (['Size', 'VolumeType', 'Iops', 'Throughput'] as const).filter(
    (name) => original[name] !== replacement[name],
  );
  const named = [...tags.map((key) => `tag ${JSON.stringify(printable(key, 128))}`), ...members];
  return [
    ...named.map(
      (name) => `${original.VolumeId} goes with a ${name} that ${replacement.VolumeId} has otherwise, or not at all`,
    ),
    ...(extra.length > 0
      ? [`${replacement.VolumeId} has tags that ${original.VolumeId} has not: ${quoted(extra)}`]
      : []),
  ];
}

/** The same of auto-enable-IO, which a volume itself does not show; where it can't be read, that is the sentence. */
export async function lastIoDifference(ctx: AwsContext, original: string, replacement: string): Promise<string[]> {
  try {
    const [was, is] = await Promise.all([original, replacement].map((id) => enablesIO(ctx, id)));
    if (was === is) return [];
    return [`${original} goes with auto-enable-IO ${onOrOff(was)}, and ${replacement} has it ${onOrOff(is)}`];
  } catch (error) {
    const outage = unreadable(error);
    if (!outage) throw error;
    return [`nothing says whether auto-enable-IO of ${original} and ${replacement} is the same (${outage.code})`];
  }
}

const onOrOff = (on: boolean | undefined) => (on ? 'on' : 'off');

async function enablesIO(ctx: AwsContext, id: string): Promise<boolean> {
  const answer = await ctx.aws.ec2.describeVolumeAttribute({ VolumeId: id, Attribute: 'autoEnableIO' });
  return answer.AutoEnableIO?.Value ?? false;
}

function differences({ attributes, key }: Wanted, volume: Volume): string[] {
  const id = volume.VolumeId;
  const faults: string[] = [];
  const equal = (name: string, wanted: unknown, found: unknown) => {
    if (wanted !== found) faults.push(`${id} has ${name} ${String(found)}, the original has ${String(wanted)}`);
  };
  if (volume.KmsKeyId !== key) faults.push(`${id} is under ${volume.KmsKeyId ?? 'no key'}, not under ${key}`);
  if (volume.Encrypted !== true) faults.push(`${id} is not encrypted`);
  equal('availability zone', attributes.availabilityZone, volume.AvailabilityZone);
  equal('type', attributes.type, volume.VolumeType);
  equal('size (GiB)', attributes.sizeGiB, volume.Size);
  if (attributes.iops !== undefined) equal('IOPS', attributes.iops, volume.Iops);
  if (attributes.throughput !== undefined) equal('throughput (MiB/s)', attributes.throughput, volume.Throughput);
  equal('multi-attach', attributes.multiAttach, volume.MultiAttachEnabled ?? false);
  return faults;
}

/** A tag that is missing or has another value is a fault, unless it was carried and the original has it so by now, too. What somebody put on besides is his. */
async function tagFaults(ctx: AwsContext, { original, attributes }: Wanted, volume: Volume): Promise<string[]> {
  const found = tagsOf(volume);
  const wanted = withOwn(attributes.tags, ctx.tags);
  const wrong = wanted.filter(({ key, value }) => found.get(key) !== value);
  const now = wrong.length > 0 ? await ctx.aws.sight.volume(original) : undefined;
  const has = now && tagsOf(now);
  const asPlanned = new Set(ctx.tags.map(({ key }) => key));
  const faults = wrong.filter(({ key }) => !has || asPlanned.has(key) || has.get(key) !== found.get(key));
  const asked = new Set(wanted.map(({ key }) => key));
  const extra = [...found.keys()].filter((key) => !asked.has(key));
  if (extra.length > 0)
    ctx.announce(`${volume.VolumeId} has tags that neither ${original} nor the plan has: ${quoted(extra)}`);
  return faults.length > 0
    ? [`${volume.VolumeId} lacks or differs in the tags ${quoted(faults.map(({ key }) => key))}`]
    : [];
}

function tagsOf(volume: Volume): ReadonlyMap<string, string> {
  return new Map(carried(volume.Tags).map(({ key, value }) => [key, value]));
}

const quoted = (keys: readonly string[]) => keys.map((key) => JSON.stringify(printable(key, 128))).join(', ');

async function ioDifference(ctx: AwsContext, { attributes, replacement }: Wanted): Promise<string[]> {
  // Off is what CreateVolume gives, so only "on" needs a look.
  if (attributes.autoEnableIO !== true) return [];
  const answer = await ctx.aws.ec2.describeVolumeAttribute({ VolumeId: replacement, Attribute: 'autoEnableIO' });
  return answer.AutoEnableIO?.Value ? [] : [`${replacement} does not enable IO by itself, the original does`];
}

function lineageFaults(
  { original, snapshot }: Wanted,
  volume: Volume,
  taken: Snapshot | undefined,
  source: Snapshot | undefined,
): string[] {
  const faults: string[] = [];
  if (volume.SnapshotId !== snapshot.id) {
    faults.push(`${volume.VolumeId} comes from ${volume.SnapshotId || 'no snapshot'}, not from ${snapshot.id}`);
  }
  if (snapshot.volume !== original) faults.push(`${snapshot.id} is of ${snapshot.volume}, not of ${original}`);
  // A copy shows an arbitrary VolumeId, so its lineage goes through its source.
  const shot = snapshot.source === null ? taken : source;
  if (shot && shot.VolumeId !== original) faults.push(`${shot.SnapshotId} is of ${shot.VolumeId}, not of ${original}`);
  if (taken && snapshot.source !== null && tagValue(taken.Tags, 'rekey:original') !== original) {
    faults.push(`${taken.SnapshotId} is not marked as a copy of ${original}`);
  }
  return faults;
}
