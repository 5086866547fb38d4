import type { KeyMetadata } from '@aws-sdk/client-kms';
import * as z from 'zod';
import { classify } from '../../aws/outage.ts';
import { printable } from '../../aws/printable.ts';
import { type AwsContext, defineRead } from '../../aws/services.ts';
import { problem } from '../../errors/index.ts';
import { CheckedKeys, KeyArn } from '../domain.ts';
import { mayUse } from './key-use.ts';

/** Resolves both keys once, by id, ARN or alias, and refuses what EBS can't work with. */
export const checkKey = defineRead({
  type: 'kms.check-key',
  permissions: ['kms:DescribeKey', 'kms:GenerateDataKeyWithoutPlaintext'],
  input: z.strictObject({
    from: z
      .string()
      .min(1)
      .optional()
      .meta({ description: 'the key to move away from, as key id, ARN or alias; omitted: whatever key it is' }),
    to: z.string().min(1).meta({ description: 'the key to move to, as key id, ARN or alias' }),
    accept: z
      .array(z.enum(['untried-key']).meta({ description: 'what is accepted, by name' }))
      .default([])
      .meta({
        description: 'untried-key: go on although you yourself may not use the new key, so that rekey cannot try it',
      }),
  }),
  output: CheckedKeys,
  title: (input) => `check ${input.from === undefined ? input.to : `${input.from} and ${input.to}`}`,
  async read(ctx, input, known) {
    // An alias may have been pointed elsewhere since: the run keeps the keys it began with.
    const names = { from: known ? known.from : input.from, to: known?.to ?? input.to };
    const reasons: Reason[] = [];
    const from = names.from === undefined ? undefined : await checked(ctx, names.from, reasons);
    const to = await checked(ctx, names.to, reasons);
    if (from !== undefined && from === to) {
      reasons.push({ why: `keys.from and keys.to are the same key, ${from}`, wayOut: 'name another key in keys.to' });
    }
    const tried = to !== undefined && (await triedOrAccepted(ctx, to, input.accept.includes('untried-key'), reasons));
    if (reasons.length > 0 || to === undefined) throw problem('key-refused', { reasons });
    return from === undefined
      ? { to, tried }
      : { from, fromTried: known?.fromTried === true || (await mayUse(ctx, from)), to, tried };
  },
});

interface Reason {
  readonly why: string;
  readonly wayOut: string;
}

/** Whether the new key could be tried; a reason when it could not and nobody has accepted that. */
async function triedOrAccepted(ctx: AwsContext, key: string, accepted: boolean, reasons: Reason[]): Promise<boolean> {
  if (await mayUse(ctx, key)) return true;
  const why = `key ${key} can't be tried (kms:GenerateDataKeyWithoutPlaintext is refused)`;
  if (accepted)
    ctx.announce(`${why}: nothing proves, before the originals are deleted, that its policy still lets AWS use it`);
  else
    reasons.push({
      why,
      wayOut:
        'allow it; or, if its policy lets you use it through AWS services only (kms:ViaService), accept: [untried-key]',
    });
  return false;
}

/** The key's ARN; undefined, and a reason, when it can't be used. */
async function checked(ctx: AwsContext, name: string, reasons: Reason[]): Promise<string | undefined> {
  const shown = printable(name, 200);
  const key = await described(ctx, name, reasons);
  if (!key) return undefined;
  const arn = KeyArn.safeParse(key.Arn);
  const refuse = (why: string, wayOut: string) => {
    reasons.push({ why: `key ${shown} ${why}`, wayOut });
    return undefined;
  };
  if (!arn.success) return refuse('has no ARN that rekey knows', 'name a KMS key of this account and region');
  const region = arn.data.split(':')[3];
  if (region !== ctx.aws.region) {
    return refuse(
      `is in ${region}, not in ${ctx.aws.region}`,
      'name a key of the region of the plan (a replica of it will do)',
    );
  }
  const { KeySpec: spec = 'SYMMETRIC_DEFAULT', KeyUsage: usage = 'ENCRYPT_DECRYPT' } = key;
  if (spec !== 'SYMMETRIC_DEFAULT' || usage !== 'ENCRYPT_DECRYPT') {
    return refuse(`is ${spec} for ${usage}, not symmetric for encryption`, 'name a symmetric encryption key');
  }
  if (key.KeyState !== 'Enabled') return refuse(`is ${key.KeyState}, not Enabled`, 'enable it, or name another key');
  if (key.KeyManager === 'AWS') {
    ctx.announce(`key ${shown} is managed by AWS: what is under it can't be shared with or copied to other accounts`);
  }
  return arn.data;
}

async function described(ctx: AwsContext, name: string, reasons: Reason[]): Promise<KeyMetadata | undefined> {
  try {
    return await ctx.aws.sight.key(name);
  } catch (error) {
    const outage = classify(error);
    if (outage?.class !== 'permanent') throw error;
    reasons.push({
      why: `key ${printable(name, 200)} can't be looked at (${outage.code}: ${outage.message})`,
      wayOut: 'check its name, region and key policy (kms:DescribeKey)',
    });
    return undefined;
  }
}
