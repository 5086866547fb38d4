import type { AwsContext } from '../../aws/services.ts';
import { unseenMs } from '../../contract/settle.ts';
import type { Seen } from '../../contract/step.ts';

/** What it means that a volume is not shown: for a while after a call about it that may be the past, where it was not yet. */
export function goneOrUnseen(ctx: AwsContext, volume: string): Seen<{ volume: string }> {
  const young = ctx.sentAt !== undefined && ctx.clock.now() < ctx.sentAt + unseenMs;
  return young ? { is: 'pending', output: { volume } } : { is: 'failed', reason: `${volume} is gone` };
}
