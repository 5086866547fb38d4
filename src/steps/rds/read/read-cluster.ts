import type { DBCluster, DBClusterEndpoint, DBInstance } from '@aws-sdk/client-rds';
import * as z from 'zod';
import { type AwsContext, defineRead } from '../../../aws/services.ts';
import { carried } from '../../../aws/tags.ts';
import { problem } from '../../../errors/index.ts';
import { KeyArn } from '../../domain.ts';
import { Refusals } from '../../refusals.ts';
import { clusterSettings } from '../carry/cluster.ts';
import { memberSettings } from '../carry/member.ts';
import { Cluster, ClusterEndpoint, ClusterName, ClusterRole, Member } from '../cluster-domain.ts';
import type { AcceptedOfDatabase } from '../domain.ts';
import { refuseFence } from '../fence/rules.ts';
import { permissionsOfSql } from '../fence/sessions.ts';
import { membersOf, writerAddressOf } from '../found.ts';
import { customEndpointsOf, shownAs } from '../names/endpoints.ts';
import { nameOfOld } from '../names/old-name.ts';
import { groupsOf, isUsable, nameIn } from '../status.ts';
import { announceCluster } from './announce-cluster.ts';
import { reading } from './input.ts';
import { refuseAround } from './refusals-around.ts';
import { refuseAroundCluster, surroundingsOf } from './refusals-around-cluster.ts';
import { refuseCluster } from './refusals-of-cluster.ts';
import { refuseSilence } from './refusals-of-silence.ts';

const input = z.strictObject({
  cluster: ClusterName,
  ...reading,
});
type Input = z.infer<typeof input>;

/** Reads an Aurora cluster with all that its replacement must have, member by member, and refuses one that can't be moved. */
export const readCluster = defineRead({
  type: 'rds.read-cluster',
  permissions: [
    'rds:DescribeDBClusters',
    'rds:DescribeDBInstances',
    'rds:DescribeDBClusterEndpoints',
    'rds:ListTagsForResource',
    'rds:DescribePendingMaintenanceActions',
    'rds:DescribeBlueGreenDeployments',
    'rds:DescribeDBProxies',
    'rds:DescribeDBProxyTargets',
    'rds:DescribeEventSubscriptions',
    'rds:DescribeIntegrations',
    'rds:DescribeGlobalClusters',
    'rds:DescribeAccountAttributes',
    'ec2:DescribeSecurityGroups',
    'kms:DescribeKey',
    ...permissionsOfSql,
  ],
  input,
  output: z
    .strictObject({
      cluster: Cluster,
      members: z.array(Member),
      endpoints: z.array(ClusterEndpoint),
      roles: z.array(ClusterRole),
    })
    .meta({ id: 'ReadCluster' }),
  title: (input) => `read ${input.cluster}`,
  async read(ctx, input) {
    const { sight, region } = ctx.aws;
    const refusals = new Refusals<AcceptedOfDatabase>(input.accept, ctx.announce);
    const [found, all, endpoints] = await Promise.all([
      sight.clusterNamed(input.cluster),
      sight.databases(),
      sight.clusterEndpoints(),
    ]);
    if (!found) throw notFound(input.cluster, region);
    const instances = inOrderOfPromotion(membersOf(found, all), found);
    refuseCluster(found, instances, input.keys, refusals);
    const vpc = instances[0]?.DBSubnetGroup?.VpcId;
    await refuseFence(ctx, input.fence, { name: input.cluster, groups: groupsOf(found), vpc }, refusals);
    const members = membersRead(ctx, instances, found, input);
    const oldName = nameOfOld(ctx, input.cluster);
    if (await sight.clusterNamed(oldName)) refuseTaken(oldName, refusals);
    for (const one of members) if (await sight.databaseNamed(one.oldName)) refuseTaken(one.oldName, refusals);
    await refuseAround(ctx, surroundingsOf(found, instances), input.keys.to, refusals);
    await refuseAroundCluster(ctx, found, refusals);
    const custom = await endpointsRead(ctx, customEndpointsOf(found, endpoints), refusals);
    const engine = engineOf(found);
    const login = engine && { engine, ...databaseIn(found, engine), ...input.credentials };
    const at = login && writerAddressOf(login, found);
    if (at && isUsable(found)) await refuseSilence(ctx, at, refusals);
    refusals.throwIfAny(input.cluster);
    if (!login) throw notFound(input.cluster, region);
    announceCluster(ctx, input, found, { oldName, members });
    const cluster = { ...clusterOf(found, input, oldName), ...login, members, endpoints: custom };
    return { cluster, members, endpoints: custom, roles: cluster.roles };
  },
  // The claim stands on the cluster; its members are originals with it.
  claims: (output) => [output.cluster.id, ...output.members.map(({ id }) => id)],
});

function clusterOf(found: DBCluster, input: Input, oldName: string) {
  const key = KeyArn.safeParse(found.KmsKeyId);
  const settings = clusterSettings(found);
  return {
    id: found.DbClusterResourceId ?? '',
    name: input.cluster,
    oldName,
    key: key.success ? key.data : null,
    fence: input.fence.securityGroup,
    letThrough: { inbound: input.fence.inbound, outbound: input.fence.outbound },
    securityGroups: groupsOf(found),
    settings,
    moved: insightsMoved(settings, found, input),
    deletionProtection: found.DeletionProtection ?? false,
    roles: (found.AssociatedRoles ?? []).map(({ RoleArn = '', FeatureName = '' }) => ({
      id: `${RoleArn} ${FeatureName}`,
      role: RoleArn,
      feature: FeatureName,
    })),
    tags: carried(found.TagList),
  };
}

/** The key of Performance Insights can't be changed later: what is under the old data key goes over with it. */
function insightsMoved(settings: Readonly<Record<string, unknown>>, found: DBCluster, { keys }: Input) {
  const same = settings['PerformanceInsightsKMSKeyId'] === found.KmsKeyId && found.KmsKeyId !== undefined;
  return same ? { PerformanceInsightsKMSKeyId: keys.to } : {};
}

function membersRead(ctx: AwsContext, instances: readonly DBInstance[], found: DBCluster, input: Input): Member[] {
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
      moved: insightsMoved(settings, found, input),
      tags: carried(one.TagList),
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

/** Which of its databases answers SQL. */
function databaseIn({ DatabaseName }: DBCluster, engine: 'postgres' | 'mysql'): { database?: string } {
  const database = DatabaseName ?? (engine === 'postgres' ? 'postgres' : undefined);
  return database === undefined ? {} : { database };
}

/** Which SQL it speaks, if rekey speaks it, too. */
function engineOf({ Engine }: DBCluster): 'postgres' | 'mysql' | undefined {
  if (Engine === 'aurora-postgresql') return 'postgres';
  return Engine === 'aurora-mysql' ? 'mysql' : undefined;
}

function notFound(cluster: string, region: string) {
  return problem('target-refused', {
    target: cluster,
    reasons: [
      {
        why: `there is no DB cluster ${cluster} in ${region}`,
        wayOut: 'check the identifier, the account and the region',
      },
    ],
  });
}
