import { expect, test } from 'vitest';
import { closingTable } from './closing-table.ts';
import { type Figures, type SweepName, sweeps } from './tally.ts';

const judged = (sweep: SweepName) => Object.fromEntries(sweeps[sweep].judges.map((name) => [name, 2]));
const good = (sweep: SweepName): Figures[] =>
  ['ebs-volume', 'ec2-instance', 'rds-cluster', 'rds-instance'].map((plan) => ({
    sweep,
    plan,
    histories: 3,
    calls: 1_200,
    crashes: 2,
    faults: { 'error before': 4 },
    codes: { 'Throttling on CreateTags': 4 },
    evaluations: judged(sweep),
    failures: 0,
  }));
const faultsOf = (figures: readonly Figures[]) => closingTable(figures, { whole: false }).faults;

test('the closing table sums the figures of all processes per plan and sweep, and lists what was never injected', () => {
  const { text, faults } = closingTable([...good('crash'), ...good('crash')], { whole: false });
  expect(faults).toEqual([]);
  expect(text).toMatch(/crash +ec2-instance +6 +0 +2,400 +4 +8 +\d+ +0\n/);
  expect(text).toMatch(/never injected: [^\n]*ExpiredToken/);
  expect(text).toMatch(/Kinds of faults never injected: [^\n]*silence after/);
  expect(text).toMatch(/Throttling never on DeleteTags/);
});

test('a sweep that lived no history is red, by itself and for each shipped plan', () => {
  expect(faultsOf([{ sweep: 'lying', plan: '' }])).toContain('lying lived no history');
  const [first] = good('crash');
  expect(faultsOf(first ? [first] : [])).toContain('crash lived no history of plans/ec2-instance.yaml');
});

test('an invariant of a sweep that was never evaluated is red', () => {
  const figures = good('crash').map((one) => ({ ...one, evaluations: { ...one.evaluations, I4: 0 } }));
  expect(faultsOf(figures)).toEqual(['crash never judged I4']);
});

test('a failed history is red', () => {
  const [first, ...rest] = good('repeat');
  expect(faultsOf(first ? [{ ...first, failures: 1 }, ...rest] : [])).toEqual([`repeat of ${first?.plan} failed`]);
});

test('in a whole sweep every sweep has to have run', () => {
  const { faults } = closingTable(good('crash'), { whole: true });
  expect(faults).toContain('failure lived no history');
});
