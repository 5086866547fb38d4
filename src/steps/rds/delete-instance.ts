import * as z from 'zod';
import { type AwsContext, defineEffect } from '../../aws/services.ts';
import type { Proof } from '../../contract/step.ts';
import { settleWithinMs } from '../deadlines.ts';
import { DatabaseId, DatabaseSnapshotName, FinalDatabaseVerdict } from './domain.ts';
import { nameOf } from './found.ts';
import { faultsOfProof } from './proof.ts';
import { isGoing } from './status.ts';

const input = z.strictObject({
  verdict: FinalDatabaseVerdict,
  finalSnapshot: z
    .union([z.literal('none'), DatabaseSnapshotName])
    .meta({ description: 'none, or the name of one that is taken, and stays, under the old key' }),
  automatedBackups: z
    .enum(['delete', 'retain'])
    .meta({ description: 'retained ones stay, under the old key, until they expire' }),
});
type Input = z.infer<typeof input>;

/** Deletes an original, by the verdict about it and its replacement. */
export const deleteInstance = defineEffect({
  type: 'rds.delete-instance',
  hazard: 'destructive',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.database,
  permissions: [
    'rds:DeleteDBInstance',
    'rds:CreateDBSnapshot',
    'rds:DescribeDBInstances',
    'rds:DescribeDBSnapshots',
    'ec2:DescribeSecurityGroups',
    'kms:DescribeKey',
    'kms:GenerateDataKeyWithoutPlaintext',
  ],
  input,
  output: z.strictObject({ database: DatabaseId }),
  title: (input) => `delete original ${input.verdict.original}`,
  async look(ctx, { verdict }) {
    const instance = await ctx.aws.sight.database(verdict.original);
    const output = { database: verdict.original };
    if (!instance) return { is: 'done', output };
    return isGoing(instance) ? { is: 'pending', output } : { is: 'absent' };
  },
  async run(ctx, { verdict, finalSnapshot, automatedBackups }) {
    if (finalSnapshot !== 'none') ctx.announce(`the final snapshot ${finalSnapshot} stays, under the old key`);
    if (automatedBackups === 'retain')
      ctx.announce(`the automated backups of ${verdict.original} stay, under the old key, until they expire`);
    await ctx.aws.rds.deleteDBInstance({
      DBInstanceIdentifier: nameOf(ctx, verdict.original),
      ...(finalSnapshot === 'none'
        ? { SkipFinalSnapshot: true }
        : { SkipFinalSnapshot: false, FinalDBSnapshotIdentifier: finalSnapshot }),
      DeleteAutomatedBackups: automatedBackups === 'delete',
    });
    return undefined;
  },
  undo: 'impossible',
  prove: (ctx, input) => proofOf(ctx, input),
});

async function proofOf(ctx: AwsContext, { verdict, finalSnapshot }: Input): Promise<Proof> {
  const proof = await faultsOfProof(ctx, verdict);
  const taken = finalSnapshot === 'none' ? undefined : await ctx.aws.sight.databaseSnapshot(finalSnapshot);
  if (!taken) return proof;
  return { ...proof, findings: [...proof.findings, `the name ${finalSnapshot} of the final snapshot is taken`] };
}
