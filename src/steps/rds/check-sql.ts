import * as z from 'zod';
import { type AwsContext, defineVerify } from '../../aws/services.ts';
import { settleWithinMs } from '../deadlines.ts';
import { Database, DatabaseVerdict } from './domain.ts';
import { type Askable, sameAnswers } from './same-answers.ts';
import { addressOf, permissionsOfSql } from './sessions.ts';
import { takenIn } from './verdicts.ts';

const input = z.strictObject({
  instance: Database,
  verdict: DatabaseVerdict,
  statements: z
    .array(z.string().min(1))
    .default([])
    .meta({ description: 'each is asked of both databases, whose answers must be equal; add ORDER BY' }),
});

/** Asks old and new, both fenced, the same questions in SQL. The answers must be equal, row by row. */
export const checkSql = defineVerify({
  type: 'rds.check-sql',
  settleWithinMs: settleWithinMs.databaseChange,
  permissions: ['rds:DescribeDBInstances', ...permissionsOfSql],
  input,
  output: DatabaseVerdict,
  title: (input) => `ask ${input.verdict.original} and ${input.verdict.replacement} the same in SQL`,
  check: (ctx, { instance, verdict, statements }) =>
    sameAnswers(ctx, verdict, statements, () =>
      Promise.all([where(ctx, instance, verdict.original), where(ctx, instance, verdict.replacement)]),
    ),
  conclude: (input, status, reason) => takenIn(input.verdict, status, [reason]),
  verdicts: (output) => [output],
});

async function where(ctx: AwsContext, database: Database, id: string): Promise<Askable> {
  const instance = await ctx.aws.sight.database(id);
  return { id, at: instance && addressOf(database, instance) };
}
