import * as z from 'zod';
import { defineEffect } from '../../../aws/services.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { renamedCluster } from '../claim/cluster-target.ts';
import { ClusterId, ClusterName } from '../cluster-domain.ts';
import { membersOf, surelyFoundCluster } from '../cluster-found.ts';
import { nameOf } from '../found.ts';
import { clusters } from '../kinds/cluster.ts';
import { brokenStatus, deadName, isSettled, pendingOf, statusOf } from '../status.ts';

/** Renames a cluster, and waits until its endpoints and its members have followed. */
export const renameCluster = defineEffect({
  type: 'rds.rename-cluster',
  hazard: 'disruptive',
  call: 'rds:ModifyDBCluster',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.databaseChange,
  permissions: [
    'rds:ModifyDBCluster',
    'rds:DescribeDBClusters',
    'rds:DescribeDBInstances',
    'kms:GenerateDataKeyWithoutPlaintext',
  ],
  input: z.strictObject({
    cluster: ClusterId,
    from: ClusterName,
    to: ClusterName,
    ifThere: z.boolean().optional().meta({ description: 'going back: what is gone holds no name' }),
  }),
  output: z.strictObject({ cluster: ClusterId, name: ClusterName }),
  title: (input) => `rename ${input.from} to ${input.to}`,
  async look(ctx, input) {
    const { sight } = ctx.aws;
    // After the call it goes on being `available` under the old name, then is found under both names or none.
    const cluster = await sight.cluster(input.cluster);
    const output = { cluster: input.cluster, name: input.to };
    if (!cluster && input.ifThere && !(await surelyFoundCluster(ctx, input.cluster))) return { is: 'done', output };
    if (!cluster) {
      const reason = `${input.cluster} is gone`;
      return ctx.sentAt === undefined ? { is: 'failed', reason } : { is: 'pending', output };
    }
    const { DBClusterIdentifier: name, Endpoint, ReaderEndpoint } = cluster;
    if ('DBClusterIdentifier' in pendingOf(cluster) || statusOf(cluster) === 'renaming')
      return { is: 'pending', output };
    if (name !== input.to && name !== input.from)
      return { is: 'failed', reason: `${input.cluster} is named ${name} now, not ${input.from}: somebody renamed it` };
    if (name === input.from) {
      const reason = deadName(cluster, ctx.run, 'aws rds delete-db-cluster --db-cluster-identifier');
      return reason === undefined ? { is: 'absent' } : { is: 'failed', reason };
    }
    const followed = [Endpoint, ReaderEndpoint].every((host) => host?.startsWith(`${input.to}.`) === true);
    const members = membersOf(cluster, await sight.databases());
    const whole = members.length === (cluster.DBClusterMembers ?? []).length;
    // What is broken does not settle by itself; what that means is for those to say who look at more than its name.
    const busy = [cluster, ...members].some((one) => !isSettled(one) && brokenStatus(one) === undefined);
    return !busy && followed && whole ? { is: 'done', output } : { is: 'pending', output };
  },
  async run(ctx, input) {
    await ctx.aws.rds.modifyDBCluster({
      DBClusterIdentifier: nameOf(ctx, clusters, input.cluster),
      NewDBClusterIdentifier: input.to,
      ApplyImmediately: true,
    });
    return undefined;
  },
  // Its members may come up anew with it [U].
  restarts: (input) => input.cluster,
  undo: (input) => [
    { uses: 'rds.rename-cluster', with: { cluster: input.cluster, from: input.to, to: input.from, ifThere: true } },
  ],
  expect: (observation, input) => renamedCluster(observation, input.cluster, input.from, input.to),
});
