import { classify } from '../../aws/outage.ts';
import { printable } from '../../aws/printable.ts';
import type { AwsContext } from '../../aws/services.ts';
import { unseenMs } from '../../contract/settle.ts';
import { mayUse } from '../kms/key-use.ts';

/**
 * Why something that this run made is not shown, each cause with what is known of it. Describe calls do not tell them apart:
 * what was deleted, what AWS takes back for want of the key (CreateVolume answers before the key has been tried, facts §2), and
 * what an old answer does not have yet look the same.
 */
export async function causesOfAbsence(
  ctx: AwsContext,
  made: { readonly deletedBy: 'DeleteVolume' | 'DeleteSnapshot'; readonly key?: string },
): Promise<string[]> {
  return [
    `somebody may have deleted it: this run has not, and CloudTrail shows who called ${made.deletedBy}`,
    ...(made.key === undefined
      ? []
      : [`AWS may have taken it back for want of the key: ${await stateOf(ctx, made.key)}`]),
    ageOf(ctx),
  ];
}

/** What can be known of the key: not whether EC2 may use it, but whether it can be used at all, and by this caller. */
async function stateOf(ctx: AwsContext, key: string): Promise<string> {
  const through = 'look at its policy (kms:CreateGrant, kms:Decrypt)';
  try {
    const state = (await ctx.aws.sight.key(key))?.KeyState ?? 'in an unknown state';
    if (state !== 'Enabled') return `${key} is ${state} now`;
    const own = (await mayUse(ctx, key)) ? 'you may use it' : 'you may not use it';
    return `${key} is Enabled now and ${own}; whether EC2 may is not shown: ${through}`;
  } catch (error) {
    const outage = classify(error);
    if (!outage) throw error;
    return `${key} can't be looked at (${printable(`${outage.code}: ${outage.message}`, 200)}); ${through}`;
  }
}

function ageOf(ctx: AwsContext): string {
  const most = Math.round(unseenMs / 60_000);
  if (ctx.sentAt === undefined) return `AWS's answer may be an old one, for up to ${most} min: a resume asks again`;
  const minutes = Math.floor((ctx.clock.now() - ctx.sentAt) / 60_000);
  return minutes >= most
    ? `it is not an old answer: it was asked for ${minutes} min ago, and AWS's answers are at most ${most} min old`
    : `AWS's answer may be an old one: it was asked for ${minutes} min ago, and an answer can be ${most} min old`;
}
