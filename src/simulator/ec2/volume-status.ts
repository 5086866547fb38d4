import type { DescribeVolumeStatusRequest, VolumeStatusItem } from '@aws-sdk/client-ec2';
import type { Volume } from '../model.ts';
import { type Operations, operation } from '../operation.ts';
import type { World } from '../world.ts';
import { visibleVolume, visibleVolumes } from './find.ts';
import { kinds, listedOrAll, matching, page } from './select.ts';

// The only place where AWS shows that blocks still come from the snapshot: the volume's own state does not tell.
function statusView(world: World, volume: Volume): VolumeStatusItem {
  const initialising = volume.state === 'creating' || volume.initialisedAt > world.time;
  const status = volume.state === 'creating' ? 'insufficient-data' : volume.ioDisabled ? 'impaired' : 'ok';
  return {
    VolumeId: volume.id,
    AvailabilityZone: volume.zone,
    Actions: [],
    Events: [],
    VolumeStatus: {
      Status: status,
      Details: [
        { Name: 'io-enabled', Status: volume.ioDisabled ? 'failed' : 'passed' },
        { Name: 'io-performance', Status: 'not-applicable' },
        ...(volume.snapshotId === ''
          ? []
          : [{ Name: 'initialization-state' as const, Status: initialising ? 'initializing' : 'completed' }]),
      ],
    },
    ...(volume.snapshotId !== '' && {
      InitializationStatusDetails: { InitializationType: 'default' as const, Progress: progressOf(world, volume) },
    }),
  };
}

/** Whole percent. */
function progressOf(world: World, volume: Volume): number {
  if (volume.state === 'creating') return 0;
  const leftMs = volume.stalledMs ?? Math.max(0, volume.initialisedAt - world.time);
  return leftMs === 0 ? 100 : Math.floor(100 * (1 - leftMs / volume.loadMs));
}

function describeVolumeStatus(world: World, input: DescribeVolumeStatusRequest): object {
  const asked = { ...input, ids: input.VolumeIds };
  const listed = listedOrAll(
    kinds.volume,
    asked,
    () => visibleVolumes(world),
    (id) => visibleVolume(world, id),
  ).map((volume) => statusView(world, volume));
  const test = matching<VolumeStatusItem>(input.Filters, {
    'availability-zone': (item) => item.AvailabilityZone,
    'volume-status.status': (item) => item.VolumeStatus?.Status,
    'volume-status.details-name': (item) => item.VolumeStatus?.Details?.map((detail) => detail.Name),
    'volume-status.details-status': (item) => item.VolumeStatus?.Details?.map((detail) => detail.Status),
  });
  const { items, ...rest } = page(listed.filter(test), input, (item) => item.VolumeId ?? '');
  return { VolumeStatuses: items, ...rest };
}

export const volumeStatusOperations: Operations = {
  DescribeVolumeStatus: operation<DescribeVolumeStatusRequest>(
    ['VolumeIds', 'Filters', 'MaxResults', 'NextToken'],
    describeVolumeStatus,
  ),
};
