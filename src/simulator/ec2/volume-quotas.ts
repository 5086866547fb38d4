import type { Volume } from '../model.ts';
import { AwsError } from '../wire/message.ts';
import type { World } from '../world.ts';
import type { Shape } from './volume-rules.ts';

/** Refuses a volume, or what `changed` is to become, that the account's quotas have no room for. */
export function checkQuotas(world: World, shape: Shape, changed?: Volume): void {
  const { volumes, iopsPerType, storageGiBPerType } = world.limits;
  if (!changed && volumes !== undefined && world.volumes.size >= volumes)
    throw new AwsError('VolumeLimitExceeded', `You have exceeded the maximum of ${volumes} volumes.`);
  let storage = shape.size;
  let iops = shape.iops ?? 0;
  for (const volume of world.volumes.values()) {
    // What is being deleted is still there.
    if (volume.type !== shape.type || volume === changed) continue;
    storage += volume.size;
    iops += volume.iops ?? 0;
  }
  // AWS gives io2 20 TiB where it gives the others 50 (facts §6.3).
  const allowed = shape.type === 'io2' ? storageGiBPerType * 0.4 : storageGiBPerType;
  if (storage > allowed)
    throw new AwsError('VolumeLimitExceeded', `You have exceeded the maximum ${shape.type} storage of ${allowed} GiB.`);
  const provisioned = shape.type === 'io1' || shape.type === 'io2';
  if (provisioned && iopsPerType !== undefined && iops > iopsPerType)
    throw new AwsError('MaxIOPSLimitExceeded', `You have exceeded the maximum of ${iopsPerType} ${shape.type} IOPS.`);
}
