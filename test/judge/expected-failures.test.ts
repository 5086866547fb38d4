import { describe, expect, test } from 'vitest';
import { invariants } from '../support/invariants.ts';
import { history, planNames } from '../sweep/history.ts';
import { full } from '../sweep/sampled.ts';
import { shipped } from '../sweep/shipped.ts';
import { expectedFailures, type Witness } from './expected-failures.ts';
import { kindsOf } from './scenes.ts';

const witnesses = expectedFailures.flatMap(({ kind, witnesses }) =>
  witnesses.map((witness) => ({ kind, witness, name: nameOf(witness) })),
);

function nameOf(witness: Witness): string {
  return `${witness.plan}, ${'seed' in witness ? `seed ${witness.seed}` : witness.scene}`;
}

/** What a witness shows: the kinds that are expected, and what else has failed. */
async function shownBy(witness: Witness): Promise<{ kinds: readonly string[]; failures: readonly string[] }> {
  if ('seed' in witness) {
    const { seed, ...kind } = witness;
    const { expected, failures } = await history(seed, kind);
    return { kinds: expected.map(({ kind }) => kind), failures };
  }
  const one = shipped.find(({ name }) => name === witness.plan);
  if (!one) throw new Error(`no plan ${witness.plan} is shipped`);
  return { kinds: await kindsOf(witness.scene, one), failures: [] };
}

describe('the list of expected failures', () => {
  test('has each kind once, each plan of a kind once, and only kinds and plans that there are', () => {
    const names = expectedFailures.map(({ kind, says, after }) => `${kind} ${says} ${after}`);
    expect(new Set(names).size).toBe(names.length);
    for (const { witnesses } of expectedFailures)
      expect(new Set(witnesses.map(({ plan }) => plan)).size).toBe(witnesses.length);
    expect(witnesses.filter(({ kind }) => !Object.hasOwn(invariants, kind))).toEqual([]);
    expect(witnesses.filter(({ witness }) => !planNames.includes(witness.plan))).toEqual([]);
  });

  // The first of each kind; all of them in the full sweep.
  const lived = witnesses.filter(({ kind }, at) => full || witnesses.findIndex((one) => one.kind === kind) === at);
  test.each(lived)('$kind still breaks in $name: strike it when it does not', async ({ kind, witness }) => {
    const { kinds, failures } = await shownBy(witness);
    expect(kinds).toContain(kind);
    expect(failures).toEqual([]);
  });
});
