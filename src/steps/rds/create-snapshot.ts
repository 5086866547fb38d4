import * as z from 'zod';
import { defineEffect } from '../../aws/services.ts';
import { markers } from '../../aws/tags.ts';
import { settleWithinMs } from '../deadlines.ts';
import { Database, FenceProof, MadeDatabaseSnapshot } from './domain.ts';
import { nameOf } from './found.ts';
import { instances } from './kinds/instance.ts';
import { lookForSnapshot, type Making, snapshotName } from './made-snapshot.ts';

const input = z.strictObject({
  instance: Database,
  after: FenceProof.optional().meta({ description: 'the proof that nobody writes any more; omitted: a warm-up' }),
});

/** Snapshots a DB instance. The point in time lies between the call and the end of it. */
export const createSnapshot = defineEffect({
  type: 'rds.create-snapshot',
  hazard: 'additive',
  call: 'rds:CreateDBSnapshot',
  creates: (output) => [output.id],
  repeat: 'token',
  settleWithinMs: settleWithinMs.snapshot,
  permissions: ['rds:CreateDBSnapshot', 'rds:AddTagsToResource', 'rds:DescribeDBSnapshots', 'rds:DescribeDBInstances'],
  input,
  output: MadeDatabaseSnapshot,
  title: (input) => `${input.after ? 'final snapshot' : 'snapshot'} of ${input.instance.name}`,
  async look(ctx, input) {
    const seen = await lookForSnapshot(ctx, making(input));
    if (seen.is !== 'absent' || ctx.sentAt === undefined) return seen;
    const gone = !(await ctx.aws.sight.database(input.instance.id));
    return gone ? { is: 'failed', reason: `${input.instance.name} (${input.instance.id}) is gone` } : seen;
  },
  async run(ctx, input) {
    await ctx.aws.rds.createDBSnapshot({
      DBInstanceIdentifier: nameOf(ctx, instances, input.instance.id),
      DBSnapshotIdentifier: snapshotName(ctx),
      Tags: markers({ run: ctx.run, token: ctx.token, target: ctx.target.id, original: input.instance.id }),
    });
    return { id: snapshotName(ctx), ...making(input) };
  },
  undo: (_input, output) => (output ? [{ uses: 'rds.discard-snapshot', with: { snapshot: output.id } }] : []),
});

function making({ instance, after }: z.infer<typeof input>): Making {
  return { database: instance.id, source: null, after: after?.restartedAt ?? null };
}
