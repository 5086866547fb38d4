import * as z from 'zod';
import { defineEffect } from '../../../aws/services.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { ClusterEndpoint, ClusterId } from '../domain.ts';
import { endpointNamed, endpointsExpected, heldBy } from './endpoints.ts';

/** Takes a custom endpoint from a cluster. It can't be renamed, so the name is free for the replacement only then. */
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
