import type { Tag } from '@aws-sdk/client-rds';
import type { AwsContext } from '../../../aws/services.ts';
import { claimKey, markers } from '../../../aws/tags.ts';
import type { Tag as CarriedTag } from '../../domain.ts';

/** The name under which something of this run is born. RDS has no token for it: the name is the token. */
export function bornAs(ctx: AwsContext): string {
  return `rekey-${ctx.token}`;
}

/** The tags of a replacement, all of the original's among them: given any tags, RDS leaves those of the snapshot out. */
export function tagsOfMade(
  ctx: AwsContext,
  made: { readonly original: string; readonly tags: readonly CarriedTag[]; readonly source: string },
): Tag[] {
  return [
    ...made.tags.map(({ key, value }) => ({ Key: key, Value: value })),
    ...markers({ run: ctx.run, token: ctx.token, target: ctx.target.id, original: made.original, source: made.source }),
  ];
}

/** The claim with which a replacement is born, since it takes over the name by which another run would find it. */
export function bornClaimed(ctx: AwsContext): Tag {
  return { Key: claimKey(ctx.run), Value: ctx.plan };
}
