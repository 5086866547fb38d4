import type { Seen } from '../../contract/step.ts';
import { type VerdictStatus, worst } from '../../contract/verdict.ts';
import type { DatabaseVerdict } from './domain.ts';

/** The earlier verdict with one more finding taken in: the worse of the two counts. */
export function takenIn(earlier: DatabaseVerdict, status: VerdictStatus, findings: readonly string[]): DatabaseVerdict {
  return { ...earlier, status: worst(earlier.status, status), findings: [...earlier.findings, ...findings] };
}

/** The end of a check: SUCCESSFUL when there is nothing to say against the pair. */
export function judged(earlier: DatabaseVerdict, findings: readonly string[]): Seen<DatabaseVerdict> {
  return { is: 'done', output: takenIn(earlier, findings.length === 0 ? 'SUCCESSFUL' : 'FAILED', findings) };
}

/** Not yet: `why` is told when the time is up. */
export function pending(earlier: DatabaseVerdict, why: string): Seen<DatabaseVerdict> {
  return { is: 'pending', output: takenIn(earlier, 'TIMED_OUT', [why]), why };
}
