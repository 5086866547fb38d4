import type { Instance, Volume } from '@aws-sdk/client-ec2';
import * as z from 'zod';
import { type AwsContext, defineRead } from '../../aws/services.ts';
import { toJson } from '../../contract/json.ts';
import { problem } from '../../errors/index.ts';
import { Accept, AttachedVolume, CheckedKeys, InstanceBefore, InstanceId, KeyArn, Surroundings } from '../domain.ts';
import { originalOf } from '../ebs/in-report.ts';
import { factsOfOriginal, factsOfOther, together } from '../ebs/volume-facts.ts';
import { attributesOf, identityLoss, refuseVolume, VolumeOverride } from '../ebs/volume-reading.ts';
import { mayUse, stateOf } from '../kms/key-use.ts';
import { iso } from '../moment.ts';
import { Refusals } from '../refusals.ts';
import { elasticAddressesOf, interfacesOf } from './addresses.ts';
import {
  factsOfInstance,
  factsOfKeys,
  factsOfPlaces,
  type KeyInUse,
  keysInUse,
  lookAround,
  notUsable,
  usable,
} from './instance-facts.ts';
import { refuseInstance } from './instance-refusals.ts';
import { factsOfRunner, refuseOwnMachine } from './own-machine.ts';
import { livingState, mappings } from './standing.ts';

const names = z.array(z.string()).default([]);

