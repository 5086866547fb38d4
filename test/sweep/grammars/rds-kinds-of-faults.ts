import type { FaultRule } from '../../../src/simulator/faults.ts';
import type { Choices } from '../choices.ts';

/** An error code of RDS, and the operations that can meet it. */
export interface CodeOfRds {
  readonly code: string;
  readonly status: number;
  readonly on: readonly string[];
}

/** The operations and codes that faults of a kind of target are drawn from. */
interface Lists {
  readonly mutating: readonly string[];
  readonly reading: readonly string[];
  readonly codes: readonly CodeOfRds[];
  /** Of which operation a read meets the codes. */
  readonly ofReads: string;
}

/** What goes wrong with a call; half of the errors are such as this operation can meet. */
export const faultOf =
  ({ mutating, reading, codes, ofReads }: Lists) =>
  (choices: Choices): FaultRule => {
    const operation = choices.chance(0.75) ? choices.one(mutating) : choices.one(reading);
    const read = !mutating.includes(operation);
    const aim = { operation, times: 1 + choices.below(3), skip: choices.below(read ? 40 : 4) };
    const when = choices.one(['before', 'after'] as const);
    const kind = choices.below(10);
    if (kind < 6) {
      const fitting = codes.filter(({ on }) => on.includes(read ? ofReads : operation));
      const { code, status } = choices.one(fitting);
      return { ...aim, kind: 'error', when: status >= 500 ? when : 'before', code, status };
    }
    if (kind < 8) return { ...aim, kind: 'reset', when };
    return kind < 9
      ? { ...aim, kind: 'silence', when }
      : { ...aim, kind: 'slow', delayMs: 1_000 * (1 + choices.below(90)) };
  };

/** By a source of its own: storms, looks of the past, one of `failing` that fails after it was accepted, one more error. */
export const moreFaultsOf =
  (codes: readonly CodeOfRds[], failing: readonly string[]) =>
  (choices: Choices, seed: number): FaultRule[] => {
    const awhile = { afterMs: choices.below(6_000_000), forMs: 1 + choices.below(1_800_000) };
    const rules: FaultRule[] = [];
    const share = choices.one([0.05, 0.3, 0.8]);
    if (choices.chance(0.25)) {
      rules.push({ kind: 'seeded', seed, rate: choices.one([0.002, 0.01, 0.03]), ...(choices.chance(0.5) && awhile) });
    }
    if (choices.chance(0.15)) rules.push({ kind: 'throttle', share, ...awhile });
    if (choices.chance(0.2)) {
      rules.push({ kind: 'stale', staleMs: choices.one([5_000, 30_000, 120_000, 200_000]), share, ...awhile });
    }
    if (choices.chance(0.2)) {
      rules.push({ kind: 'fail', operation: choices.one(failing), times: 1, skip: choices.below(5) });
    }
    if (choices.chance(0.3)) {
      const { code, status, on } = choices.one(codes);
      rules.push({
        kind: 'error',
        operation: choices.one(on),
        times: 1 + choices.below(2),
        skip: choices.below(3),
        code,
        status,
      });
    }
    return rules;
  };
