import { describe, expect, test } from 'vitest';
import type { EffectDefinition } from '../../src/contract/step.ts';
import { type End, type Next, nextAfter } from '../../src/engine/effect.ts';

const effectThat = (repeat: 'token' | 'convergent' | 'none') =>
  ({ hazard: 'additive', creates: 'nothing', repeat }) as unknown as EffectDefinition<unknown, unknown, unknown>;

describe('what becomes of a call that was sent', () => {
  test.each<
    [string, 'token' | 'convergent' | 'none', 'answered' | 'in-doubt', End['is'], number | undefined, Next['do']]
  >([
    [
      'in doubt and not to be seen: the same call again, since its token is known',
      'token',
      'in-doubt',
      'absent',
      undefined,
      'send again',
    ],
    [
      'in doubt and certainly not there: a call without a token again',
      'none',
      'in-doubt',
      'absent',
      undefined,
      'send again',
    ],
    ['taken and not to be seen: again, and the answer tells', 'token', 'answered', 'absent', undefined, 'send again'],
    ['taken and gone: never again without a token', 'none', 'answered', 'absent', undefined, 'fail'],
    ['seen and gone: never again without a token', 'none', 'in-doubt', 'vanished', undefined, 'fail'],
    ['seen and gone: again where it comes to the same', 'convergent', 'answered', 'vanished', undefined, 'send again'],
    ['not there when its time is up', 'token', 'in-doubt', 'absent', 3, 'fail'],
  ])('%s', (_title, repeat, sent, is, overAfter, what) => {
    expect(nextAfter(effectThat(repeat), sent, { is } as End, overAfter).do).toBe(what);
  });

  test('an end is an end, even when its time is up', () => {
    const done: End = { is: 'done', output: 'x' };
    expect(nextAfter(effectThat('none'), 'in-doubt', done, 1)).toEqual({ do: 'done', output: 'x' });
    const failed: End = { is: 'failed', reason: 'r', neverRan: true };
    expect(nextAfter(effectThat('none'), 'answered', failed, 1)).toEqual({ do: 'fail', reason: 'r', neverRan: true });
  });
});
