import type { Instance, Volume } from '@aws-sdk/client-ec2';
import * as z from 'zod';
import { type AwsContext, defineRead } from '../../aws/services.ts';
import { toJson } from '../../contract/json.ts';
import { problem } from '../../errors/index.ts';
import { Accept, AttachedVolume, CheckedKeys, InstanceBefore, InstanceId, KeyArn, type OtherKeys } from '../domain.ts';
import { attributesOf, identityLoss, refuseVolume, VolumeOverride } from '../ebs/volume-reading.ts';
import { mayUse, stateOf } from '../kms/key-use.ts';
import { iso } from '../moment.ts';
import { Refusals } from '../refusals.ts';
import { elasticAddressesOf, interfacesOf } from './addresses.ts';
import { refuseInstance } from './instance-refusals.ts';
import { refuseOwnMachine } from './own-machine.ts';
import { livingState, mappings } from './standing.ts';

const input = z.strictObject({
  instance: InstanceId,
  keys: CheckedKeys,
  volumes: z
    .strictObject({
      include: z.array(z.string()).default([]).meta({ description: 'devices or volume ids; empty: all' }),
      exclude: z.array(z.string()).default([]).meta({ description: 'devices or volume ids' }),
      override: z.record(z.string(), VolumeOverride).default({}).meta({ description: 'by device or volume id' }),
    })
    .prefault({}),
  accept: Accept,
});
type Input = z.infer<typeof input>;

/** Reads an instance with the volumes to move, root first, and refuses one that can't be moved. */
export const readInstance = defineRead({
  type: 'ec2.read-instance',
  permissions: [
    'ec2:DescribeInstances',
    'ec2:DescribeVolumes',
    'ec2:DescribeAddresses',
    'ec2:DescribeInstanceTypes',
    'ec2:DescribeInstanceAttribute',
    'ec2:DescribeVolumeAttribute',
    'ec2:DescribeVolumesModifications',
    'kms:DescribeKey',
    'kms:GenerateDataKeyWithoutPlaintext',
  ],
  input,
  output: z.strictObject({ instance: InstanceBefore, volumes: z.array(AttachedVolume) }).meta({ id: 'ReadInstance' }),
  title: (input) => `read ${input.instance} and its volumes`,
  async read(ctx, input) {
    const refusals = new Refusals(input.accept, ctx.announce);
    const instance = await ctx.aws.sight.instance(input.instance);
    if (!instance || livingState(instance) === undefined) throw notFound(input.instance, ctx.aws.region);
    const elastic = await elasticAddressesOf(ctx, instance, refusals);
    const before = fingerprint(input.instance, instance, elastic);
    const standing = await volumesOf(ctx, instance);
    const chosen = choose(ctx, input, standing, refusals);
    for (const { volume } of chosen) refuseVolume(ctx, volume, refusals);
    const [attributes, otherKeys] = await Promise.all([
      attributesOf(ctx, chosen, refusals),
      otherKeysOf(ctx, input, before, standing, refusals),
      refuseInstance(ctx, instance, elastic, refusals),
      refuseOwnMachine(ctx, input.instance, refusals),
    ]);
    refusals.throwIfAny(input.instance);
    ctx.announce(identityLoss);
    const volumes = chosen.flatMap(({ volume, place }, index) => {
      const own = attributes[index];
      if (!own || !volume.VolumeId) return [];
      return [{ id: volume.VolumeId, attributes: own, place: { ...place, running: before.state === 'running' } }];
    });
    return { instance: { ...before, otherKeys }, volumes };
  },
  claims: (output) => [output.instance.id, ...output.volumes.map(({ id }) => id)],
  lasting: ({ instance: { launchTime: _, ...instance }, volumes }) => toJson({ instance, volumes }),
});

interface Standing {
  readonly volume: Volume;
  readonly place: Omit<AttachedVolume['place'], 'running'>;
}
type Chosen = Standing & { readonly override: VolumeOverride | undefined };

function fingerprint(id: string, instance: Instance, elastic: ReadonlySet<string>): InstanceBefore {
  return {
    id,
    state: instance.State?.Name === 'stopped' ? 'stopped' : 'running',
    launchTime: iso(instance.LaunchTime),
    type: instance.InstanceType ?? '',
    rootDevice: instance.RootDeviceName ?? '',
    interfaces: interfacesOf(instance, elastic),
  };
}

