import { zones } from '../../ec2/volumes.ts';
import { TagSet } from '../../tag-set.ts';
import type { World } from '../../world.ts';
import { instanceKind } from '../kinds/instance.ts';
import { newMember, ofEveryMember } from '../life/members.ts';
import { maintainInTime } from '../life/waiting.ts';
import type { Cluster } from '../model/cluster.ts';
import type { Database, Settings } from '../model/model.ts';
import { hostOf } from '../naming/addresses.ts';
import { addGroups, addOptionGroups, defaultsFor } from '../rules/groups.ts';
import type { MemberDeclared } from './cluster.ts';
import { ageMs, insightsOf, notUp, timed } from './found-parts.ts';

function memberSettings(world: World, cluster: Cluster, declared: MemberDeclared): Settings {
  const version = cluster.settings.EngineVersion ?? '';
  const nth = world.rds.databases.size % 3;
  return {
    ...ofEveryMember(cluster),
    ...insightsOf(world, declared),
    DBInstanceClass: declared.class,
    PromotionTier: declared.tier,
    AvailabilityZone: declared.az ?? zones(world)[nth],
    ParameterGroup: declared.parameterGroup ?? defaultsFor(cluster.engine, version).ParameterGroup,
    PreferredMaintenanceWindow: declared.maintenanceWindow,
    PubliclyAccessible: declared.publiclyAccessible,
    AutoMinorVersionUpgrade: declared.autoMinorVersionUpgrade,
    CACertificateIdentifier: declared.ca,
  };
}

/** Brings a member that a scenario declares into the account: `down` says that the whole cluster is. */
export function foundMember(world: World, cluster: Cluster, declared: MemberDeclared, down: boolean): void {
  const { sealed } = cluster.storage;
  const settings = memberSettings(world, cluster, declared);
  const made = newMember(world, cluster, {
    identifier: declared.id,
    resourceId: declared.resourceId,
    settings,
    tags: new TagSet(Object.entries(declared.tags)),
  });
  const up = !down && !notUp.test(declared.status);
  const member: Database = {
    ...made,
    address: hostOf(world, declared.id),
    created: world.time - ageMs,
    visibleFrom: world.time - ageMs,
    status: down ? cluster.status : declared.status,
    pending: declared.pending?.class === undefined ? {} : { DBInstanceClass: declared.pending.class },
    busy: false,
    up,
    parameterStatus: declared.parametersPending ? 'pending-reboot' : 'in-sync',
    member: {
      cluster: cluster.resourceId,
      parameterStatus: declared.clusterParametersPending ? 'pending-reboot' : 'in-sync',
    },
    dataKey: up && sealed ? world.dataKeyOf(sealed) : undefined,
    maintenance: timed(world, declared.maintenance),
  };
  world.rds.databases.set(member.resourceId, member);
  maintainInTime(world, instanceKind, member);
  world.rds.names.set(hostOf(world, declared.id), member.resourceId);
  const version = cluster.settings.EngineVersion ?? '';
  addGroups(world, instanceKind, cluster.engine, version, settings);
  addOptionGroups(world, cluster.engine, version, settings.OptionGroup, []);
  cluster.writer ??= member.resourceId;
}
