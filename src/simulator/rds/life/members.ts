import type { World } from '../../world.ts';
import type { Cluster } from '../model/cluster.ts';
import type { Database, Settings } from '../model/model.ts';
import { newDatabase, resourceId } from '../model/newborn.ts';
import { sharedSettings } from './cluster.ts';

/** What every member has: of its cluster, and of Aurora. */
export function ofEveryMember(cluster: Cluster) {
  return {
    ...sharedSettings(cluster.settings),
    MultiAZ: false,
    DeletionProtection: false,
    LicenseModel: cluster.engine === 'aurora-postgresql' ? 'postgresql-license' : 'general-public-license',
    DedicatedLogVolume: false,
    CustomerOwnedIpEnabled: false,
    BackupTarget: 'region',
    EngineLifecycleSupport: cluster.settings.EngineLifecycleSupport,
    ProcessorFeatures: [],
  } satisfies Partial<Settings>;
}

/** An instance of a cluster, which is not up yet. */
export function newMember(
  world: World,
  cluster: Cluster,
  given: Pick<Database, 'identifier' | 'settings' | 'tags'> & { readonly resourceId?: string | undefined },
): Database {
  const { identifier, settings, tags } = given;
  const { engine, masterUsername, keyArn, groupsInForce, storage } = cluster;
  return newDatabase(world, {
    resourceId: given.resourceId ?? resourceId(world),
    identifier,
    ip: `10.0.96.${(world.rds.databases.size % 250) + 4}`,
    engine,
    masterUsername,
    keyArn,
    tags,
    settings,
    groupsInForce,
    storage,
    member: { cluster: cluster.resourceId, parameterStatus: 'in-sync' },
  });
}
