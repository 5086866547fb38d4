import { printable } from '../../aws/printable.ts';
import type { AwsContext } from '../../aws/services.ts';
import type { DatabaseAddress } from '../../contract/databases.ts';
import type { Seen } from '../../contract/step.ts';
import type { Verdict } from '../../contract/verdict.ts';
import { asked, notForgotten } from './sessions.ts';
import { judged, pending } from './verdicts.ts';

/** Where a database is asked; undefined while it has no endpoint. */
export interface Askable {
  readonly id: string;
  readonly at: DatabaseAddress | undefined;
}

/** Asks original and replacement each statement, and takes into the verdict whether their answers are equal, row by row. */
export async function sameAnswers<V extends Verdict>(
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
