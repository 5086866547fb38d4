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

/** A key, and whether this caller could use it itself when it was read. */
export interface KnownKey {
  readonly key: string;
  readonly tried: boolean;
}

/** Both keys of the plan, as the latest of the reads that has them gave them. */
export function keysOfPlan(reads: readonly unknown[]): { readonly from: KnownKey[]; readonly to: KnownKey[] } {
  for (const read of reads) {
    const { success, data } = CheckedKeys.safeParse(read);
    if (!success) continue;
    const { from, fromTried = false, to, tried } = data;
    return { from: from === undefined ? [] : [{ key: from, tried: fromTried }], to: [{ key: to, tried }] };
  }
  return { from: [], to: [] };
}

/** What speaks against using these keys now, one sentence each: by a dry run where the caller could use the key, by its state where not. */
export async function faultsOfKeys(ctx: AwsContext, keys: readonly KnownKey[]): Promise<string[]> {
  const faults = keys.map(async ({ key, tried }) => {
    if (tried) return faultsOfKey(ctx, key, tried);
    const state = await stateOf(ctx, key);
    return state === undefined || state === 'Enabled' ? [] : [`the key ${key} is ${state}, and can't be used`];
  });
  return (await Promise.all(faults)).flat();
}

/** The state of a key; undefined where it can't be looked at. */
export async function stateOf(ctx: AwsContext, key: string): Promise<string | undefined> {
  try {
    return (await ctx.aws.kms.describeKey({ KeyId: key })).KeyMetadata?.KeyState;
  } catch (error) {
    if (classify(error)?.class !== 'permanent') throw error;
    return undefined;
  }
}

/** What speaks against a key that could be used when the run began, one sentence at most. */
export async function faultsOfKey(ctx: AwsContext, key: string, tried: boolean): Promise<string[]> {
  if (!tried || (await mayUse(ctx, key))) return [];
  return [
    `the key ${key} may not be used any more, by its policy or your permissions: what is under it may be unreadable`,
  ];
}
