import * as z from 'zod';
import { defineVerify } from '../../aws/services.ts';
import type { Seen } from '../../contract/step.ts';
import { settleWithinMs } from '../deadlines.ts';
import { Database, DatabaseVerdict, FinalDatabaseVerdict } from './domain.ts';
import { faultsOfProbes, probing } from './probes.ts';
import { brokenStatus, hasGroups, isUsable } from './status.ts';
import { judged, pending, takenIn } from './verdicts.ts';

const input = z.strictObject({
  instance: Database,
  verdict: DatabaseVerdict,
  ...probing,
});

/** Judges the replacement with its clients let in, and makes with the earlier verdict the final one. */
export const verifyServing = defineVerify({
  type: 'rds.verify-serving',
  settleWithinMs: settleWithinMs.databaseChange,
  permissions: ['rds:DescribeDBInstances'],
  input,
  output: FinalDatabaseVerdict,
  title: (input) => `verify that ${input.verdict.name} serves`,
  async check(ctx, input): Promise<Seen<FinalDatabaseVerdict>> {
    const { verdict, instance } = input;
    const found = await ctx.aws.sight.database(verdict.replacement);
    if (!found) return judged(verdict, [`replacement ${verdict.replacement} is gone`]);
    const broken = brokenStatus(found);
    if (broken !== undefined) return judged(verdict, [broken]);
    if (!isUsable(found)) return pending(verdict, `${verdict.name} is ${found.DBInstanceStatus}`);
    const name = found.DBInstanceIdentifier ?? '';
    const findings = [
      ...(name === verdict.name ? [] : [`${verdict.replacement} is named ${name}, not ${verdict.name}`]),
      ...(hasGroups(found, verdict.securityGroups)
        ? []
        : [`${name} has not the security groups that the original had`]),
      ...(instance.deletionProtection && !found.DeletionProtection
        ? [`${name} is not protected against deletion, the original was`]
        : []),
      ...(instance.masterUserSecret && !found.MasterUserSecret
        ? [`RDS does not manage the master password of ${name}, and did that of the original`]
        : []),
    ];
    return judged(verdict, [...findings, ...(findings.length > 0 ? [] : await faultsOfProbes(ctx, name, input))]);
  },
  conclude: (input, status, reason) => takenIn(input.verdict, status, [reason]),
  verdicts: (output) => [output],
});
