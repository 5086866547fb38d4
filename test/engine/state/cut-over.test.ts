import { expect, test } from 'vitest';
import { submission } from '../../../src/engine/execute.ts';
import { cutOverBegunAt, touchedAt } from '../../../src/engine/state/cut-over.ts';
import { apply, fold } from '../../../src/engine/state/fold.ts';
import { planOf } from '../../../src/engine/state/run-state.ts';
import { toyRegistry } from '../toy.ts';

test('a target is down since the first call that may have touched it, however often that is sent again', () => {
  const run = fold([]);
  apply(run, submission('run-1', '0', [{ file: 'toy.yaml', text: '', sets: [], hash: 'h' }]), 0);
  const key = { plan: 'one', step: 'stop', item: null, generation: 0 };
  for (const at of [1_000, 9_000])
    apply(run, { t: 'intent', key, uses: 'toy.stop', token: 't', input: null, before: null }, at);
  const plan = planOf(run, 'one');
  expect(cutOverBegunAt(toyRegistry, plan)).toBe(1_000);
  expect(touchedAt(toyRegistry, plan)).toBe(1_000);
});
