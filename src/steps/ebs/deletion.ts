import type { Volume } from '@aws-sdk/client-ec2';
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

/** Has this volume nothing to give any more? What fails (state `error`) does not come back: EBS says to restore a snapshot. */
export function dataLost(volume: Volume | undefined): boolean {
  return gone(volume) || volume?.State === 'error';
}