const input = z.strictObject({
  instance: InstanceId.meta({ description: 'the instance to read, as target.id' }),
  keys: CheckedKeys,
  volumes: z
    .strictObject({
      include: names.meta({ description: 'which are moved, by device or volume id; empty: all' }),
      exclude: names.meta({ description: 'which are left alone, by device or volume id' }),
      override: z
        .record(z.string(), VolumeOverride)
        .default({})
        .meta({ description: 'what a replacement is to have otherwise, by device or volume id of its original' }),
    })
    .prefault({})
    .meta({ description: 'which volumes are moved, and what changes with them' }),
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
    'ec2:DescribeVolumeStatus',
    'ec2:DescribeVolumesModifications',
    'kms:DescribeKey',
    'kms:GenerateDataKeyWithoutPlaintext',
  ],
  input,
  output: z
    .strictObject({ instance: InstanceBefore, volumes: z.array(AttachedVolume), surroundings: Surroundings.optional() })
    .meta({ id: 'ReadInstance' }),
  title: (input) => `read ${input.instance} and its volumes`,
  async read(ctx, input, known) {
    const refusals = new Refusals(input.accept, ctx.announce);
    const instance = await ctx.aws.sight.instance(input.instance);
    if (!instance || livingState(instance) === undefined) throw notFound(input.instance, ctx.aws.region);
    const elastic = await elasticAddressesOf(ctx, instance, refusals);
    const before = fingerprint(input.instance, instance, elastic);
    const standing = await volumesOf(ctx, instance);
    const chosen = choose(ctx, input, standing, refusals);
    for (const { volume } of chosen) refuseVolume(ctx, volume, refusals);
    const [attributes, keys] = await Promise.all([
      attributesOf(ctx, chosen, refusals),
      keysOf(ctx, input, standing, known),
      refuseInstance(ctx, instance, elastic, refusals),
      refuseOwnMachine(ctx, input.instance, refusals),
    ]);
    refuseKeys(input.instance, { before, standing, keys }, refusals);
    refusals.throwIfAny(input.instance);
    ctx.announce(identityLoss);
    const volumes = chosen.flatMap(({ volume, place }, index) => {
      const own = attributes[index];
      if (!own || !volume.VolumeId) return [];
      return [{ id: volume.VolumeId, attributes: own, place: { ...place, running: before.state === 'running' } }];
    });
    const surroundings = together([
      factsOfInstance(instance),
      await factsOfRunner(ctx, before.id),
      factsOfPlaces(before, volumes),
      ...standing.map(({ volume: { VolumeId: id = '', ...volume } }) =>
        (volumes.some((one) => one.id === id) ? factsOfOriginal : factsOfOther)(id, volume),
      ),
      factsOfKeys(keys),
    ]);
    return {
      instance: { ...before, otherKeys: keys.others.map(({ key, tried }) => ({ key, tried })) },
      volumes,
      surroundings,
    };
  },
  surroundings: {
    of: ({ surroundings }) => surroundings,
    look: (ctx, { keys }, read, around) => lookAround(ctx, keys, read, around),
  },
  claims: (output) => [output.instance.id, ...output.volumes.map(({ id }) => id)],
  originals({ keys: { from }, volumes: { override } }, { volumes, surroundings }) {
    const given = ({ id, place }: AttachedVolume) => override[place.device] ?? override[id];
    return Object.fromEntries(
      volumes.map((one) => [one.id, originalOf(one, { from, override: given(one), surroundings })]),
    );
  },
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

interface Keys {
  readonly from: readonly KeyInUse[];
  readonly to: readonly KeyInUse[];
  /** Those that the instance needs to start and that the plan does not name: a part of `from`. */
  readonly others: readonly KeyInUse[];
}

/** All keys that the instance needs, with what speaks against each. Those of the plan were checked right before the first read. */
async function keysOf(
  ctx: AwsContext,
  { keys }: Input,
  standing: readonly Standing[],
  known: { readonly instance: InstanceBefore } | undefined,
): Promise<Keys> {
  const held = new Set(standing.flatMap(({ volume }) => KeyArn.safeParse(volume.KmsKeyId).data ?? []));
  const before = known?.instance.otherKeys ?? [];
  const [named, others] = await Promise.all([
    known ? keysInUse(ctx, keys, []) : checked(keys),
    Promise.all(
      [...held]
        .filter((key) => key !== keys.from && key !== keys.to)
        .map(async (key) => {
          const [state, tried] = await Promise.all([stateOf(ctx, key), mayUse(ctx, key)]);
          const closed = state !== undefined && state !== 'Enabled' ? state : undefined;
          const lost = !tried && before.some((one) => one.key === key && one.tried) ? notUsable : undefined;
          return { key, tried: tried || lost !== undefined, use: closed ?? lost ?? usable };
        }),
    ),
  ]);
  return { from: [...named.from, ...others], to: named.to, others };
}

function checked({ from, fromTried = false, to, tried }: CheckedKeys): Omit<Keys, 'others'> {
  const old = from === undefined ? [] : [{ key: from, tried: fromTried, use: usable }];
  return { from: old, to: [{ key: to, tried, use: usable }] };
}

/** With one of its keys closed it serves on, and would not start again once it stands. */
function refuseKeys(
  instance: string,
  {
    before,
    standing,
    keys,
  }: { readonly before: InstanceBefore; readonly standing: readonly Standing[]; readonly keys: Keys },
  refusals: Refusals,
): void {
  for (const { key, use } of [...keys.from, ...keys.to]) {
    const named = !keys.others.some((one) => one.key === key);
    if (use === usable || (before.state !== 'running' && !named)) continue;
    const held = standing.filter(({ volume }) => volume.KmsKeyId === key);
    const ids = held.map(({ volume, place }) => `${volume.VolumeId} (${place.device})`).join(', ');
    refusals.refuse(
      `${instance} is not stopped, because it would not start again: the key ${key} of ${ids || 'the replacements'} is ${use}`,
      `make the key usable${named ? '' : ', or detach what is under it'}`,
    );
  }
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
    const why = `no volume is under ${keys.from ?? 'another key than keys.to'} (${where || 'no volume is left'})`;
    // Where none is under the new key either, the keys or the target may not be those that are meant.
    if (wanted.some((one) => underKey(one) === keys.to)) refusals.nothingToDo(why);
    else refusals.refuse(why, 'correct keys.from, the target, or volumes.include and volumes.exclude');
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
