import * as z from 'zod';
import { defineEffect } from '../../aws/services.ts';
import { settleWithinMs } from '../deadlines.ts';
import { DatabaseId, DatabaseSnapshotName, FinalDatabaseVerdict } from './domain.ts';
import { faultsOfProof } from './finish/proof.ts';
import { nameOf } from './found.ts';
import { instances } from './kinds/instance.ts';
import { remains, toldRemains, withFreeName } from './remains.ts';
import { isGoing } from './status.ts';

const input = z.strictObject({
  verdict: FinalDatabaseVerdict,
  ...remains(DatabaseSnapshotName),
});

/** Deletes an original, by the verdict about it and its replacement. */
export const deleteInstance = defineEffect({
  type: 'rds.delete-instance',
  hazard: 'destructive',
  call: 'rds:DeleteDBInstance',
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
  async run(ctx, { verdict, ...stays }) {
    await ctx.aws.rds.deleteDBInstance({
      DBInstanceIdentifier: nameOf(ctx, instances, verdict.original),
      ...toldRemains(ctx, verdict.original, stays),
    });
    return undefined;
  },
  undo: 'impossible',
  verdict: (input) => input.verdict,
  deletes: (input) => input.verdict.original,
  prove: (ctx, { verdict, finalSnapshot }) =>
    withFreeName(faultsOfProof(ctx, instances, verdict), finalSnapshot, (name) => ctx.aws.sight.databaseSnapshot(name)),
});
