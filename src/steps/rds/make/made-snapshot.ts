import type { DBSnapshot } from '@aws-sdk/client-rds';
import type { AwsContext } from '../../../aws/services.ts';
import { marker, tagValue } from '../../../aws/tags.ts';
import type { Seen } from '../../../contract/step.ts';
import type { MadeDatabaseSnapshot } from '../domain.ts';

/** What a snapshot is being made of. */
export type Making = Omit<MadeDatabaseSnapshot, 'id'>;

/** The name is the token: RDS has no other. */
export function snapshotName(ctx: AwsContext): string {
  return `rekey-${ctx.token}`;
}

/** Where a snapshot of this run is. */
export async function lookForSnapshot(ctx: AwsContext, making: Making): Promise<Seen<MadeDatabaseSnapshot>> {
  const id = snapshotName(ctx);
  const snapshot = await ctx.aws.sight.databaseSnapshot(id);
  const storageGiB = snapshot?.AllocatedStorage;
  return snapshotSeen(ctx, snapshot, { id, ...making, ...(storageGiB !== undefined && { storageGiB }) });
}

/** What is seen of a snapshot, of an instance or of a cluster, that this run is making under the name `output.id`. */
export function snapshotSeen<O extends { readonly id: string }>(
  ctx: AwsContext,
  snapshot: Pick<DBSnapshot, 'Status' | 'TagList' | 'PercentProgress'> | undefined,
  output: O,
): Seen<O> {
  if (!snapshot) return { is: 'absent' };
  const { id } = output;
  if (tagValue(snapshot.TagList, marker.token) !== ctx.token) {
    // Tags of something new may show later than the thing itself.
    if ((snapshot.TagList ?? []).length === 0) return { is: 'absent' };
    return { is: 'failed', reason: `${id} was not made by this run` };
  }
  switch (snapshot.Status) {
    case 'available':
      return { is: 'done', output };
    case 'failed':
    case 'error':
      return { is: 'failed', output, reason: `AWS left ${id} in status ${snapshot.Status}` };
    case 'deleting':
      return { is: 'absent' };
    default:
      return { is: 'pending', output, progress: (snapshot.PercentProgress ?? 0) / 100 };
  }
}
