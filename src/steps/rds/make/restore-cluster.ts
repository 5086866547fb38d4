import * as z from 'zod';
import { defineEffect } from '../../../aws/services.ts';
import { marker, tagValue } from '../../../aws/tags.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { KeyArn } from '../../domain.ts';
import { clusterParameters } from '../carry/cluster.ts';
import { Cluster, MadeCluster, MadeClusterSnapshot } from '../cluster-domain.ts';
import { brokenStatus, isGoing, isSettled } from '../status.ts';
import { bornAs, bornClaimed, tagsOfMade } from './born.ts';

/** Makes the replacement from the final snapshot, under the new key: fenced from birth, with every setting given, and without members. */
export const restoreCluster = defineEffect({
  type: 'rds.restore-cluster',
  hazard: 'additive',
  call: 'rds:RestoreDBClusterFromSnapshot',
  creates: (output) => [output.id],
  repeat: 'token',
  settleWithinMs: settleWithinMs.database,
  permissions: [
    'rds:RestoreDBClusterFromSnapshot',
    'rds:AddTagsToResource',
    'rds:DescribeDBClusters',
    'rds:DescribeDBClusterSnapshots',
    'kms:CreateGrant',
    'kms:DescribeKey',
  ],
  input: z.strictObject({ cluster: Cluster, snapshot: MadeClusterSnapshot, key: KeyArn }),
  output: MadeCluster,
  title: (input) => `restore ${input.cluster.name} under the new key`,
  async look(ctx, input, known) {
    const name = bornAs(ctx);
    const all = await ctx.aws.sight.clusters();
    const made = all.find((one) => (known ? one.DbClusterResourceId === known.id : one.DBClusterIdentifier === name));
    if (!made?.DbClusterResourceId || isGoing(made)) return { is: 'absent' };
    const token = tagValue(made.TagList, marker.token);
    // Tags of something new may show later than the thing itself.
    if (token === undefined && (made.TagList ?? []).length === 0) return { is: 'absent' };
    if (token !== ctx.token) return { is: 'failed', reason: `${name} was not made by this run` };
    const output = { id: made.DbClusterResourceId, original: input.cluster.id, name };
    const broken = brokenStatus(made);
    if (broken !== undefined) return { is: 'failed', output, reason: `AWS accepted the restore, and ${broken}` };
    return isSettled(made) && made.Endpoint !== undefined ? { is: 'done', output } : { is: 'pending', output };
  },
  async run(ctx, { cluster, snapshot, key }) {
    const name = bornAs(ctx);
    const answer = await ctx.aws.rds.restoreDBClusterFromSnapshot({
      ...clusterParameters('restore', { ...cluster.settings, ...cluster.moved }),
      DBClusterIdentifier: name,
      SnapshotIdentifier: snapshot.id,
      Engine: String(cluster.settings['Engine']),
      // Left out, it would stay under the old one.
      KmsKeyId: key,
      VpcSecurityGroupIds: [cluster.fence],
      DeletionProtection: false,
      // Nothing that AWS shows of a cluster tells what it was restored from.
      Tags: [...tagsOfMade(ctx, { original: cluster.id, tags: cluster.tags, source: snapshot.id }), bornClaimed(ctx)],
    });
    const id = answer.DBCluster?.DbClusterResourceId;
    return id === undefined ? undefined : { id, original: cluster.id, name };
  },
  undo: (_input, output) => (output ? [{ uses: 'rds.discard-cluster', with: { cluster: output.id } }] : []),
  replaces: (input, output) => ({ original: input.cluster.id, replacement: output.id }),
  // Of Aurora DescribeDBClusters tells no size (AllocatedStorage is 1): CloudWatch's VolumeBytesUsed does.
  keeps: ({ cluster }) => ({
    instances: cluster.members.map(({ settings }) => String(settings['DBInstanceClass'])),
    storage: 'by use',
  }),
});
