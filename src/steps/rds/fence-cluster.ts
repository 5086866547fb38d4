import * as z from 'zod';
import { defineEffect } from '../../aws/services.ts';
import { settleWithinMs } from '../deadlines.ts';
import { ClusterId, FencedCluster } from './cluster-domain.ts';
import { membersOf } from './cluster-found.ts';
import { clusterTowards } from './cluster-groups.ts';
import { opened } from './database-target.ts';
import { SecurityGroupId } from './domain.ts';
import { nameOf } from './found.ts';
import { groupsBefore } from './group-change.ts';
import { clusters } from './kinds/cluster.ts';
import { lastRestart } from './restarts.ts';

/** Keeps clients out of a cluster by an isolation group. Connections that are open already stay until each member restarts. */
export const fenceCluster = defineEffect({
  type: 'rds.fence-cluster',
  hazard: 'disruptive',
  call: 'rds:ModifyDBCluster',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.databaseChange,
  permissions: ['rds:ModifyDBCluster', 'rds:DescribeDBClusters', 'rds:DescribeDBInstances', 'rds:DescribeEvents'],
  input: z.strictObject({
    cluster: ClusterId,
    fence: SecurityGroupId,
    securityGroups: z.array(SecurityGroupId).min(1).meta({ description: 'what it has without the fence' }),
  }),
  output: FencedCluster,
  title: (input) => `keep clients out of ${input.cluster}`,
  async look(ctx, input) {
    const cluster = await ctx.aws.sight.cluster(input.cluster);
    if (!cluster) return { is: 'failed', reason: `${input.cluster} is gone` };
    const members = membersOf(cluster, await ctx.aws.sight.databases());
    const how = clusterTowards(cluster, members, [input.fence]);
    if (how === 'not asked') return { is: 'absent', before: groupsBefore(cluster) };
    if (how === 'on its way') return { is: 'pending', output: { id: input.cluster, members: [] } };
    const restarts = members.map(async ({ DbiResourceId: id = '', DBInstanceIdentifier: name = '' }) => ({
      id,
      lastRestart: await lastRestart(ctx, name),
    }));
    return { is: 'done', output: { id: input.cluster, members: await Promise.all(restarts) } };
  },
  async run(ctx, input) {
    await ctx.aws.rds.modifyDBCluster({
      DBClusterIdentifier: nameOf(ctx, clusters, input.cluster),
      VpcSecurityGroupIds: [input.fence],
      ApplyImmediately: true,
    });
    return undefined;
  },
  undo: (input) => [
    { uses: 'rds.start-cluster', with: { cluster: input.cluster } },
    { uses: 'rds.admit-cluster-clients', with: { ...input } },
  ],
  expect: (observation, input) => opened(observation, input.cluster, false),
});
