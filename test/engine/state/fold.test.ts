import { describe, expect, test } from 'vitest';
import type { Entry, Key } from '../../../src/contract/record.ts';
import { submission } from '../../../src/engine/execute.ts';
import { apply, fold } from '../../../src/engine/state/fold.ts';
import type { RunState } from '../../../src/engine/state/run-state.ts';

const key: Key = { plan: 'toy', step: 'create', item: 'd-1', generation: 0 };
const undo: Key = { ...key, undo: 0 };
const source = { file: 'toy.yaml', text: '', sets: [], hash: 'h' };
const submitted = submission('run-1', '0', [source]);
const stop = { error: 'effect-failed', message: 'm', hint: 'h', exit: 1 };

const intent = (of = key): Entry => ({
  t: 'intent',
  key: of,
  uses: 'toy.create',
  token: 't',
  input: null,
  before: null,
});
const answered = (of = key): Entry => ({ t: 'answered', key: of, output: { id: 'x' } });
const done = (of = key, changed = true): Entry => ({
  t: 'done',
  key: of,
  uses: 'toy.create',
  input: null,
  output: { id: 'x' },
  changed,
});
const failed = (of = key): Entry => ({ t: 'failed', key: of, uses: 'toy.create', reason: 'r', neverRan: false });
const reopened = (of = key): Entry => ({ t: 'reopened', key: of });
const gate: Entry = { t: 'gate', plan: 'toy', step: 'soak', until: 1 };
const passed: Entry = { t: 'passed', plan: 'toy', step: 'soak' };
const unwinding: Entry = { t: 'unwinding', plan: 'toy', stop, happened: [] };
const unwound: Entry = { t: 'unwound', plan: 'toy' };
const finished: Entry = { t: 'finished', plan: 'toy', status: 'done' };
const retired: Entry = { t: 'retired', plan: 'toy', step: 'soak', item: null, reason: 'r' };

function folded(...entries: Entry[]): RunState {
  return fold(entries.map((entry) => ({ ...entry, at: '2026-01-04T00:00:00.000Z' })));
}

describe('what can not have happened is refused, by its number, its name and why', () => {
  test.each<[string, Entry[], string]>([
    [
      'an effect that was done without an intent',
      [done()],
      'done of toy/create/d-1/0: it has changed something without',
    ],
    ['a second outcome', [intent(), done(), done()], 'done of toy/create/d-1/0: it is done'],
    ['a failure after the outcome', [intent(), done(), failed()], 'failed of toy/create/d-1/0: it is done'],
    ['an answer to what was not sent', [answered()], 'answered of toy/create/d-1/0: it is new'],
    ['an answer after the outcome', [intent(), done(), answered()], 'answered of toy/create/d-1/0: it is done'],
    ['a call after the outcome', [intent(), done(), intent()], 'intent of toy/create/d-1/0: it is done'],
    ['a second try in one generation', [intent(), failed(), intent()], 'intent of toy/create/d-1/0: it is failed'],
    ['a duplicate of nothing', [{ t: 'surplus', key, output: null }], 'surplus of toy/create/d-1/0: it is new'],
    ['what never failed, reopened', [intent(), reopened()], 'reopened of toy/create/d-1/0: it is in flight'],
    ['a gate passed that was never reached', [passed], 'passed of toy/soak: the gate was never reached'],
    ['a gate passed twice', [gate, passed, passed], 'passed of toy/soak: the gate has been passed before'],
    ['a gate reached twice', [gate, gate], 'gate of toy/soak: the gate has been reached before'],
    ['two unwindings at once', [unwinding, unwinding], 'unwinding of toy: it is being unwound already'],
    [
      'an unwinding over a rollback',
      [{ ...unwinding, stop: null }, unwinding],
      'unwinding of toy: it is being unwound already',
    ],
    ['the end of no unwinding', [unwound], 'unwound of toy: it was not being unwound'],
    ['an effect of a plan that has ended', [finished, intent()], 'intent of toy/create/d-1/0: the plan is done'],
    ['a second end', [finished, finished], 'finished of toy: the plan is done'],
    ['a plan that was not submitted', [intent(), { ...finished, plan: 'other' }], 'the plan other was not submitted'],
    ['plans submitted twice', [submitted], 'submitted: the plans of this run were submitted before'],
  ])('%s', (_title, entries, why) => {
    const last = entries.at(-1) as Entry;
    const state = folded(submitted, ...entries.slice(0, -1));
    const number = entries.length + 1;
    const before = structuredClone(state);
    expect(() => apply(state, last, 0)).toThrow(expect.objectContaining({ code: 'record-illegal' }));
    expect(() => apply(state, last, 0)).toThrow(`record ${number} of run run-1`);
    expect(() => apply(state, last, 0)).toThrow(why);
    expect(state).toEqual(before);
  });

  test('anything before the plans are submitted', () => {
    expect(() => folded({ t: 'command', command: 'resume', options: {} })).toThrow('command: no plan was submitted');
    expect(() => folded(intent())).toThrow('the plan toy was not submitted');
  });
});

describe('what does happen is taken', () => {
  test.each<[string, Entry[]]>([
    ['a call that is sent again', [intent(), intent(), answered(), done()]],
    ['an effect that was found done', [done(key, false)]],
    ['a refusal before anything was sent', [failed()]],
    ['what failed, looked for again', [intent(), failed(), reopened(), intent(), done()]],
    ['what an effect in doubt has left, seen after it failed', [intent(), failed(), answered()]],
    ['a duplicate that shows late', [intent(), done(), { t: 'surplus', key, output: { id: 'y' } }]],
    ['an undo that is tried again', [intent(), done(), intent(undo), failed(undo), intent(undo), done(undo)]],
    ['an undo that has come undone', [intent(), done(), intent(undo), done(undo), reopened(undo), intent(undo)]],
    ['a gate of the next generation', [gate, passed, retired, gate, passed]],
    ['an unwinding after an earlier one is over', [unwinding, unwound, unwinding, unwound]],
    ['a plan that has ended and is told to be rolled back', [finished, { t: 'stopped', plan: 'toy', stop }]],
  ])('%s', (_title, entries) => {
    expect(folded(submitted, ...entries).records).toBe(entries.length + 1);
  });
});
