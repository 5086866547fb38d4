import type { Volume } from '@aws-sdk/client-ec2';
import * as z from 'zod';
import { printable } from '../../aws/printable.ts';
import type { AwsContext } from '../../aws/services.ts';
import { carried, markerCount, roomForTags, withOwn } from '../../aws/tags.ts';
import { type VolumeAttributes, VolumeType } from '../domain.ts';
import type { Refusals } from '../refusals.ts';
import { type Performance, performanceOf } from './performance.ts';

/** What a plan may change about a replacement. */
export const VolumeOverride = z
  .strictObject({
    type: VolumeType.optional(),
    sizeGiB: z.int().positive().optional().meta({ description: 'its size in GiB, not smaller than the original' }),
    iops: z.int().positive().optional().meta({ description: 'its operations a second, of gp3, io1 and io2' }),
    throughput: z.int().positive().optional().meta({ description: 'its throughput in MiB/s, of gp3' }),
    initializationRate: z
      .int()
      .min(100)
      .max(300)
      .optional()
      .meta({ description: 'how fast its blocks come from the snapshot, in MiB/s; AWS bills it' }),
  })
  .meta({ id: 'VolumeOverride', description: 'What a replacement is to have otherwise than its original' });
export type VolumeOverride = z.infer<typeof VolumeOverride>;

// Tags by which an orchestrator finds a volume again, to attach it by its id.
const orchestrators = [
  'CSIVolumeName',
  'ebs.csi.aws.com/cluster',
  'kubernetes.io/created-for/pv/name',
  'kubernetes.io/created-for/pvc/name',
  'AmazonECSManaged',
];
const typesWithIops: readonly string[] = ['gp3', 'io1', 'io2'];

/** Collects what speaks against moving one volume. */
export function refuseVolume(ctx: AwsContext, volume: Volume, refusals: Refusals): void {
  const id = volume.VolumeId;
  const leaveOut = `leave it out (volumes.exclude: [${id}])`;
  const orchestrator = volume.Tags?.find(({ Key }) => Key !== undefined && orchestrators.includes(Key));
  if (orchestrator) {
    refusals.refuse(
      `${id} belongs to an orchestrator (tag ${orchestrator.Key}), which attaches it by its id`,
      leaveOut,
    );
  }
  if (volume.Operator?.Managed) {
    refusals.refuse(`${id} is managed by ${printable(volume.Operator.Principal ?? 'AWS', 100)}`, leaveOut);
  }
  if (volume.MultiAttachEnabled) refusals.refuse(`${id} is enabled for multi-attach`, leaveOut);
  if (volume.OutpostArn) refusals.refuse(`${id} is on an Outpost`, leaveOut);
  if (volume.State !== 'available' && volume.State !== 'in-use') {
    refusals.refuse(`${id} is in state ${volume.State}`, `fix it, or ${leaveOut}`);
  }
  if (roomForTags(volume.Tags) < 1) refusals.refuse(`${id} has no room for a tag of ours`, 'remove one of its 50 tags');
  const tags = carried(volume.Tags).length;
  const more = withOwn(carried(volume.Tags), ctx.tags).length - tags + markerCount;
  if (tags + more > 50) {
    refusals.refuse(
      `${id} has ${tags} tags: its replacement needs room for ${more} more`,
      `remove some, down to ${50 - more}`,
    );
  }
}

/** The attributes to carry of each volume, in their order. Collects pending modifications and what can't be read. */
export async function attributesOf(
  ctx: AwsContext,
  volumes: readonly { volume: Volume; override?: VolumeOverride | undefined }[],
  refusals: Refusals,
): Promise<VolumeAttributes[]> {
  const ids = volumes.map(({ volume }) => volume.VolumeId ?? '');
  await Promise.all([refuseModifications(ctx, ids, refusals), refuseImpaired(ctx, ids, refusals)]);
  return Promise.all(
    volumes.map(async ({ volume, override }) => {
      const autoEnableIO = await readAutoEnableIO(ctx, volume.VolumeId ?? '', refusals);
      announceLosses(ctx, volume);
      const wanted = attributes(volume, autoEnableIO, override ?? {}, refusals);
      if (override) comparePerformance(ctx, volume, { override, wanted }, refusals);
      return wanted;
    }),
  );
}

