import type { Attributes } from '../../contract/step.ts';
import type { Surroundings, VolumeAttributes, VolumePlace } from '../domain.ts';
import type { VolumeOverride } from './volume-reading.ts';

interface Described {
  readonly attributes: VolumeAttributes;
  readonly place?: VolumePlace | undefined;
}

/** How a replacement was asked to be. */
export function askedOf({ attributes, place, key }: Described & { readonly key: string }): Attributes {
  return { key, ...namedOf({ attributes, place }) };
}

// The read has the values of the plan in these by then: how they were it tells in words alone.
const overridable: readonly string[] = ['type', 'sizeGiB', 'iops', 'throughput', 'initializationRate'];

/** How an original was read. `from`: the key that it was seen to be under, where the plan names one. */
export function originalOf(
  { id, ...read }: Described & { readonly id: string },
  about: {
    readonly from: string | undefined;
    readonly override: VolumeOverride | undefined;
    readonly surroundings: Surroundings | undefined;
  },
): Attributes {
  const named = Object.entries(namedOf(read)).filter(([name]) => !about.override || !overridable.includes(name));
  const words = about.surroundings?.decides[id];
  return {
    ...(about.from !== undefined && { key: about.from }),
    ...(words !== undefined && { 'as read': words }),
    ...Object.fromEntries(named),
  };
}

function namedOf({ attributes: { tags, ...attributes }, place }: Described): Attributes {
  const { instance, device, ebsCardIndex, deleteOnTermination, root } = place ?? {};
  const placed = place && { instance, device, ebsCardIndex, deleteOnTermination, root };
  const all = { ...attributes, ...placed };
  return {
    ...Object.fromEntries(Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
    ...Object.fromEntries(tags.map(({ key, value }) => [`tag ${key}`, value])),
  };
}
