import type { VolumeType } from '../domain.ts';

/** What a volume can do all the time, bursts left out. Throughput in MiB/s. */
export interface Performance {
  readonly iops: number;
  readonly throughput: number;
}

interface Given {
  readonly type: VolumeType;
  readonly sizeGiB: number;
  readonly iops?: number | undefined;
  readonly throughput?: number | undefined;
}

// The size of an I/O operation up to which EBS counts one: 256 KiB on SSDs.
const ioSizeMiB = 0.25;

/** By the tables of the EBS User Guide, "Amazon EBS volume types"; of magnetic volumes the lower end. */
const performances: { readonly [type in VolumeType]: (given: Given) => Performance } = {
  gp2: ({ sizeGiB }) => {
    const iops = Math.min(16_000, Math.max(100, 3 * sizeGiB));
    return { iops, throughput: Math.min(sizeGiB <= 170 ? 128 : 250, iops * ioSizeMiB) };
  },
  gp3: ({ iops, throughput }) => ({ iops: iops ?? 3_000, throughput: throughput ?? 125 }),
  io1: ({ iops = 100 }) => ({
    iops,
    throughput: Math.min(1_000, Math.max(Math.min(500, iops * ioSizeMiB), iops / 64)),
  }),
  io2: ({ iops = 100 }) => ({ iops, throughput: Math.min(4_000, iops * ioSizeMiB) }),
  st1: ({ sizeGiB }) => ofDisks(Math.min(500, (40 * sizeGiB) / 1_024)),
  sc1: ({ sizeGiB }) => ofDisks(Math.min(250, (12 * sizeGiB) / 1_024)),
  standard: () => ({ iops: 40, throughput: 40 }),
};

/** EBS counts in MiB on these. */
function ofDisks(throughput: number): Performance {
  return { iops: throughput, throughput };
}

/** What a volume of this type can do, with the defaults where nothing is given. */
export function performanceOf(given: Given): Performance {
  const { iops, throughput } = performances[given.type](given);
  return { iops: Math.floor(iops), throughput: Math.floor(throughput) };
}
