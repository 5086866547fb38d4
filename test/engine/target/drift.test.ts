import { describe, expect, test } from 'vitest';
import {
  type Drift,
  differences,
  driftOf,
  type Expectation,
  mayStart,
  type TargetState,
  undoForbiddenBy,
} from '../../../src/engine/target/drift.ts';

const pairs = [
  { original: 'old-1', replacement: 'new-1' },
  { original: 'old-2', replacement: 'new-2' },
];
const observed = { shape: { root: 'old-1' }, life: { starts: 1 } };
const changed = { shape: { root: 'other' }, life: { starts: 1 } };
const restarted = { shape: { root: 'old-1' }, life: { starts: 2 } };

/** In the middle of the cut-over, stopped, as it was left. */
const expected: Expectation = {
  observation: observed,
  running: false,
  pairs,
  begun: true,
  writePointPassed: false,
  drift: [],
};
const seen: TargetState = {
  observation: observed,
  running: false,
  on: ['old-1', 'old-2'],
  activeSide: 'originals',
  missing: [],
  unsettled: [],
};
const onAll = { on: ['new-1', 'new-2'], activeSide: 'replacements' } as const;
const onSome = { on: ['old-1', 'new-2'], activeSide: 'mixture' } as const;

describe('what a look at the target means', () => {
  test.each<[string, Partial<Expectation>, Partial<TargetState>, Drift['do']]>([
    ['as it was left', {}, {}, 'go on'],
    ['changed, and stopped', {}, { observation: changed }, 'unwind'],
    ['restarted on its originals', {}, { observation: restarted }, 'unwind'],
    ['changed and stopped on all replacements', {}, { observation: changed, ...onAll }, 'unwind'],
    [
      'changed and running on all replacements',
      {},
      { observation: changed, running: true, ...onAll },
      'write point passed',
    ],
    ['stopped again after it ran on all replacements', {}, { observation: restarted, ...onAll }, 'write point passed'],
    ['changed and running on a mixture', {}, { observation: changed, running: true, ...onSome }, 'stop'],
    ['stopped again after it ran on a mixture', {}, { observation: restarted, ...onSome }, 'stop'],
    ['changed and stopped on a mixture', {}, { observation: changed, ...onSome }, 'unwind'],
    ['running on nothing of ours', { pairs: [] }, { observation: changed, running: true, on: [] }, 'unwind'],
    ['restarted before the cut-over', { begun: false }, { observation: restarted }, 'go on'],
    ['changed before the cut-over', { begun: false }, { observation: changed }, 'unwind'],
    ['started before the cut-over', { begun: false }, { running: true }, 'unwind'],
    ['stopped before the cut-over', { begun: false, running: true }, {}, 'unwind'],
    ['as it was left, but seen changed before', { drift: ['root'] }, {}, 'unwind'],
    ['the same past the write point', { drift: ['root'], writePointPassed: true }, {}, 'go on'],
  ])('%s', (_title, run, look, what) => {
    expect(driftOf({ ...expected, ...run }, { ...seen, ...look }).do).toBe(what);
  });

  test('what is seen for the first time in a cut-over goes on record, with what was seen before', () => {
    const drift = driftOf({ ...expected, drift: ['before'] }, { ...seen, observation: changed });
    const now = 'root: expected "old-1", found "other"';
    expect(drift).toEqual({ do: 'unwind', differences: ['before', now], record: true });
  });

  test.each([
    ['what is on record already', { drift: ['before'] }, {}],
    ['what was changed before the cut-over', { begun: false }, { observation: changed }],
    ['what was changed past the write point', { writePointPassed: true }, { observation: changed }],
  ])('%s does not', (_title, run, look) => {
    expect(driftOf({ ...expected, ...run }, { ...seen, ...look })).toMatchObject({ do: 'unwind', record: false });
  });
});

describe('while it is taken back', () => {
  test.each<[string, Partial<TargetState>, readonly string[] | undefined]>([
    ['a stopped target gives everything up', onAll, undefined],
    ['a target that runs on its originals does, too', { running: true }, undefined],
    ['one that runs on a replacement gives nothing up', { running: true, ...onSome }, []],
    ['nor one that has run on a replacement', { observation: restarted, ...onSome }, ['starts: expected 1, found 2']],
  ])('%s', (_title, look, forbidden) => {
    expect(undoForbiddenBy(observed, pairs, { ...seen, ...look })).toEqual(forbidden);
  });
});

test.each([
  ['originals', true, true],
  ['replacements', true, false],
  ['mixture', false, false],
] as const)('on %s it may be started: forward %s, back %s', (activeSide, forward, back) => {
  expect(mayStart({ ...seen, activeSide }, false, pairs)).toBe(forward);
  expect(mayStart({ ...seen, activeSide }, true, pairs)).toBe(back);
});

test('the order of members makes no difference, and a member that is missing does', () => {
  const one = { shape: { a: { x: 1, y: 2 } }, life: {} };
  expect(differences(one, { shape: { a: { y: 2, x: 1 } }, life: {} }, ['shape'])).toEqual([]);
  expect(differences(one, { shape: {}, life: {} }, ['shape'])).toEqual(['a: expected {"x":1,"y":2}, found nothing']);
});
