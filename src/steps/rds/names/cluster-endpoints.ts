import type { DBInstance } from '@aws-sdk/client-rds';
import * as z from 'zod';
import { type AwsContext, defineEffect } from '../../../aws/services.ts';
import { Aborted, poll } from '../../../contract/wait.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { ClusterEndpoint, ClusterId } from '../domain.ts';
import { beatMs, membersOf, namelessMs, nameOf } from '../found.ts';
import { clusters } from '../kinds/cluster.ts';
import { instances } from '../kinds/instance.ts';
import { idIn, nameIn } from '../status.ts';
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
    if (!found || found.Status === 'deleting') {
      // Once it is sent, what is made shows soon, and who was missing then has been waited for.
      const lacks = await (ctx.sentAt === undefined ? surelyLacking : lacking)(ctx, cluster, endpoint);
      const leadsNowhere = endpoint.members.length > 0 && endpoint.members.every((name) => lacks.includes(name));
      if (!leadsNowhere) return { is: 'absent' };
      const names = endpoint.members.join(', ');
      return {
        is: 'failed',
        reason: `the custom endpoint ${endpoint.id} led to ${names} alone, which is gone: make it for other members (aws rds create-db-cluster-endpoint --db-cluster-endpoint-identifier ${endpoint.id})`,
      };
    }
    if (!heldBy(holder, found))
      return { is: 'failed', reason: `the endpoint ${endpoint.id} is one of ${found.DBClusterIdentifier}` };
    const output = { cluster, endpoint: endpoint.id };
    return found.Status === 'creating' ? { is: 'pending', output } : { is: 'done', output };
  },
  async run(ctx, { cluster, endpoint }) {
    const lacks = lacking(ctx, cluster, endpoint);
    if (lacks.length > 0)
      ctx.announce(
        `the custom endpoint ${endpoint.id} is made without ${lacks.join(', ')}: no member of its cluster has that name any more`,
      );
    const left = (listed: readonly string[]) => listed.filter((name) => !lacks.includes(name));
    const [members, excluded] = [left(endpoint.members), left(endpoint.excluded)] as const;
    await ctx.aws.rds.createDBClusterEndpoint({
      DBClusterIdentifier: nameOf(ctx, clusters, cluster),
      DBClusterEndpointIdentifier: endpoint.id,
      EndpointType: endpoint.type,
      ...(members.length > 0 && { StaticMembers: members }),
      ...(excluded.length > 0 && { ExcludedMembers: excluded }),
      ...(endpoint.tags.length > 0 && { Tags: endpoint.tags.map(({ key, value }) => ({ Key: key, Value: value })) }),
    });
    return undefined;
  },
  undo: (input) => [{ uses: 'rds.delete-cluster-endpoint', with: { ...input } }],
  expect: (observation, input) => endpointsExpected(observation, input, true),
});

/** The names that an endpoint lists and no member has, as the last look has shown them: RDS makes none that names what is gone. */
function lacking(ctx: AwsContext, cluster: string, { members, excluded }: ClusterEndpoint): string[] {
  const holder = ctx.aws.sight.lastSeenClusters().find((one) => idIn(one) === cluster);
  const names = holder ? membersOf(holder, instances.lastSeen(ctx) as DBInstance[]).map(nameIn) : [];
  return [...members, ...excluded].filter((name) => !names.includes(name));
}

/** The same once no look has shown them for as long as a rename, or a look of the past, may hide them. */
async function surelyLacking(ctx: AwsContext, cluster: string, endpoint: ClusterEndpoint): Promise<string[]> {
  const until = ctx.clock.now() + namelessMs;
  let isFirst = true;
  const end = await poll<string[]>(ctx, beatMs, async () => {
    if (!isFirst) await Promise.all([ctx.aws.sight.cluster(cluster), ctx.aws.sight.databases()]);
    isFirst = false;
    const lacks = lacking(ctx, cluster, endpoint);
    return lacks.length === 0 || ctx.clock.now() >= until ? { done: lacks } : { again: true };
  });
  if (end === 'aborted') throw new Aborted('it was looked for when the process was asked to stop');
  return end.done;
}

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
