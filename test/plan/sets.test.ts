import { describe, expect, test } from 'vitest';
import { hashOf } from '../../src/plan/hash.ts';
import { formatProblem } from '../../src/plan/problem.ts';
import { messagesOf, planOf, planText, problemsOf, ref } from './plan-text.ts';

const text = planText('  - { id: soak, gate: hold, with: { for: 7d } }\n');

describe('--set', () => {
  test('overrides a value, and a step is addressed by its id', () => {
    const plan = planOf(text, ['target.id=i-00000000000000000', 'steps.soak.with.for=0s']);
    expect(plan.target.id).toBe('i-00000000000000000');
    expect(plan.steps.at(-1)).toEqual({ kind: 'gate', id: 'soak', gate: 'hold', forMs: 0 });
  });

  test('digits stay as typed where text belongs, leading zeros included', () => {
    expect(planOf(text, ['account=012345678901']).account).toBe('012345678901');
    expect(planOf(text, ['account="444455556666"']).account).toBe('444455556666');
    expect(planOf(text, ['name=007']).name).toBe('007');
  });

  test('adds a key that the plan left out', () => {
    const plan = planOf(text, [
      'steps.read.with.accept=[instance-store]',
      'steps.read.with.volumes.exclude=[/dev/xvdf]',
    ]);
    expect(plan.steps[1]).toMatchObject({
      with: { map: { accept: { literal: ['instance-store'] }, volumes: { literal: { exclude: ['/dev/xvdf'] } } } },
    });
  });

  test('takes a whole window, cron without quotes, and the last of two wins', () => {
    const window = 'window={ cron: "0 1 * * SUN", timezone: UTC, duration: 3h, cutoff: 30m }';
    const plan = planOf(text, [window, 'window.cron=* 2 * * *', 'window.cron=*/5 2 * * *']);
    expect(plan.window).toEqual({ cron: '*/5 2 * * *', timezone: 'UTC', durationMs: 10_800_000, cutoffMs: 1_800_000 });
  });

  test('null leaves out a member that may be missing, and a step', () => {
    expect(messagesOf(text, ['keys.from=null'])).toEqual([]);
    expect(planOf(text, ['keys.from=null']).keys).toEqual({ to: 'alias/new' });
    const ids = (sets: string[]) => planOf(text, sets).steps.map(({ id }) => id);
    expect(ids(['steps.soak=null'])).toEqual(ids([]).filter((id) => id !== 'soak'));
    expect(messagesOf(text, ['keys.to=null'])).toEqual(['`keys.to` is missing']);
    expect(messagesOf(text, ['keys.form=null'])).toEqual(['`keys` has no `form` to leave out']);
    expect(planOf(text, ['keys.from="null"', 'keys.from=alias/old'])).toEqual(planOf(text));
  });

  test('takes a reference where one may stand', () => {
    expect(planOf(text, [`steps.read.with.instance=${ref('target.id').slice(1, -1)}`])).toEqual(planOf(text));
  });

  test('a number stays a number where one belongs', () => {
    const plan = planOf(text, ['steps.read.with.volumes.override={ /dev/xvdf: { iops: 300 } }']);
    expect(plan.steps[1]).toMatchObject({
      with: { map: { volumes: { literal: { override: { '/dev/xvdf': { iops: 300 } } } } } },
    });
  });

  test.each([
    ['account', 'not `path=value`'],
    ['=5', 'not `path=value`'],
    ['target..id=5', 'not `path=value`'],
    ['target.id=', 'not `path=value`'],
    ['steps.soek.with.for=0s', 'there is no step `soek`'],
    ['steps.soak.with.fro=0s', 'unknown key `fro` in `with`'],
    ['regoin=eu-west-1', 'unknown key `regoin` in the plan'],
    ['region.x=1', '`region` is not a map and has no `x`'],
    ['steps.read.with.__proto__.x=1', 'the key `__proto__`'],
    ['steps.constructor=1', 'the key `constructor`'],
    ['account=12', '`account` is "12", which is malformed'],
    ['target={ type: [', 'not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]'],
    ['keys.to=alias/old', '`keys.to` is the same key as `keys.from`'],
    ['steps=[]', '`steps` is an empty list, at least 1 needed'],
  ])('%s is refused where it stands', (set, message) => {
    const [problem, ...more] = problemsOf(text, [set]);
    expect(more.map(formatProblem)).toEqual([]);
    expect(problem).toMatchObject({ file: `--set ${set}`, line: 1, column: 1, message });
    expect(problem?.hint).not.toBe('');
  });

  test('the problems of the file come first, then those of the sets', () => {
    expect(messagesOf(text.replace('eu-west-1', 'Ireland'), ['nonsense'])).toEqual([
      '`region` is "Ireland", which is malformed',
      'not `path=value`',
    ]);
  });

  test('counts in the hash', () => {
    const source = { file: 'plan.yaml', text, sets: [] };
    expect(hashOf(source)).toMatch(/^[0-9a-f]{64}$/);
    expect(hashOf({ ...source, sets: ['name=x'] })).not.toBe(hashOf(source));
    expect(hashOf({ ...source, file: 'elsewhere.yaml' })).toBe(hashOf(source));
  });
});
