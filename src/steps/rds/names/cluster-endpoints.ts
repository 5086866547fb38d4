import * as z from 'zod';
import { defineEffect } from '../../../aws/services.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { ClusterEndpoint, ClusterId } from '../domain.ts';
import { nameOf } from '../found.ts';
import { clusters } from '../kinds/cluster.ts';
import { endpointNamed, endpointsExpected, heldBy } from './endpoints.ts';

/** Gives a cluster a custom endpoint. The name is unique in the account, so the endpoint that had it must be deleted first. */
export const createClusterEndpoint = defineEffect({
  type: 'rds.create-cluster-endpoint',
  hazard: 'disruptive',
  call: 'rds:CreateDBClusterEndpoint',
  repeat: 'convergent',
  servesWithout: true,
  settleWithinMs: settleWithinMs.databaseChange,
  permissions: [
    'rds:CreateDBClusterEndpoint',
    'rds:AddTagsToResource',
    'rds:DescribeDBClusterEndpoints',
    'rds:DescribeDBClusters',
  ],
  input: z.strictObject({ cluster: ClusterId, endpoint: ClusterEndpoint }),
  output: z.strictObject({ cluster: ClusterId, endpoint: z.string() }),
  title: (input) => `custom endpoint ${input.endpoint.id} of ${input.cluster}`,
  async look(ctx, { cluster, endpoint }) {
    const [holder, found] = await Promise.all([ctx.aws.sight.cluster(cluster), endpointNamed(ctx, endpoint.id)]);
    if (!holder) return { is: 'failed', reason: `${cluster} is gone` };
    if (!found || found.Status === 'deleting') return { is: 'absent' };
    if (!heldBy(holder, found))
      return { is: 'failed', reason: `the endpoint ${endpoint.id} is one of ${found.DBClusterIdentifier}` };
    const output = { cluster, endpoint: endpoint.id };
    return found.Status === 'creating' ? { is: 'pending', output } : { is: 'done', output };
  },
  async run(ctx, { cluster, endpoint }) {
    await ctx.aws.rds.createDBClusterEndpoint({
      DBClusterIdentifier: nameOf(ctx, clusters, cluster),
      DBClusterEndpointIdentifier: endpoint.id,
      EndpointType: endpoint.type,
      ...(endpoint.members.length > 0 && { StaticMembers: endpoint.members }),
      ...(endpoint.excluded.length > 0 && { ExcludedMembers: endpoint.excluded }),
      ...(endpoint.tags.length > 0 && { Tags: endpoint.tags.map(({ key, value }) => ({ Key: key, Value: value })) }),
    });
    return undefined;
  },
  undo: (input) => [{ uses: 'rds.delete-cluster-endpoint', with: { ...input } }],
  expect: (observation, input) => endpointsExpected(observation, input, true),
});

/** Takes a custom endpoint from a cluster. AWS can't rename it, so the name is free for the replacement only after this. */
export const deleteClusterEndpoint = defineEffect({
  type: 'rds.delete-cluster-endpoint',
  hazard: 'disruptive',
  call: 'rds:DeleteDBClusterEndpoint',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.databaseChange,
  permissions: ['rds:DeleteDBClusterEndpoint', 'rds:DescribeDBClusterEndpoints', 'rds:DescribeDBClusters'],
  input: z.strictObject({ cluster: ClusterId, endpoint: ClusterEndpoint }),
  output: z.strictObject({ cluster: ClusterId, endpoint: z.string() }),
  title: (input) => `take the custom endpoint ${input.endpoint.id} from ${input.cluster}`,
  async look(ctx, { cluster, endpoint }) {
    const [holder, found] = await Promise.all([ctx.aws.sight.cluster(cluster), endpointNamed(ctx, endpoint.id)]);
    const output = { cluster, endpoint: endpoint.id };
    if (!found || (holder && !heldBy(holder, found))) return { is: 'done', output };
    return found.Status === 'deleting' ? { is: 'pending', output } : { is: 'absent' };
  },
  async run(ctx, { endpoint }) {
    await ctx.aws.rds.deleteDBClusterEndpoint({ DBClusterEndpointIdentifier: endpoint.id });
    return undefined;
  },
  undo: (input) => [{ uses: 'rds.create-cluster-endpoint', with: { ...input } }],
  expect: (observation, input) => endpointsExpected(observation, input, false),
});
