import * as z from 'zod';
import { printable } from '../../../aws/printable.ts';
import { type AwsContext, defineVerify } from '../../../aws/services.ts';
import type { DatabaseAddress } from '../../../contract/databases.ts';
import type { Seen } from '../../../contract/step.ts';
import type { Verdict } from '../../../contract/verdict.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { asked, notForgotten, permissionsOfSql } from '../fence/sessions.ts';
import { byOriginal, type Kind, type Original, originalOf } from '../kinds/kind.ts';
import { judged, pending, takenIn } from './verdicts.ts';

/** Asks old and new, both fenced, the same questions in SQL. The answers must be equal, row by row. */
export const checkSql = (kind: Kind) =>
  defineVerify({
    type: kind.steps.checkSql,
    settleWithinMs: settleWithinMs.databaseChange,
    permissions: [`rds:Describe${kind.resource}s`, ...permissionsOfSql],
    input: byOriginal(kind, {
      verdict: kind.Verdict,
      statements: z
        .array(z.string().min(1).meta({ description: 'a SELECT' }))
        .default([])
        .meta({ description: `each is asked of both ${kind.asked}, whose answers must be equal; add ORDER BY` }),
    }),
    output: kind.Verdict,
    title: (input) => `ask ${input.verdict.original} and ${input.verdict.replacement} the same in SQL`,
    check: (ctx, input) => {
      const { verdict, statements } = input;
      const original = originalOf(kind, input);
      return sameAnswers(ctx, verdict, statements, () =>
        Promise.all([where(ctx, kind, original, verdict.original), where(ctx, kind, original, verdict.replacement)]),
      );
    },
    conclude: (input, status, reason) => takenIn(input.verdict, status, [reason]),
    verdicts: (output) => [output],
    async rehearse(ctx, known) {
      const { statements } = known as { readonly statements?: readonly string[] };
      const original = kind.Original.safeParse((known as Readonly<Record<string, unknown>>)[kind.originalField]);
      return original.success ? refusedStatements(ctx, kind, original.data, statements ?? []) : [];
    },
  });

/** Which statements the original refuses for good; that it does not answer this runner while it serves says nothing. */
async function refusedStatements(ctx: AwsContext, kind: Kind, original: Original, statements: readonly string[]) {
  const { at } = await where(ctx, kind, original, original.id);
  const refused: { why: string; wayOut: string }[] = [];
  for (const [index, statement] of at ? statements.entries() : []) {
    const answer = at && notForgotten(await asked(ctx, at, statement));
    if (!answer || !('unknown' in answer) || !answer.final) continue;
    const named = `statement ${index + 1} of ${kind.steps.checkSql} (${printable(statement, 80)})`;
    refused.push({
      why: `${named} is refused: ${answer.unknown}`,
      wayOut: 'correct it in the plan, or grant what it needs',
    });
  }
  return refused;
}

/** Where a database is asked; undefined while it has no endpoint. */
interface Askable {
  readonly id: string;
  readonly at: DatabaseAddress | undefined;
}

async function where(ctx: AwsContext, kind: Kind, original: Original, id: string): Promise<Askable> {
  const found = await kind.find(ctx, id);
  return { id, at: found && kind.addressOf(original, found) };
}

/** Asks original and replacement each statement, and takes into the verdict whether their answers are equal, row by row. */
async function sameAnswers<V extends Verdict>(
  ctx: AwsContext,
  verdict: V,
  statements: readonly string[],
  where: () => Promise<readonly [Askable, Askable]>,
): Promise<Seen<V>> {
  const findings: string[] = [];
  for (const [index, statement] of statements.entries()) {
    const [old, made] = await Promise.all((await where()).map((one) => answer(ctx, one, statement)));
    for (const one of [old, made]) {
      // A statement that is refused will be refused again, and clients are kept out meanwhile.
      if (one && 'unknown' in one) return one.final ? judged(verdict, [one.unknown]) : pending(verdict, one.unknown);
    }
    // What a database answers is the owner's: only that it differs is told.
    if (JSON.stringify(old) !== JSON.stringify(made))
      findings.push(`statement ${index + 1} (${printable(statement, 80)}) is answered otherwise by the two`);
  }
  return judged(verdict, findings);
}

async function answer(ctx: AwsContext, { id, at }: Askable, statement: string) {
  return at ? notForgotten(await asked(ctx, at, statement)) : { unknown: `${id} has no endpoint`, final: false };
}
