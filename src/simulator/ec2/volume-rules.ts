import type { VolumeType } from '@aws-sdk/client-ec2';
import { AwsError } from '../wire/message.ts';

interface TypeRules {
  readonly size: readonly [number, number];
  readonly iops?: { readonly range: readonly [number, number]; readonly perGiB: number; readonly default?: number };
  readonly throughput?: {
    readonly range: readonly [number, number];
    readonly perIops: number;
    readonly default: number;
  };
}

const rules: Readonly<Record<string, TypeRules>> = {
  gp2: { size: [1, 16_384] },
  gp3: {
    size: [1, 65_536],
    iops: { range: [3000, 80_000], perGiB: 500, default: 3000 },
    throughput: { range: [125, 2000], perIops: 0.25, default: 125 },
  },
  io1: { size: [4, 16_384], iops: { range: [100, 64_000], perGiB: 50 } },
  io2: { size: [4, 65_536], iops: { range: [100, 256_000], perGiB: 1000 } },
  st1: { size: [125, 16_384] },
  sc1: { size: [125, 16_384] },
  standard: { size: [1, 1024] },
};

export interface Shape {
  readonly type: VolumeType;
  readonly size: number;
  readonly iops: number | undefined;
  readonly throughput: number | undefined;
}

/** Size, IOPS and throughput as AWS would accept and complete them; refused when the type can't have them. */
export function shapeOf(asked: {
  type: string;
  size: number;
  iops?: number | undefined;
  throughput?: number | undefined;
}): Shape {
  const { type, size } = asked;
  const rule = Object.hasOwn(rules, type) ? rules[type] : undefined;
  if (!rule) throw new AwsError('InvalidParameterValue', `Invalid value '${type}' for VolumeType.`);
  inRange(size, rule.size, 'size', type);
  return { type: type as VolumeType, size, iops: iopsOf(asked, rule), throughput: throughputOf(asked, rule) };
}

function inRange(value: number, [from, to]: readonly [number, number], what: string, type: string): void {
  if (value < from || value > to || !Number.isInteger(value)) {
    throw new AwsError(
      'InvalidParameterValue',
      `Volume ${what} of ${value} is not valid for type ${type}; it must be between ${from} and ${to}.`,
    );
  }
}

function iopsOf(
  asked: { type: string; size: number; iops?: number | undefined },
  { iops: rule }: TypeRules,
): number | undefined {
  if (!rule) {
    if (asked.iops !== undefined) {
      throw new AwsError(
        'InvalidParameterCombination',
        `The parameter iops is not supported for ${asked.type} volumes.`,
      );
    }
    // gp2 reports what follows from its size.
    return asked.type === 'gp2' ? Math.min(16_000, Math.max(100, asked.size * 3)) : undefined;
  }
  const iops = asked.iops ?? rule.default;
  if (iops === undefined) {
    // Not MissingParameter (velero-plugin-for-aws#119).
    throw new AwsError(
      'InvalidParameterCombination',
      `The parameter iops must be specified for ${asked.type} volumes.`,
    );
  }
  inRange(iops, rule.range, 'IOPS', asked.type);
  if (iops > asked.size * rule.perGiB && iops !== rule.default) {
    throw new AwsError(
      'InvalidParameterValue',
      `Iops to volume size ratio of ${iops / asked.size} is too high; maximum is ${rule.perGiB}.`,
    );
  }
  return iops;
}

function throughputOf(
  asked: { type: string; size: number; iops?: number | undefined; throughput?: number | undefined },
  { throughput: rule, iops }: TypeRules,
): number | undefined {
  if (!rule) {
    if (asked.throughput === undefined) return undefined;
    throw new AwsError(
      'InvalidParameterCombination',
      `The parameter throughput is not supported for ${asked.type} volumes.`,
    );
  }
  const throughput = asked.throughput ?? rule.default;
  inRange(throughput, rule.range, 'throughput', asked.type);
  if (throughput > (asked.iops ?? iops?.default ?? 0) * rule.perIops) {
    throw new AwsError(
      'InvalidParameterValue',
      `Throughput (MiB/s) to iops ratio is too high; maximum is ${rule.perIops}.`,
    );
  }
  return throughput;
}
