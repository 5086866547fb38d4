import { describe, expect, test, vi } from 'vitest';
import { invariants, type Violation } from '../support/invariants.ts';
import { instanceGrammar } from '../sweep/grammars/ec2.ts';
import { history, planNames } from '../sweep/history.ts';
import { full } from '../sweep/sampled.ts';
import { shipped } from '../sweep/shipped.ts';
import { expectedFailures, explains, type Witness } from './expected-failures.ts';
import { shownIn } from './scenes.ts';

const witnesses = expectedFailures.flatMap((entry) =>
  entry.witnesses.map((witness) => ({ kind: entry.kind, entry, witness, name: nameOf(witness) })),
);

function nameOf(witness: Witness): string {
  return `${witness.plan}, ${'seed' in witness ? `seed ${witness.seed}` : witness.scene}`;
}

// The plans, by how many calls they take.
const byCalls = ['ebs-volume', 'ec2-instance', 'rds-instance', 'rds-cluster'];
const lengthOf = ({ plan }: Witness) => byCalls.indexOf(plan);

interface Shown {
  readonly expected: readonly Violation[];
  readonly struck: ReadonlySet<string>;
  readonly failures: readonly string[];
}

/** What a witness shows: what is expected, what has struck, and what else has failed. */
async function shownBy(witness: Witness): Promise<Shown> {
  if ('seed' in witness) {
    const { seed, ...kind } = witness;
    const { expected, faults, failures } = await history(seed, kind);
    return { expected, struck: new Set(faults.keys()), failures };
  }
  const one = shipped.find(({ name }) => name === witness.plan);
  if (!one) throw new Error(`no plan ${witness.plan} is shipped`);
  return { ...(await shownIn(witness.scene, one)), failures: [] };
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

  test('takes in no whole kind', () => {
    const whole = expectedFailures.filter(({ says, after }) => says === undefined && after === undefined);
    expect(whole.map(({ kind }) => kind)).toEqual([]);
  });

  test('takes in no history that breaks itself: that is a failure, with all that was found before', async () => {
    const { scene } = instanceGrammar;
    const broken = vi.spyOn(instanceGrammar, 'scene').mockImplementation((choices) => ({
      ...scene(choices),
      mend: () => {
        throw new Error('nobody can mend this');
      },
    }));
    try {
      const { failures, evaluations } = await history(7_000_000, { plan: 'ec2-instance' });
      expect(failures).toEqual([expect.stringMatching(/^BROKE \(.*\): Error: nobody can mend this/)]);
      expect(evaluations.get('BROKE')).toBe(1);
    } finally {
      broken.mockRestore();
    }
  });

  // Of each kind the first of the shortest plan; all of them in the full sweep.
  const byLength = witnesses.toSorted((a, b) => lengthOf(a.witness) - lengthOf(b.witness));
  const lived = full
    ? witnesses
    : byLength.filter(({ kind }, at) => byLength.findIndex((one) => one.kind === kind) === at);
  test.each(lived)('$kind still breaks in $name: strike it when it does not', async ({ entry, witness }) => {
    const { expected, struck, failures } = await shownBy(witness);
    expect(expected.filter((one) => explains(entry, one, struck))).not.toEqual([]);
    expect(failures).toEqual([]);
  });
});