/** The volumes that stand at the instance, root first, then as AWS lists them. */
async function volumesOf(ctx: AwsContext, instance: Instance): Promise<Standing[]> {
  const places = [...mappings(instance)].map(([device, ebs]) => ({
    device,
    ebs,
    root: device === instance.RootDeviceName,
  }));
  places.sort((a, b) => Number(b.root) - Number(a.root));
  return Promise.all(
    places.map(async ({ device, ebs, root }) => {
      const id = ebs.VolumeId ?? '';
      // A managed volume may be hidden from DescribeVolumes.
      const volume = (await ctx.aws.sight.volume(id)) ?? { VolumeId: id, State: undefined };
      const card =
        volume.Attachments?.find((one) => one.InstanceId === instance.InstanceId)?.EbsCardIndex ?? ebs.EbsCardIndex;
      const place = {
        instance: instance.InstanceId ?? '',
        device,
        ...(card !== undefined && { ebsCardIndex: card }),
        deleteOnTermination: ebs.DeleteOnTermination ?? false,
        root,
      };
      return { volume, place };
    }),
  );
}

/** The keys that the instance needs to start and that the plan does not name, with those that it could not start with. */
async function otherKeysOf(
  ctx: AwsContext,
  { instance, keys }: Input,
  before: InstanceBefore,
  standing: readonly Standing[],
  refusals: Refusals,
): Promise<OtherKeys> {
  const others = new Set(standing.flatMap(({ volume }) => KeyArn.safeParse(volume.KmsKeyId).data ?? []));
  return Promise.all(
    [...others]
      .filter((key) => key !== keys.from && key !== keys.to)
      .map(async (key) => {
        const held = standing.filter(({ volume }) => volume.KmsKeyId === key);
        const [state, tried] = await Promise.all([stateOf(ctx, key), mayUse(ctx, key)]);
        const ids = held.map(({ volume, place }) => `${volume.VolumeId} (${place.device})`).join(', ');
        if (state !== undefined && state !== 'Enabled' && before.state === 'running')
          refusals.refuse(
            `the key ${key} of ${ids} is ${state}: ${instance} would not start again once it is stopped`,
            'make the key usable, or detach what is under it',
          );
        return { key, tried };
      }),
  );
}

/** Those the plan means: by include and exclude, then by key. What is left alone is announced. */
function choose(
  ctx: AwsContext,
  { instance, volumes, keys }: Input,
  standing: Standing[],
  refusals: Refusals,
): Chosen[] {
  const named = (names: readonly string[], { volume, place }: Standing) =>
    names.includes(place.device) || (volume.VolumeId !== undefined && names.includes(volume.VolumeId));
  for (const list of ['include', 'exclude', 'override'] as const) {
    const names = list === 'override' ? Object.keys(volumes.override) : volumes[list];
    for (const name of names.filter((name) => !standing.some((one) => named([name], one)))) {
      const there = standing.map(({ volume, place }) => `${place.device} (${volume.VolumeId})`).join(', ');
      refusals.refuse(
        `volumes.${list} names ${JSON.stringify(name)}, which ${instance} does not have`,
        `it has ${there}`,
      );
    }
  }
  const wanted = standing.filter(
    (one) => !named(volumes.exclude, one) && (volumes.include.length === 0 || named(volumes.include, one)),
  );
  for (const one of standing) {
    if (!wanted.includes(one)) ctx.announce(`${one.volume.VolumeId} (${one.place.device}) is left out by the plan`);
  }
  const underKey = ({ volume }: Standing) => volume.KmsKeyId ?? 'no key';
  const chosen = wanted.filter((one) =>
    keys.from === undefined ? underKey(one) !== keys.to : underKey(one) === keys.from,
  );
  for (const one of wanted.filter((one) => !chosen.includes(one))) {
    ctx.announce(`${one.volume.VolumeId} (${one.place.device}) is under ${underKey(one)} and is left alone`);
  }
  if (chosen.length === 0) {
    const where = wanted.map((one) => `${one.volume.VolumeId} is under ${underKey(one)}`).join(', ');
    refusals.refuse(
      `there is nothing to do: no volume is under ${keys.from ?? 'another key than keys.to'} (${where || 'no volume is left'})`,
      'correct keys.from, the target, or volumes.include and volumes.exclude',
    );
  }
  return chosen.map((one) => ({ ...one, override: overrideOf(volumes.override, one) }));
}

function overrideOf(override: Input['volumes']['override'], { volume, place }: Standing): VolumeOverride | undefined {
  const byDevice = override[place.device];
  const byId = override[volume.VolumeId ?? ''];
  return byDevice || byId ? { ...byDevice, ...byId } : undefined;
}

function notFound(instance: string, region: string) {
  const why = `${instance} does not exist in ${region}, or is being terminated`;
  return problem('target-refused', {
    target: instance,
    reasons: [{ why, wayOut: 'check the id, account and region' }],
  });
}
