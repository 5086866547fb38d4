import * as z from 'zod';
import type { AwsContext } from '../../aws/services.ts';
import type { Proof } from '../../contract/step.ts';

/** What is to stay of a deleted original, under its old key. A plan says it; there are no defaults. */
export const remains = <T extends z.ZodType<string>>(snapshotName: T) => ({
  finalSnapshot: z
    .union([z.literal('none'), snapshotName])
    .meta({ description: 'none, or the name of one that is taken, and stays, under the old key' }),
  automatedBackups: z
    .enum(['delete', 'retain'])
    .meta({ description: 'retained ones stay, under the old key, until they expire' }),
});

interface Remains {
  readonly finalSnapshot: string;
  readonly automatedBackups: 'delete' | 'retain';
}

/** The same as RDS takes it, with or without members: told to the operator, since it stays under the old key. */
export function toldRemains(ctx: AwsContext, original: string, { finalSnapshot, automatedBackups }: Remains) {
  if (finalSnapshot !== 'none') ctx.announce(`the final snapshot ${finalSnapshot} stays, under the old key`);
  if (automatedBackups === 'retain')
    ctx.announce(`the automated backups of ${original} stay, under the old key, until they expire`);
  return {
    ...(finalSnapshot === 'none'
      ? { SkipFinalSnapshot: true }
      : { SkipFinalSnapshot: false, FinalDBSnapshotIdentifier: finalSnapshot }),
    DeleteAutomatedBackups: automatedBackups === 'delete',
  };
}

/** The proof, with one thing more against a delete if the final snapshot's name is taken: RDS would refuse, after hours of hold. */
export async function withFreeName(
  proof: Promise<Proof>,
  finalSnapshot: string,
  find: (name: string) => Promise<unknown>,
): Promise<Proof> {
  const { findings, ...rest } = await proof;
  const taken = finalSnapshot !== 'none' && (await find(finalSnapshot)) !== undefined;
  return {
    ...rest,
    findings: taken ? [...findings, `the name ${finalSnapshot} of the final snapshot is taken`] : findings,
  };
}
