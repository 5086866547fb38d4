import * as z from 'zod';
import { defineEffect } from '../../aws/services.ts';
import { settleWithinMs } from '../deadlines.ts';
import { ClusterId, ClusterRole, MadeCluster } from './cluster-domain.ts';
import { clusterNameOf } from './cluster-found.ts';

/** Gives the replacement one of the IAM roles of the original cluster. */
export const addClusterRole = defineEffect({
  type: 'rds.add-cluster-role',
  hazard: 'additive',
  call: 'rds:AddRoleToDBCluster',
  creates: 'nothing',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.databaseChange,
  permissions: ['rds:AddRoleToDBCluster', 'rds:DescribeDBClusters', 'iam:PassRole'],
  input: z.strictObject({ replacement: MadeCluster, role: ClusterRole }),
  output: z.strictObject({ cluster: ClusterId }),
  title: (input) => `role ${input.role.role} of ${input.replacement.name}`,
  async look(ctx, { replacement, role }) {
    const cluster = await ctx.aws.sight.cluster(replacement.id);
    if (!cluster) return { is: 'failed', reason: `${replacement.id} is gone` };
    const found = cluster.AssociatedRoles?.find(
      (one) => one.RoleArn === role.role && (one.FeatureName ?? '') === role.feature,
    );
    const output = { cluster: replacement.id };
    if (!found) return { is: 'absent' };
    if (found.Status === 'INVALID') return { is: 'failed', reason: `RDS can't assume ${role.role}` };
    return found.Status === 'ACTIVE' ? { is: 'done', output } : { is: 'pending', output };
  },
  async run(ctx, { replacement, role }) {
    await ctx.aws.rds.addRoleToDBCluster({
      DBClusterIdentifier: clusterNameOf(ctx, replacement.id),
      RoleArn: role.role,
      ...(role.feature !== '' && { FeatureName: role.feature }),
    });
    return undefined;
  },
  undo: 'unneeded',
});
