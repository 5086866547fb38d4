import * as z from 'zod';
import { defineEffect } from '../../aws/services.ts';
import { settleWithinMs } from '../deadlines.ts';
import { DatabaseId, FinalDatabaseVerdict } from './domain.ts';
import { nameOf } from './found.ts';
import { faultsOfProof } from './proof.ts';
import { isGoing } from './status.ts';

/** Takes the deletion protection off an original, by the verdict about it. */
export const clearDeletionProtection = defineEffect({
  type: 'rds.clear-deletion-protection',
  hazard: 'destructive',
  call: 'rds:ModifyDBInstance',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.databaseChange,
  permissions: [
    'rds:ModifyDBInstance',
    'rds:DescribeDBInstances',
    'ec2:DescribeSecurityGroups',
    'kms:DescribeKey',
    'kms:GenerateDataKeyWithoutPlaintext',
  ],
  input: z.strictObject({ verdict: FinalDatabaseVerdict }),
  output: z.strictObject({ database: DatabaseId }),
  title: (input) => `take deletion protection off original ${input.verdict.original}`,
  async look(ctx, { verdict }) {
    const instance = await ctx.aws.sight.database(verdict.original);
    const unprotected = !instance || isGoing(instance) || instance.DeletionProtection !== true;
    return unprotected ? { is: 'done', output: { database: verdict.original } } : { is: 'absent' };
  },
  async run(ctx, { verdict }) {
    await ctx.aws.rds.modifyDBInstance({
      DBInstanceIdentifier: nameOf(ctx, verdict.original),
      DeletionProtection: false,
      ApplyImmediately: true,
    });
    return undefined;
  },
  undo: (input) => [{ uses: 'rds.set-deletion-protection', with: { database: input.verdict.original } }],
  verdict: (input) => input.verdict,
  deletes: 'nothing',
  prove: (ctx, { verdict }) => faultsOfProof(ctx, verdict),
});
