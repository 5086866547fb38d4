import type { DBCluster, DBClusterEndpoint, DBInstance } from '@aws-sdk/client-rds';
import type { AwsContext } from '../../../aws/services.ts';
import { carried } from '../../../aws/tags.ts';
import type { Refusals } from '../../refusals.ts';
import { clusterSettings } from '../carry/cluster.ts';
import { memberSettings } from '../carry/member.ts';
import type { AcceptedOfDatabase, ClusterEndpoint, Member } from '../domain.ts';
import { membersOf } from '../found.ts';
import { customEndpointsOf, shownAs } from '../names/endpoints.ts';
import { nameOfOld } from '../names/old-name.ts';
import { isScaled } from '../scaled.ts';
import { nameIn } from '../status.ts';
import { announceCluster } from './announce.ts';
import { type Asked, movedTo, originalAs, type Reading } from './reading.ts';
import { refuseCluster } from './refusals.ts';
import { refuseAroundCluster, surroundingsOfCluster } from './refusals-around.ts';

/** Begins to read a cluster with its members; undefined when there is none of this name. */
export async function readCluster(
  ctx: AwsContext,
  asked: Asked,
  refusals: Refusals<AcceptedOfDatabase>,
): Promise<Reading | undefined> {
  const { sight } = ctx.aws;
  const [found, all, endpoints] = await Promise.all([
    sight.clusterNamed(asked.name),
    sight.databases(),
    sight.clusterEndpoints(),
  ]);
  if (!found) return undefined;
  const instances = inOrderOfPromotion(membersOf(found, all), found);
  const members = membersRead(ctx, instances, found, asked);
  const oldName = nameOfOld(ctx, asked.name);
  let custom: ClusterEndpoint[] = [];
  return {
    found,
    vpc: instances[0]?.DBSubnetGroup?.VpcId,
    engine: engineOf(found),
    database: found.DatabaseName,
    refuseItself: () => refuseCluster(ctx, found, instances, asked.keys, refusals),
    async refuseNames() {
      const [clusters, databases] = await Promise.all([sight.clusters(), sight.databases()]);
      const taken = new Set(databases.map(nameIn));
      if (clusters.some((one) => nameIn(one) === oldName)) refuseTaken(oldName, refusals);
      for (const one of members) if (taken.has(one.oldName)) refuseTaken(one.oldName, refusals);
    },
    surroundings: () => surroundingsOfCluster(found, instances),
    async refuseMore() {
      await refuseAroundCluster(ctx, found, refusals);
      custom = await endpointsRead(ctx, customEndpointsOf(found, endpoints), refusals);
    },
    announce: () => announceCluster(ctx, found, { writers: asked.writers, oldName, members }),
    result(heard) {
      const settings = clusterSettings(found);
      const original = originalAs(found, asked, { name: asked.name, oldName, settings }, heard);
      const cluster = { ...original, members, endpoints: custom };
      return { cluster, members, endpoints: custom, roles: cluster.roles };
    },
  };
}

function membersRead(ctx: AwsContext, instances: readonly DBInstance[], found: DBCluster, asked: Asked): Member[] {
  const taken = new Set<string>();
  return instances.map((one) => {
    let nth = 0;
    while (taken.has(nameOfOld(ctx, nameIn(one), nth))) nth++;
    const oldName = nameOfOld(ctx, nameIn(one), nth);
    taken.add(oldName);
    const settings = memberSettings(one);
    return {
      id: one.DbiResourceId ?? '',
      name: nameIn(one),
      oldName,
      settings,
      moved: movedTo(settings, found.KmsKeyId, asked.keys.to),
      tags: carried(one.TagList),
      ...(isScaled(one.TagList) && { scaled: true }),
    };
  });
}

/** The writer, which has to be made first, and then those that would be promoted before others. */
function inOrderOfPromotion([writer, ...readers]: DBInstance[], { DBClusterMembers }: DBCluster): DBInstance[] {
  const tier = (one: DBInstance) =>
    DBClusterMembers?.find(({ DBInstanceIdentifier: name }) => name === one.DBInstanceIdentifier)?.PromotionTier ?? 1;
  readers.sort((a, b) => tier(a) - tier(b) || (nameIn(a) < nameIn(b) ? -1 : 1));
  return writer ? [writer, ...readers] : readers;
}

async function endpointsRead(
  ctx: AwsContext,
  custom: readonly DBClusterEndpoint[],
  refusals: Refusals<AcceptedOfDatabase>,
): Promise<ClusterEndpoint[]> {
  return Promise.all(
    custom.map(async (one) => {
      const id = one.DBClusterEndpointIdentifier ?? '';
      const tags = await refusals.readable(`the tags of the custom endpoint ${id}`, () =>
        ctx.aws.rds.listTagsForResource({ ResourceName: one.DBClusterEndpointArn }),
      );
      const shown = shownAs(one);
      return {
        id,
        type: shown.type,
        members: [...shown.members].sort(),
        excluded: [...shown.excluded].sort(),
        tags: carried(tags?.TagList),
      };
    }),
  );
}

function refuseTaken(name: string, refusals: Refusals<AcceptedOfDatabase>): void {
  refusals.refuse(`the name ${name}, which an original would get, is taken`, 'rename what has it');
}

/** Which SQL it speaks, if rekey speaks it, too. */
function engineOf({ Engine }: DBCluster): 'postgres' | 'mysql' | undefined {
  if (Engine === 'aurora-postgresql') return 'postgres';
  return Engine === 'aurora-mysql' ? 'mysql' : undefined;
}
