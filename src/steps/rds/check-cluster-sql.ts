import * as z from 'zod';
import { type AwsContext, defineVerify } from '../../aws/services.ts';
import { settleWithinMs } from '../deadlines.ts';
import { Cluster, ClusterVerdict } from './cluster-domain.ts';
import { writerAddressOf } from './cluster-found.ts';
import { type Askable, sameAnswers } from './same-answers.ts';
import { permissionsOfSql } from './sessions.ts';
import { takenIn } from './verdicts.ts';

/** Asks the writers of old and new, both fenced, the same questions in SQL. The answers must be equal, row by row. */
export const checkClusterSql = defineVerify({
  type: 'rds.check-cluster-sql',
  settleWithinMs: settleWithinMs.databaseChange,
  permissions: ['rds:DescribeDBClusters', ...permissionsOfSql],
  input: z.strictObject({
    cluster: Cluster,
    verdict: ClusterVerdict,
    statements: z
      .array(z.string().min(1))
      .default([])
      .meta({ description: 'each is asked of both writers, whose answers must be equal; add ORDER BY' }),
  }),
  output: ClusterVerdict,
  title: (input) => `ask ${input.verdict.original} and ${input.verdict.replacement} the same in SQL`,
  check: (ctx, { cluster, verdict, statements }) =>
    sameAnswers(ctx, verdict, statements, () =>
      Promise.all([where(ctx, cluster, verdict.original), where(ctx, cluster, verdict.replacement)]),
    ),
  conclude: (input, status, reason) => takenIn(input.verdict, status, [reason]),
  verdicts: (output) => [output],
});

async function where(ctx: AwsContext, cluster: Cluster, id: string): Promise<Askable> {
  const found = await ctx.aws.sight.cluster(id);
  return { id, at: found && writerAddressOf(cluster, found) };
}
