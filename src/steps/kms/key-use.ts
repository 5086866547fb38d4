import { classify } from '../../aws/outage.ts';
import type { AwsContext } from '../../aws/services.ts';
import { CheckedKeys } from '../domain.ts';

/**
 * Whether KMS would let this caller encrypt under the key now: a dry run, which makes nothing (facts §1.5). `false` proves
 * little by itself, as a policy may let callers use the key through EC2 only (`kms:ViaService`); a `true` that became `false` does.
 */
export async function mayUse(ctx: AwsContext, key: string): Promise<boolean> {
  try {
    await ctx.aws.kms.generateDataKeyWithoutPlaintext({ KeyId: key, KeySpec: 'AES_256', DryRun: true });
    return true;
  } catch (error) {
    const outage = classify(error);
    if (outage?.code === 'DryRunOperationException') return true;
    if (outage?.class !== 'permanent') throw error;
    return false;
  }
}

/**
 * What speaks against the originals being readable now, one sentence at most: the old key, usable when the run began, is
 * not any more. Then a replacement that is not needed may be the last copy that can be read. `reads`: the latest first.
 */
export async function faultsOfOldKey(ctx: AwsContext, reads: readonly unknown[]): Promise<string[]> {
  for (const read of reads) {
    const { success, data } = CheckedKeys.safeParse(read);
    if (success) return data.from === undefined ? [] : faultsOfKey(ctx, data.from, data.fromTried ?? false);
  }
  return [];
}

/** What speaks against a key that could be used when the run began, one sentence at most. */
export async function faultsOfKey(ctx: AwsContext, key: string, tried: boolean): Promise<string[]> {
  if (!tried || (await mayUse(ctx, key))) return [];
  return [
    `the key ${key} may not be used any more, by its policy or your permissions: what is under it may be unreadable`,
  ];
}
