import type { Volume } from '@aws-sdk/client-ec2';
import { printable } from '../../aws/printable.ts';
import { carried } from '../../aws/tags.ts';
import type { Surroundings } from '../domain.ts';
import { gone } from './deletion.ts';

const notThere = 'not there';

/** What a run relies on of a volume that it moves. */
export function factsOfOriginal(id: string, volume: Volume | undefined): Surroundings {
  if (!volume || gone(volume)) return { decides: { [id]: notThere }, told: {} };
  const tags = carried(volume.Tags).map(({ key, value }) => `${key}=${value}`);
  return {
    decides: { [id]: [...shapeOf(volume), ...keyOf(volume)].join(', ') },
    told: { [`the tags of ${id}`]: tags.map((tag) => JSON.stringify(printable(tag, 400))).join(', ') || 'none' },
  };
}

/** What it relies on of a volume that it leaves alone: without its key the instance does not start again. */
export function factsOfOther(id: string, volume: Volume | undefined): Surroundings {
  return { decides: { [id]: volume && !gone(volume) ? keyOf(volume).join(', ') : notThere }, told: {} };
}

/** What it relies on of a replacement that is to take its place: nothing is said of one that is well. */
export function factsOfReplacement(replacement: string, original: string, volume: Volume | undefined): Surroundings {
  const name = `${replacement}, which is to replace ${original}`;
  if (gone(volume)) return { decides: { [name]: notThere }, told: {} };
  return { decides: volume?.State === 'error' ? { [name]: 'in state error' } : {}, told: {} };
}

/** All of them as one. */
export function together(facts: readonly Surroundings[]): Surroundings {
  return {
    decides: Object.assign({}, ...facts.map(({ decides }) => decides)),
    told: Object.assign({}, ...facts.map(({ told }) => told)),
  };
}

function shapeOf(volume: Volume): string[] {
  const { VolumeType: type = '', Size: size, Iops: iops, Throughput: throughput } = volume;
  return [
    `${type} of ${size} GiB`,
    ...(iops === undefined ? [] : [`${iops} IOPS`]),
    ...(throughput === undefined ? [] : [`${throughput} MiB/s`]),
    ...(volume.MultiAttachEnabled ? ['multi-attach'] : []),
  ];
}

function keyOf(volume: Volume): string[] {
  const managed = volume.Operator?.Managed ? [`managed by ${printable(volume.Operator.Principal ?? 'AWS', 100)}`] : [];
  return [`under ${volume.KmsKeyId ?? 'no key'}`, ...managed];
}
