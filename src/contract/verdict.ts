import * as z from 'zod';

/** What verification says about one (original, replacement) pair. */
export const VerdictStatus = z.enum(['SUCCESSFUL', 'FAILED', 'TIMED_OUT']);
export type VerdictStatus = z.infer<typeof VerdictStatus>;

/** The members every verdict has, whatever kind of pair it is about. `id` is the original's: a delete is named by it. */
export const verdictShape = {
  id: z.string().meta({ description: 'the id of the original' }),
  original: z.string().meta({ description: 'the id of the original' }),
  replacement: z.string().meta({ description: 'what takes the place of the original' }),
  status: VerdictStatus.meta({ description: 'TIMED_OUT: rekey could not find out in time' }),
  findings: z.array(z.string()).meta({ description: 'the reasons against it, in words; empty if there are none' }),
} as const;
export interface Verdict {
  readonly id: string;
  readonly original: string;
  readonly replacement: string;
  readonly status: VerdictStatus;
  readonly findings: readonly string[];
}

/** The worse of two: an earlier failure is never healed by a later success. */
export function worst(a: VerdictStatus, b: VerdictStatus): VerdictStatus {
  if (a === 'FAILED' || b === 'FAILED') return 'FAILED';
  return a === 'TIMED_OUT' || b === 'TIMED_OUT' ? 'TIMED_OUT' : 'SUCCESSFUL';
}
