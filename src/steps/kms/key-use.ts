import { classify } from '../../aws/outage.ts';
import type { AwsContext } from '../../aws/services.ts';
import { CheckedKeys } from '../domain.ts';

/** Whether this caller could use the key itself now. */
export function mayUse(ctx: AwsContext, key: string): Promise<boolean> {
  return ctx.aws.sight.mayUse(key);
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
    return (await ctx.aws.sight.key(key))?.KeyState;
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
