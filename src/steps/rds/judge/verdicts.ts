import type { Seen } from '../../../contract/step.ts';
import { type Verdict, type VerdictStatus, worst } from '../../../contract/verdict.ts';

/** The earlier verdict with one more finding taken in: the worse of the two counts. */
export function takenIn<V extends Verdict>(earlier: V, status: VerdictStatus, findings: readonly string[]): V {
  return { ...earlier, status: worst(earlier.status, status), findings: [...earlier.findings, ...findings] };
}

/** The end of a check: SUCCESSFUL when there is nothing to say against the pair. */
export function judged<V extends Verdict>(earlier: V, findings: readonly string[]): Seen<V> {
  return judgedAs(earlier, findings);
}

function judgedAs<V extends Verdict>(earlier: V, findings: readonly string[]) {
  const status = findings.length === 0 ? 'SUCCESSFUL' : 'FAILED';
  return { is: 'done', output: takenIn(earlier, status, findings) } as const;
}

/** The same of what looks have shown that may be of the past: against the pair it counts only once they can't be any more. */
export function judgedByLooks<V extends Verdict>(earlier: V, findings: readonly string[]): Seen<V> {
  const { output } = judgedAs(earlier, findings);
  return { is: 'done', output, lags: findings.length > 0 };
}

/** Not yet: `why` is told when the time is up. */
export function pending<V extends Verdict>(earlier: V, why: string): Seen<V> {
  return { is: 'pending', output: takenIn(earlier, 'TIMED_OUT', [why]), why };
}
