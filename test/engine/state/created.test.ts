import { expect, test } from 'vitest';
import type { Entry, Key } from '../../../src/contract/record.ts';
import { submission } from '../../../src/engine/execute.ts';
import { CreatedIndex } from '../../../src/engine/state/created.ts';
import { apply, fold } from '../../../src/engine/state/fold.ts';
import { keyText } from '../../../src/engine/state/key.ts';
import type { RunState } from '../../../src/engine/state/run-state.ts';
import { toyRegistry } from '../toy.ts';

const at = 1_000;
const keyOf = (plan: string, step: string): Key => ({ plan, step, item: 'd-1', generation: 0 });
const intent = (key: Key, uses: string): Entry => ({ t: 'intent', key, uses, token: 't', input: null, before: null });
const answered = (key: Key, id: string): Entry => ({ t: 'answered', key, output: { id } });

const source = { file: 'toy.yaml', text: '', sets: [], hash: 'h' };

function submitted(): RunState {
  const run = fold([]);
  apply(run, submission('run-1', '0', [source, source]), at);
  return run;
}

/** A run of two plans, each of which has made a snapshot. */
function twoPlans(): RunState {
  const run = submitted();
  for (const plan of ['one', 'two']) {
    const key = keyOf(plan, 'snapshot');
    apply(run, intent(key, 'toy.snapshot'), at);
    apply(run, answered(key, `snapshot-of-${plan}`), at);
  }
  return run;
}

test('what any plan of the run has created is known by its id, with the time of the call', () => {
  const created = new CreatedIndex(toyRegistry, twoPlans());
  expect(created.creatorsOf('snapshot-of-one')).toHaveLength(1);
  expect(created.creatorsOf('snapshot-of-two')[0]?.sentAt).toBe(at);
});

test('what this run did not create is not known', () => {
  const created = new CreatedIndex(toyRegistry, twoPlans());
  expect(created.creatorsOf('somebody-elses')).toEqual([]);
});

test('an effect that creates nothing has created nothing, even where its output has an id', () => {
  const run = submitted();
  const key = keyOf('one', 'stop');
  apply(run, intent(key, 'toy.stop'), at);
  apply(run, answered(key, 'box'), at);
  expect(new CreatedIndex(toyRegistry, run).creatorsOf('box')).toEqual([]);
});

test('a duplicate is known as soon as it is on record', () => {
  const run = twoPlans();
  const created = new CreatedIndex(toyRegistry, run);
  const key = keyOf('one', 'snapshot');
  apply(run, { t: 'surplus', key, output: { id: 'duplicate' } }, at);
  expect(created.creatorsOf('duplicate')).toEqual([]);
  const phase = run.plans.get('one')?.phases.get(keyText(key));
  if (phase) created.note(phase);
  expect(created.creatorsOf('duplicate')).toHaveLength(1);
});
