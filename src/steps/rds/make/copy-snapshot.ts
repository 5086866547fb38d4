import * as z from 'zod';
import { type AwsContext, defineEffect } from '../../../aws/services.ts';
import { asTags, markers } from '../../../aws/tags.ts';
import { unseenMs } from '../../../contract/settle.ts';
import { Aborted, poll } from '../../../contract/wait.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { KeyArn } from '../../domain.ts';
import { MadeDatabaseSnapshot } from '../domain.ts';
import { positioned } from '../fence/position.ts';
import { bornAs, lookForSnapshot, type Making } from './born.ts';

const beatMs = 10_000;

const input = z.strictObject({
  snapshot: MadeDatabaseSnapshot.meta({ description: 'the snapshot to copy, as the step that made it yields it' }),
  key: KeyArn.meta({ description: 'the key that the copy is under, as `steps.<check-key>.to`' }),
});

/** Copies a snapshot under another key: for a DB instance the only place where the key can change. */
export const copySnapshot = defineEffect({
  type: 'rds.copy-snapshot',
  hazard: 'additive',
  call: 'rds:CopyDBSnapshot',
  creates: (output) => [output.id],
  copies: (input) => ({ original: input.snapshot.database, anew: true }),
  repeat: 'token',
  slot: 'database-snapshot-copies',
  settleWithinMs: settleWithinMs.snapshot,
  permissions: [
    'rds:CopyDBSnapshot',
    'rds:AddTagsToResource',
    'rds:DescribeDBSnapshots',
    'kms:CreateGrant',
    'kms:DescribeKey',
  ],
  input,
  output: MadeDatabaseSnapshot,
  title: (input) => `copy ${input.snapshot.id} under the new key`,
  async look(ctx, input, known) {
    const seen = await lookForSnapshot(ctx, making(input), known);
    if (seen.is !== 'absent' || ctx.sentAt === undefined) return seen;
    const lost = await lostSource(ctx, input.snapshot.id);
    return lost === undefined ? seen : { is: 'failed', reason: lost };
  },
  async run(ctx, input) {
    const { snapshot, key } = input;
    await ctx.aws.rds.copyDBSnapshot({
      SourceDBSnapshotIdentifier: snapshot.id,
      TargetDBSnapshotIdentifier: bornAs(ctx),
      // Left out, the copy would stay under the old key.
      KmsKeyId: key,
      // Within a Region a copy does not show its source.
      Tags: [...asTags(ctx.tags), ...markers(ctx, { original: snapshot.database, source: snapshot.id })],
    });
    return { id: bornAs(ctx), ...making(input) };
  },
  undo: (_input, output) => (output ? [{ uses: 'rds.discard-snapshot', with: { snapshot: output.id } }] : []),
});

/** Why nothing can be copied from it any more; RDS refuses as if it only had to be waited for. */
async function lostSource(ctx: AwsContext, id: string): Promise<string | undefined> {
  const certainAt = ctx.clock.now() + unseenMs;
  const end = await poll<string | undefined>(ctx, beatMs, async (askedAt) => {
    const source = await ctx.aws.sight.databaseSnapshot(id);
    if (!source) return askedAt >= certainAt ? { done: `${id} is gone` } : { again: true };
    const lost = ['failed', 'error', 'deleting'].includes(source.Status ?? '');
    return { done: lost ? `${id} is ${source.Status}` : undefined };
  });
  if (end === 'aborted') throw new Aborted(`${id} was looked for when the process was asked to stop`);
  return end.done;
}

function making({ snapshot }: z.infer<typeof input>): Making {
  const { database, id: source, after, position } = snapshot;
  return { database, source, after, ...positioned(position) };
}
