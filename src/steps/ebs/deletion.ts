import type { Tag, Volume } from '@aws-sdk/client-ec2';
import type { AwsContext } from '../../aws/services.ts';
import { marker, tagValue } from '../../aws/tags.ts';
import type { Seen } from '../../contract/step.ts';

/** Whether a volume has been deleted: AWS shows `deleting` for minutes and then nothing at all. */
export function lookForDeletion<O>(volume: Volume | undefined, output: O): Seen<O> {
  if (!volume || volume.State === 'deleted') return { is: 'done', output };
  return volume.State === 'deleting' ? { is: 'pending', output } : { is: 'absent' };
}

/** Is this volume no more, or about to be? */
export function gone(volume: Volume | undefined): boolean {
  return !volume || volume.State === 'deleted' || volume.State === 'deleting';
}

/** Why something may not be discarded, if so: only what carries this run's tag may. */
export function foreign(ctx: AwsContext, id: string, tags: readonly Tag[] | undefined): string | undefined {
  return tagValue(tags, marker.run) === ctx.run ? undefined : `${id} does not carry this run's tag: it is kept`;
}
