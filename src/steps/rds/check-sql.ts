import * as z from 'zod';
import { printable } from '../../aws/printable.ts';
import { type AwsContext, defineVerify } from '../../aws/services.ts';
import { settleWithinMs } from '../deadlines.ts';
import { Database, DatabaseVerdict } from './domain.ts';
import { addressOf, asked, notForgotten, permissionsOfSql } from './sessions.ts';
import { judged, pending, takenIn } from './verdicts.ts';

const input = z.strictObject({
  instance: Database,
  verdict: DatabaseVerdict,
  statements: z
    .array(z.string().min(1))
    .default([])
    .meta({ description: 'each is asked of both databases, whose answers must be equal; add ORDER BY' }),
});
type Input = z.infer<typeof input>;

/** Asks old and new, both fenced, the same questions in SQL. The answers must be equal, row by row. */
export const checkSql = defineVerify({
  type: 'rds.check-sql',
  settleWithinMs: settleWithinMs.databaseChange,
  permissions: ['rds:DescribeDBInstances', ...permissionsOfSql],
  input,
  output: DatabaseVerdict,
  title: (input) => `ask ${input.verdict.original} and ${input.verdict.replacement} the same in SQL`,
  async check(ctx, input) {
    const findings: string[] = [];
    for (const [index, statement] of input.statements.entries()) {
      const [old, made] = await Promise.all([
        answer(ctx, input, input.verdict.original, statement),
        answer(ctx, input, input.verdict.replacement, statement),
      ]);
      if ('unknown' in old) return unanswered(input, old);
      if ('unknown' in made) return unanswered(input, made);
      // What a database answers is the owner's: only that it differs is told.
      if (JSON.stringify(old.rows) !== JSON.stringify(made.rows))
        findings.push(`statement ${index + 1} (${printable(statement, 80)}) is answered otherwise by the two`);
    }
    return judged(input.verdict, findings);
  },
  conclude: (input, status, reason) => takenIn(input.verdict, status, [reason]),
  verdicts: (output) => [output],
});

// A statement that is refused will be refused again, and clients are kept out meanwhile.
function unanswered({ verdict }: Input, { unknown, final }: { unknown: string; final: boolean }) {
  return final ? judged(verdict, [unknown]) : pending(verdict, unknown);
}

async function answer(ctx: AwsContext, input: Input, id: string, statement: string) {
  const instance = await ctx.aws.sight.database(id);
  const at = instance && addressOf(input.instance, instance);
  return at ? notForgotten(await asked(ctx, at, statement)) : { unknown: `${id} has no endpoint`, final: false };
}
