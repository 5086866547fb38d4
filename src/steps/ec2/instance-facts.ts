import type { Instance, Volume } from '@aws-sdk/client-ec2';
import { printable } from '../../aws/printable.ts';
import type { AwsContext } from '../../aws/services.ts';
import type { LookAround } from '../../contract/surroundings.ts';
import { type AttachedVolume, type CheckedKeys, type InstanceBefore, type Surroundings, VolumeId } from '../domain.ts';
import { factsOfOriginal, factsOfOther, factsOfReplacement, together } from '../ebs/volume-facts.ts';
import { type KnownKey, mayUse, stateOf } from '../kms/key-use.ts';
import { factsOfRunner } from './own-machine.ts';
import { describersOf, ownersInWords } from './owners.ts';
import { mappings } from './standing.ts';

/** What a run relies on of an instance, as DescribeInstances shows it; how it is built the guard compares. */
export function factsOfInstance(instance: Instance): Surroundings {
  const id = instance.InstanceId ?? '';
  const by = instance.Operator?.Managed ? printable(instance.Operator.Principal ?? 'AWS', 100) : 'nobody';
  return {
    decides: {
      [`the owner of ${id}`]: ownersInWords(instance),
      [`who manages ${id}`]: by,
      [`the lifecycle of ${id}`]: instance.InstanceLifecycle ?? 'On-Demand',
      [`hibernation of ${id}`]: instance.HibernationOptions?.Configured ? 'enabled' : 'not enabled',
    },
    told: { [`who describes ${id}`]: describersOf(instance).join('; ') || 'nobody' },
  };
}

/** What only a whole reading compares: in a cut-over its own effects change it. */
export function factsOfPlaces(instance: InstanceBefore, volumes: readonly AttachedVolume[]): Surroundings {
  const { id } = instance;
  const places = volumes.map(({ id, place }) => {
    const { device, deleteOnTermination, root } = place;
    const words = [device, ...(root ? ['root'] : []), ...(deleteOnTermination ? ['deleted on termination'] : [])];
    return [`the place of ${id}`, words.join(', ')] as const;
  });
  const autoEnableIO = volumes.map(
    ({ id, attributes }) => [`auto-enable-IO of ${id}`, String(attributes.autoEnableIO)] as const,
  );
  return {
    decides: {
      [`the state of ${id}`]: instance.state,
      [`the type of ${id}`]: instance.type,
      [`the root of ${id}`]: instance.rootDevice,
      [`the network of ${id}`]:
        instance.interfaces
          .map(({ id, privateAddresses, elasticAddresses }) => [id, ...privateAddresses, ...elasticAddresses].join(' '))
          .join(', ') || 'none',
      ...Object.fromEntries(places),
    },
    told: Object.fromEntries(autoEnableIO),
  };
}

/** Of both keys and of those of all else that it holds. The replacements need only the new one, so that only it decides in a cut-over. */
export function factsOfKeys({ from, to }: KeysInUse): Surroundings {
  const facts = (keys: readonly KeyInUse[]) => Object.fromEntries(keys.map(({ key, use }) => [`the key ${key}`, use]));
  return { decides: facts(to), told: facts(from) };
}

export interface KeyInUse extends KnownKey {
  /** `usable`, or what speaks against it. */
  readonly use: string;
}
interface KeysInUse {
  readonly from: readonly KeyInUse[];
  readonly to: readonly KeyInUse[];
}
export const usable = 'usable';
export const notUsable = 'not usable any more, by its state, its policy or your permissions';

/** Whether each key of a plan and of all else that the instance holds can be used now, by one question for each. */
export async function keysInUse(ctx: AwsContext, keys: CheckedKeys, others: readonly KnownKey[]): Promise<KeysInUse> {
  const { from, fromTried = false, to, tried } = keys;
  const held = [...(from === undefined ? [] : [{ key: from, tried: fromTried }]), ...others];
  const use = async (known: KnownKey) => ({ ...known, use: await useOf(ctx, known) });
  const [old, made] = await Promise.all([Promise.all(held.map(use)), use({ key: to, tried })]);
  return { from: old, to: [made] };
}

async function useOf(ctx: AwsContext, { key, tried }: KnownKey): Promise<string> {
  if (tried) return (await mayUse(ctx, key)) ? usable : notUsable;
  const state = await stateOf(ctx, key);
  return state === undefined || state === 'Enabled' ? usable : state;
}

/** All that looks show of it now: what was read, what stands there beside it, and what is to replace it. */
export async function lookAround(
  ctx: AwsContext,
  keys: CheckedKeys,
  read: Reading,
  { pairs, deleted, keys: asksKeys }: LookAround,
): Promise<Surroundings> {
  const moved = read.volumes.map(({ id }) => id);
  const made = pairs.map(({ replacement }) => replacement);
  const originalOf = (id: string) => pairs.find(({ replacement }) => replacement === id)?.original ?? '';
  const others = Object.keys(read.surroundings?.decides ?? {}).filter((id) => isVolume(id) && !moved.includes(id));
  const [instance, ...facts] = await Promise.all([
    ctx.aws.sight.instance(read.instance.id),
    factsOfRunner(ctx, read.instance.id),
    asksKeys ? keysInUse(ctx, keys, read.instance.otherKeys ?? []).then(factsOfKeys) : nothing,
    factsOf(
      ctx,
      moved.filter((id) => !deleted.includes(id)),
      factsOfOriginal,
    ),
    factsOf(ctx, others, factsOfOther),
    factsOf(ctx, made, (id, volume) => factsOfReplacement(id, originalOf(id), volume)),
  ]);
  const known = [...moved, ...made, ...others];
  const standing = [...mappings(instance).values()].flatMap(({ VolumeId }) => VolumeId ?? []);
  const come = await factsOf(
    ctx,
    standing.filter((id) => !known.includes(id)),
    factsOfOther,
  );
  return together([...(instance ? [factsOfInstance(instance)] : []), ...facts, come]);
}

const nothing: Surroundings = { decides: {}, told: {} };
const isVolume = (name: string) => VolumeId.safeParse(name).success;

async function factsOf(
  ctx: AwsContext,
  ids: readonly string[],
  facts: (id: string, volume: Volume | undefined) => Surroundings,
): Promise<Surroundings> {
  return together(await Promise.all(ids.map(async (id) => facts(id, await ctx.aws.sight.volume(id)))));
}

interface Reading {
  readonly instance: InstanceBefore;
  readonly volumes: readonly AttachedVolume[];
  readonly surroundings?: Surroundings | undefined;
}
