import * as z from 'zod';
import { type AwsContext, defineEffect } from '../../aws/services.ts';
import { markers } from '../../aws/tags.ts';
import { settleWithinMs } from '../deadlines.ts';
import { Cluster, ClusterFenceProof, MadeClusterSnapshot } from './cluster-domain.ts';
import { nameOf } from './found.ts';
import { clusters } from './kinds/cluster.ts';
import { snapshotName, snapshotSeen } from './made-snapshot.ts';

const input = z.strictObject({
  cluster: Cluster,
  after: ClusterFenceProof.meta({ description: 'the proof that nobody writes any more' }),
});

/** Snapshots a fenced cluster. It needs no copy: a cluster is restored under another key straight from it. */
export const createClusterSnapshot = defineEffect({
  type: 'rds.create-cluster-snapshot',
  hazard: 'additive',
  call: 'rds:CreateDBClusterSnapshot',
  creates: (output) => [output.id],
  repeat: 'token',
  settleWithinMs: settleWithinMs.snapshot,
  permissions: [
    'rds:CreateDBClusterSnapshot',
    'rds:AddTagsToResource',
    'rds:DescribeDBClusterSnapshots',
    'rds:DescribeDBClusters',
  ],
  input,
  output: MadeClusterSnapshot,
  title: (input) => `final snapshot of ${input.cluster.name}`,
  async look(ctx, input) {
    const seen = snapshotSeen(ctx, await ctx.aws.sight.clusterSnapshot(snapshotName(ctx)), made(ctx, input));
    if (seen.is !== 'absent' || ctx.sentAt === undefined) return seen;
    const { id, name } = input.cluster;
    return (await ctx.aws.sight.cluster(id)) ? seen : { is: 'failed', reason: `${name} (${id}) is gone` };
  },
  async run(ctx, input) {
    await ctx.aws.rds.createDBClusterSnapshot({
      DBClusterIdentifier: nameOf(ctx, clusters, input.cluster.id),
      DBClusterSnapshotIdentifier: snapshotName(ctx),
      Tags: markers({ run: ctx.run, token: ctx.token, target: ctx.target.id, original: input.cluster.id }),
    });
    return made(ctx, input);
  },
  undo: (_input, output) => (output ? [{ uses: 'rds.discard-cluster-snapshot', with: { snapshot: output.id } }] : []),
});

function made(ctx: AwsContext, { cluster, after }: z.infer<typeof input>): MadeClusterSnapshot {
  return { id: snapshotName(ctx), cluster: cluster.id, after: after.restartedAt };
}
