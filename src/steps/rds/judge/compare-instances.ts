import * as z from 'zod';
import { defineVerify } from '../../../aws/services.ts';
import type { Seen } from '../../../contract/step.ts';
import type { VerdictStatus } from '../../../contract/verdict.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { KeyArn, KeyTried } from '../../domain.ts';
import { carry } from '../carry/instance.ts';
import { Database, DatabaseVerdict, MadeDatabase } from '../domain.ts';
import { brokenStatus, isSettled, pendingOf } from '../status.ts';
import { differencesOf, unlike } from './comparison.ts';

const attributes = Object.keys(carry) as [string, ...string[]];
const input = z.strictObject({
  instance: Database,
  replacement: MadeDatabase,
  key: KeyArn,
  keyTried: KeyTried,
  differences: z
    .array(z.enum(attributes))
    .default([])
    .meta({ description: 'attributes of DescribeDBInstances in which the two may differ' }),
});
type Input = z.infer<typeof input>;

/** Compares old and new, attribute by attribute, before either gets another name. What differs and is not named stops the plan. */
export const compareInstances = defineVerify({
  type: 'rds.compare-instances',
  settleWithinMs: settleWithinMs.databaseChange,
  permissions: ['rds:DescribeDBInstances'],
  input,
  output: DatabaseVerdict,
  title: (input) => `compare ${input.replacement.name} with ${input.instance.name}`,
  async check(ctx, input) {
    const { sight } = ctx.aws;
    const [original, replacement] = await Promise.all([
      sight.database(input.instance.id),
      sight.database(input.replacement.id),
    ]);
    if (!original) return judged(input, [`original ${input.instance.id} is gone`]);
    if (!replacement) return judged(input, [`replacement ${input.replacement.id} is gone`]);
    const broken = brokenStatus(replacement);
    if (broken !== undefined) return judged(input, [broken]);
    if (!isSettled(replacement)) return pending(input, `${input.replacement.name} is ${replacement.DBInstanceStatus}`);
    const differences = differencesOf(input.instance, replacement, 'replacement');
    for (const { attribute, told } of differences)
      if (input.differences.includes(attribute)) ctx.announce(`a difference that the plan names: ${told}`);
    const findings = unlike(differencesOf(input.instance, original, 'itself'), differences, input.differences);
    if ((replacement.AllocatedStorage ?? 0) < (original.AllocatedStorage ?? 0)) {
      findings.push(
        `${input.replacement.name} has ${replacement.AllocatedStorage} GiB, the original has ${original.AllocatedStorage}`,
      );
    }
    const waiting = Object.keys(pendingOf(replacement));
    if (waiting.length > 0) findings.push(`${input.replacement.name} has pending changes of ${waiting.join(', ')}`);
    return judged(input, findings);
  },
  conclude: (input, status, reason) => verdict(input, status, [reason]),
  verdicts: (output) => [output],
});

function judged(input: Input, findings: readonly string[]): Seen<DatabaseVerdict> {
  return { is: 'done', output: verdict(input, findings.length === 0 ? 'SUCCESSFUL' : 'FAILED', findings) };
}

function pending(input: Input, why: string): Seen<DatabaseVerdict> {
  return { is: 'pending', output: verdict(input, 'TIMED_OUT', [why]), why };
}

function verdict(
  { instance, replacement, key, keyTried, differences }: Input,
  status: VerdictStatus,
  findings: readonly string[],
): DatabaseVerdict {
  const { id, name, fence, letThrough, securityGroups } = instance;
  return {
    id,
    original: id,
    replacement: replacement.id,
    status,
    findings: [...findings],
    key,
    keyTried,
    name,
    fence,
    letThrough,
    securityGroups,
    differences,
  };
}
