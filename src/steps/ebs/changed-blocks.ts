import { classify } from '../../aws/outage.ts';
import { printable } from '../../aws/printable.ts';
import type { AwsContext } from '../../aws/services.ts';
import { unseenMs } from '../../contract/settle.ts';
import type { Proof } from '../../contract/step.ts';
import { Aborted, poll } from '../../contract/wait.ts';

const pauseMs = 10_000;

// What is said of two snapshots that AWS may only not show as they are yet: it shows the past for minutes.
const mayPass = (name: string, reason: unknown) =>
  name === 'ResourceNotFoundException' || (name === 'ValidationException' && reason !== 'UNRELATED_SNAPSHOTS');

// The endpoint of the EBS direct APIs is one of its own, which a Region or a network need not have.
const noEndpoint = ['ENOTFOUND', 'UnknownEndpoint', 'EndpointError'];

/** Whether blocks of a volume have changed between two of its snapshots; or why that can't be asked. */
type Comparison = { readonly changed: boolean } | { readonly unasked: string };

/**
 * Compares two snapshots of one volume, both completed. Assumed, since AWS does not say it [U]: that every block which holds
 * something else is listed; that nothing is read, so that no right to a key is needed and one that is disabled hides nothing; and
 * that both being encrypted, or both not, makes no difference. Where the last two are wrong AWS refuses, and that is said.
 */
async function compare(ctx: AwsContext, first: string, second: string): Promise<Comparison> {
  const since = ctx.clock.now();
  const end = await poll<Comparison>(ctx, pauseMs, async (askedAt) => {
    try {
      return { done: { changed: await anyChanged(ctx, first, second) } };
    } catch (error) {
      const outage = classify(error);
      const { name, Reason } = error as Error & { readonly Reason?: unknown };
      const lacking = outage !== undefined && [name, outage.code].some((one) => noEndpoint.includes(one));
      if (!outage || (outage.class !== 'permanent' && !lacking)) throw error;
      if ((lacking || mayPass(name, Reason)) && askedAt - since < unseenMs) return { again: true };
      return { done: { unasked: printable(`${outage.code}: ${outage.message}`) } };
    }
  });
  if (end === 'aborted') throw new Aborted('this process is ending: it is not known whether blocks have changed');
  return end.done;
}

/** All pages: where changed blocks are scarce one may be empty, and the next one is not (facts: direct APIs). */
async function anyChanged(ctx: AwsContext, FirstSnapshotId: string, SecondSnapshotId: string): Promise<boolean> {
  let NextToken: string | undefined;
  do {
    const page = await ctx.aws.ebs.listChangedBlocks({ FirstSnapshotId, SecondSnapshotId, NextToken });
    if (page.ChangedBlocks?.length) return true;
    NextToken = page.NextToken;
  } while (NextToken);
  return false;
}

/**
 * Proves that an original was not written to since its final snapshot, whoever has attached and detached it unseen. Without a
 * final snapshot, or where the comparison is not allowed, that is said; `required`: it then speaks against the delete.
 */
export async function unchangedSince(
  ctx: AwsContext,
  about: { readonly original: string; readonly final: string | undefined; readonly required: boolean },
  proof: string,
): Promise<Proof> {
  const { original, final, required } = about;
  const found = final === undefined ? { unasked: 'its final snapshot is not known' } : await compare(ctx, final, proof);
  if ('changed' in found) {
    if (!found.changed) return { findings: [] };
    const told = `blocks of original ${original} have changed since its final snapshot ${final}: it was used elsewhere meanwhile`;
    return { findings: [told], stale: true };
  }
  const told = `it can't be proven that nobody has used original ${original} since its final snapshot: its changed blocks could not be listed (${found.unasked})`;
  if (required) return { findings: [told] };
  ctx.announce(`${told}; only what rekey saw of it allows its delete`);
  return { findings: [] };
}
