import type { FaultRule } from '../../../src/simulator/faults.ts';
import type { Choices } from '../choices.ts';
import type { Wide } from '../wide.ts';

const hour = 3_600_000;

/** What else befalls the one who runs: a right that is missing for a while or until the end, a network that is, sleep, old answers. */
export function aroundTheRunner(
  choices: Choices,
  of: { readonly mutating: readonly string[]; readonly reading: readonly string[]; readonly denial: string },
  reach: { readonly calls: number; readonly lateMs: number },
): Pick<Wide, 'rules' | 'staleMs' | 'sleeps'> {
  const rules: FaultRule[] = [];
  const afterMs = choices.below(reach.lateMs / 2);
  const forMs = choices.one([60_000, 600_000, hour]);
  const givenBack = choices.chance(0.7);
  const awhile = { afterMs, ...(givenBack && { forMs }) };
  const operation = choices.one(choices.chance(0.8) ? of.mutating : of.reading);
  if (choices.chance(0.25)) rules.push({ kind: 'error', operation, code: of.denial, status: 403, ...awhile });
  const kind = choices.one(['reset', 'silence'] as const);
  const outageMs = choices.one([60_000, 1_200_000, 3 * hour]);
  if (choices.chance(0.12)) rules.push({ kind, operation: '*', afterMs, forMs: outageMs });
  const stale = {
    operation: choices.chance(0.5) ? '*' : choices.one(of.reading),
    ms: choices.one([5_000, 30_000, 60_000, 120_000, 200_000, 290_000]),
    rate: choices.one([0.1, 0.5, 1]),
  };
  const sleeps = { call: 1 + choices.below(reach.calls), ms: choices.one([600_000, hour, 8 * hour]) };
  return {
    rules,
    staleMs: choices.chance(0.25) ? stale : undefined,
    sleeps: choices.chance(0.15) ? sleeps : undefined,
  };
}
