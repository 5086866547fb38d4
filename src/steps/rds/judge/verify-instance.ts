import type { DBInstance } from '@aws-sdk/client-rds';
import * as z from 'zod';
import { type AwsContext, defineVerify } from '../../../aws/services.ts';
import { marker, tagValue } from '../../../aws/tags.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { faultsOfKey } from '../../kms/key-use.ts';
import { Database, DatabaseVerdict, FenceProof, MadeDatabaseSnapshot } from '../domain.ts';
import { holesInFence } from '../fence/rules.ts';
import { addressOf, asked, foreignSessions, permissionsOfSql } from '../fence/sessions.ts';
import { brokenStatus, hasGroups, isSettled, parametersPend, pendingOf } from '../status.ts';
import { differencesOf, unlike } from './comparison.ts';
import { judged, pending, takenIn } from './verdicts.ts';

const input = z.strictObject({
  instance: Database,
  verdict: DatabaseVerdict,
  fenced: FenceProof,
  snapshot: MadeDatabaseSnapshot.meta({ description: 'the final snapshot' }),
  copy: MadeDatabaseSnapshot.meta({ description: 'the copy of it under the new key' }),
});
type Input = z.infer<typeof input>;

/** Judges the pair before clients are admitted: key, lineage, name, fence, status, and that its endpoint answers. */
export const verifyDatabase = defineVerify({
  type: 'rds.verify-instance',
  // The name leads nowhere until the Domain Name System has followed the rename.
  settleWithinMs: settleWithinMs.databaseChange,
  permissions: [
    'rds:DescribeDBInstances',
    'rds:DescribeDBSnapshots',
    'ec2:DescribeSecurityGroups',
    'kms:GenerateDataKeyWithoutPlaintext',
    ...permissionsOfSql,
  ],
  input,
  output: DatabaseVerdict,
  title: (input) => `verify that ${input.verdict.replacement} can take the place of ${input.verdict.original}`,
  async check(ctx, input) {
    const { sight } = ctx.aws;
    const [original, replacement] = await Promise.all([
      sight.database(input.verdict.original),
      sight.database(input.verdict.replacement),
    ]);
    if (!replacement) return judged(input.verdict, [`replacement ${input.verdict.replacement} is gone`]);
    const broken = brokenStatus(replacement);
    if (broken !== undefined) return judged(input.verdict, [broken]);
    if (!isSettled(replacement))
      return pending(input.verdict, `${replacement.DBInstanceIdentifier} is ${replacement.DBInstanceStatus}`);
    const findings = [
      ...faultsOf(input, replacement),
      ...(await faultsOfKey(ctx, input.verdict.key, input.verdict.keyTried)),
      ...(await lineageFaults(ctx, input, replacement)),
      ...(await fenceFaults(ctx, input, original)),
      ...(original ? unlikeNow(input, original, replacement) : []),
    ];
    if (findings.length > 0 || !original) return judged(input.verdict, findings);
    const why = await unanswered(ctx, input, original, replacement);
    return why.length > 0 ? pending(input.verdict, why.join('; ')) : judged(input.verdict, []);
  },
  conclude: (input, status, reason) => takenIn(input.verdict, status, [reason]),
  verdicts: (output) => [output],
});

function faultsOf({ verdict }: Input, found: DBInstance): string[] {
  const name = found.DBInstanceIdentifier ?? '';
  const waiting = Object.keys(pendingOf(found));
  return [
    ...(found.KmsKeyId === verdict.key
      ? []
      : [`${name} is under ${found.KmsKeyId ?? 'no key'}, not under ${verdict.key}`]),
    ...(found.StorageEncrypted === true ? [] : [`${name} is not encrypted`]),
    ...(name === verdict.name ? [] : [`${verdict.replacement} is named ${name}, not ${verdict.name}`]),
    ...(hasGroups(found, [verdict.fence])
      ? []
      : [`${name} is not behind the fence alone: somebody may have written to it`]),
    ...(parametersPend(found) ? [`parameters of ${name} wait for a restart`] : []),
    ...(waiting.length > 0 ? [`${name} has pending changes of ${waiting.join(', ')}`] : []),
  ];
}

/** What somebody has changed on either since they were compared would be lost without a word. */
function unlikeNow({ instance, verdict }: Input, original: DBInstance, replacement: DBInstance): string[] {
  const was = differencesOf(instance, original, 'itself');
  return unlike(was, differencesOf(instance, replacement, 'replacement'), verdict.differences);
}

/** Replacement, copy, final snapshot, original: in one line, with the fence closed before it and ever since. */
async function lineageFaults(ctx: AwsContext, input: Input, replacement: DBInstance): Promise<string[]> {
  const { snapshot, copy, fenced, verdict } = input;
  const [taken, copied] = await Promise.all([
    ctx.aws.sight.databaseSnapshot(snapshot.id),
    ctx.aws.sight.databaseSnapshot(copy.id),
  ]);
  const faults: string[] = [];
  const source = tagValue(replacement.TagList, marker.source);
  const original = tagValue(replacement.TagList, marker.original);
  if (source !== copy.id)
    faults.push(`${verdict.replacement} was restored from ${source ?? 'nobody knows what'}, not from ${copy.id}`);
  if (original !== verdict.original)
    faults.push(`${verdict.replacement} is marked as made of ${original ?? 'nothing'}, not of ${verdict.original}`);
  if (copy.source !== snapshot.id)
    faults.push(`${copy.id} is a copy of ${copy.source ?? 'nothing'}, not of ${snapshot.id}`);
  if (!copied) faults.push(`snapshot ${copy.id} is not there`);
  else if (tagValue(copied.TagList, marker.source) !== snapshot.id)
    faults.push(`${copy.id} is not marked as a copy of ${snapshot.id}`);
  if (copied && copied.KmsKeyId !== verdict.key)
    faults.push(`${copy.id} is under ${copied.KmsKeyId ?? 'no key'}, not under ${verdict.key}`);
  if (!taken) faults.push(`snapshot ${snapshot.id} is not there`);
  else if (taken.DbiResourceId !== verdict.original)
    faults.push(`${snapshot.id} is of ${taken.DbiResourceId}, not of ${verdict.original}`);
  if (snapshot.after === null || snapshot.after !== fenced.restartedAt || fenced.original !== verdict.original)
    faults.push(`${snapshot.id} was not taken behind the fence`);
  return faults;
}

/** The fence was closed when the final snapshot was taken; what came in since would be on the original alone. */
async function fenceFaults(
  ctx: AwsContext,
  { instance, verdict }: Input,
  original: DBInstance | undefined,
): Promise<readonly string[]> {
  if (!original) return [`original ${verdict.original} is gone`];
  if (!hasGroups(original, [verdict.fence]))
    return [`original ${original.DBInstanceIdentifier} is not behind the fence alone: somebody may have written to it`];
  return holesInFence(ctx, instance);
}

/** What either database does not say yet; empty once the new one answers at the name, and the old one that it is left alone. */
async function unanswered(
  ctx: AwsContext,
  { instance, verdict }: Input,
  original: DBInstance,
  replacement: DBInstance,
): Promise<readonly string[]> {
  const [old, made] = [addressOf(instance, original), addressOf(instance, replacement)];
  if (!made?.host.startsWith(`${verdict.name}.`)) return [`its endpoint is still ${made?.host ?? 'none'}`];
  const [sessions, answer] = await Promise.all([
    old ? foreignSessions(ctx, old) : [`${verdict.original} has no endpoint`],
    asked(ctx, made, 'SELECT 1'),
  ]);
  return [...sessions, ...('unknown' in answer ? [answer.unknown] : [])];
}
