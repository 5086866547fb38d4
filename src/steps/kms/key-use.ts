import { classify } from '../../aws/outage.ts';
import type { AwsContext } from '../../aws/services.ts';

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

/** Whether the key may be used, for a verdict; tells the operator when nobody can know. */
export async function tried(ctx: AwsContext, key: string): Promise<boolean> {
  const may = await mayUse(ctx, key);
  if (!may) {
    ctx.announce(
      `${key} can't be tried from here (kms:GenerateDataKeyWithoutPlaintext is refused): that its policy still lets EC2 use it won't be proven before the originals are deleted`,
    );
  }
  return may;
}