/** What an override takes from a volume that its owner may count on: refused unless the plan gives the value, or accepts it. */
function comparePerformance(
  ctx: AwsContext,
  volume: Volume,
  { override, wanted }: { readonly override: VolumeOverride; readonly wanted: VolumeAttributes },
  refusals: Refusals,
): void {
  const type = VolumeType.catch('standard').parse(volume.VolumeType);
  const sizeGiB = volume.Size ?? 0;
  const was = performanceOf({ type, sizeGiB, iops: volume.Iops, throughput: volume.Throughput });
  const is = performanceOf(wanted);
  const lower = (['iops', 'throughput'] as const).filter((name) => is[name] < was[name]);
  if (lower.length === 0) return;
  const words = ({ iops, throughput }: Performance) => `${iops} IOPS and ${throughput} MiB/s`;
  const why = `${volume.VolumeId} (${type}, ${sizeGiB} GiB) can always do ${words(was)}, its replacement (${wanted.type}) by the override ${words(is)}`;
  const unsaid = lower.filter((name) => override[name] === undefined);
  if (unsaid.length === 0) ctx.announce(`as the plan has it: ${why}`);
  else {
    const values = unsaid.map((name) => `${name}: ${was[name]}`).join(', ');
    refusals.unless('lower-performance', why, `give the values in the override, for example { ${values} }`);
  }
}

function attributes(
  volume: Volume,
  autoEnableIO: boolean | null,
  override: VolumeOverride,
  refusals: Refusals,
): VolumeAttributes {
  const type = override.type ?? VolumeType.catch('standard').parse(volume.VolumeType);
  const sizeGiB = override.sizeGiB ?? volume.Size ?? 0;
  if (sizeGiB < (volume.Size ?? 0)) {
    refusals.refuse(`${volume.VolumeId} has ${volume.Size} GiB, the plan wants ${sizeGiB}`, 'a volume can only grow');
  }
  const sameType = type === volume.VolumeType;
  // gp2 and the magnetic types show computed IOPS, which CreateVolume does not take.
  const iops = override.iops ?? (sameType && typesWithIops.includes(type) ? volume.Iops : undefined);
  const throughput = override.throughput ?? (sameType && type === 'gp3' ? volume.Throughput : undefined);
  const initializationRate = override.initializationRate ?? volume.VolumeInitializationRate;
  return {
    availabilityZone: volume.AvailabilityZone ?? '',
    type,
    sizeGiB,
    ...(iops !== undefined && { iops }),
    ...(throughput !== undefined && { throughput }),
    ...(initializationRate !== undefined && { initializationRate }),
    multiAttach: volume.MultiAttachEnabled ?? false,
    autoEnableIO,
    tags: carried(volume.Tags),
  };
}

async function refuseModifications(ctx: AwsContext, ids: string[], refusals: Refusals): Promise<void> {
  if (ids.length === 0) return;
  const known = await refusals.readable('whether volumes are being modified', () =>
    Promise.all(ids.map((id) => ctx.aws.sight.volumeModifications(id))),
  );
  for (const { VolumeId, ModificationState } of known?.flat() ?? []) {
    const why = `${VolumeId} is being modified (${ModificationState})`;
    const wayOut = 'wait until the modification is completed';
    // In `modifying` the size and type that AWS shows may be those of before.
    if (ModificationState === 'modifying') refusals.refuse(why, wayOut);
    if (ModificationState === 'optimizing') refusals.unless('optimizing', why, wayOut);
  }
}

/** Of an impaired volume EBS says that its data may be inconsistent: what is copied of it would be, too. */
async function refuseImpaired(ctx: AwsContext, ids: readonly string[], refusals: Refusals): Promise<void> {
  const statuses = await refusals.readable('whether volumes are impaired', () =>
    Promise.all(ids.map((id) => ctx.aws.sight.volumeStatus(id))),
  );
  for (const { VolumeId: id, VolumeStatus } of (statuses ?? []).flatMap((one) => one ?? [])) {
    const stopped = VolumeStatus?.Details?.some(({ Name, Status }) => Name === 'io-enabled' && Status === 'failed');
    if (VolumeStatus?.Status !== 'impaired' && !stopped) continue;
    const why = `${id} is impaired: EBS says that its data may be inconsistent`;
    refusals.refuse(
      why,
      `have its I/O enabled and its file system checked, or leave it out (volumes.exclude: [${id}])`,
    );
  }
}

async function readAutoEnableIO(ctx: AwsContext, id: string, refusals: Refusals): Promise<boolean | null> {
  const answer = await refusals.readable(`auto-enable-IO of ${id}`, () =>
    ctx.aws.ec2.describeVolumeAttribute({ VolumeId: id, Attribute: 'autoEnableIO' }),
  );
  return answer ? (answer.AutoEnableIO?.Value ?? false) : null;
}

function announceLosses(ctx: AwsContext, volume: Volume): void {
  const id = volume.VolumeId;
  if (volume.FastRestored)
    ctx.announce(`${id} was made with fast snapshot restore; its replacement loads its blocks on first use`);
  const system = (volume.Tags ?? [])
    .filter(({ Key }) => Key?.startsWith('aws:'))
    .map(({ Key }) => printable(Key ?? ''));
  if (system.length > 0)
    ctx.announce(`${id} has tags that only AWS can set, and that are not carried: ${system.join(', ')}`);
}

/** Told once per target, because it holds for every replacement. */
export const identityLoss =
  'replacements have new volume ids: whatever names the old ones (infrastructure code, alarms, backup policies) has to be changed';
