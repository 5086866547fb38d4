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
  const { plan } = witness;
  if ('seed' in witness) {
    const { expected, failures } = await history(witness.seed, { plan });
    return { kinds: expected.map(({ kind }) => kind), failures };
  }
  const one = shipped.find(({ name }) => name === plan);
  if (!one) throw new Error(`no plan ${plan} is shipped`);
  return { kinds: await kindsOf(witness.scene, one), failures: [] };
}

describe('the list of expected failures', () => {
  test('has each kind once, each plan of a kind once, and only kinds and plans that there are', () => {
    const names = witnesses.map(({ kind, witness }) => `${kind} of ${witness.plan}`);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(expectedFailures.map(({ kind }) => kind)).size).toBe(expectedFailures.length);
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
