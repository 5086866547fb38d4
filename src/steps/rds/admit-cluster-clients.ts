import * as z from 'zod';
import { defineEffect } from '../../aws/services.ts';
import { settleWithinMs } from '../deadlines.ts';
import { ClusterId } from './cluster-domain.ts';
import { membersOf } from './cluster-found.ts';
import { clusterTowards } from './cluster-groups.ts';
import { opened } from './database-target.ts';
import { SecurityGroupId } from './domain.ts';
import { nameOf } from './found.ts';
import { groupsBefore } from './group-change.ts';
import { clusters } from './kinds/cluster.ts';
import { brokenStatus, nameIn, statusOf } from './status.ts';

/** Lets clients in to a cluster again, by the security groups that the original had. With the replacement this is the write point. */
export const admitClusterClients = defineEffect({
  type: 'rds.admit-cluster-clients',
  hazard: 'disruptive',
  call: 'rds:ModifyDBCluster',
  repeat: 'convergent',
  serves: true,
  settleWithinMs: settleWithinMs.databaseChange,
  permissions: ['rds:ModifyDBCluster', 'rds:DescribeDBClusters', 'rds:DescribeDBInstances'],
  input: z.strictObject({
    cluster: ClusterId,
    fence: SecurityGroupId,
    securityGroups: z.array(SecurityGroupId).min(1),
    deletionProtection: z
      .boolean()
      .optional()
      .meta({ description: 'set in the same call: what holds writes is protected as the original was' }),
  }),
  output: z.strictObject({ cluster: ClusterId }),
  title: (input) => `let clients in to ${input.cluster}`,
  writePoint: () => true,
  async look(ctx, input) {
    const cluster = await ctx.aws.sight.cluster(input.cluster);
    if (!cluster) return { is: 'failed', reason: `${input.cluster} is gone` };
    const members = membersOf(cluster, await ctx.aws.sight.databases());
    const how = clusterTowards(cluster, members, input.securityGroups);
    const unable =
      brokenStatus(cluster) ?? (statusOf(cluster) === 'stopped' ? `${nameIn(cluster)} is stopped` : undefined);
    // It takes no change as long as it is so: to ask for one again and again would never end.
    if (how === 'not asked' && unable !== undefined) return { is: 'failed', reason: unable, neverRan: true };
    const guarded = !input.deletionProtection || cluster.DeletionProtection === true;
    if (how === 'not asked' || (how === 'there' && !guarded)) return { is: 'absent', before: groupsBefore(cluster) };
    const output = { cluster: input.cluster };
    return how === 'there' ? { is: 'done', output } : { is: 'pending', output };
  },
  async run(ctx, input) {
    await ctx.aws.rds.modifyDBCluster({
      DBClusterIdentifier: nameOf(ctx, clusters, input.cluster),
      VpcSecurityGroupIds: input.securityGroups,
      ...(input.deletionProtection && { DeletionProtection: true }),
      ApplyImmediately: true,
    });
    return undefined;
  },
  undo: ({ cluster, fence, securityGroups }) => [
    { uses: 'rds.fence-cluster', with: { cluster, fence, securityGroups } },
  ],
  expect: (observation, input) => opened(observation, input.cluster, true),
});
