import type { EC2 } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { askInParts, createReader, createSharedReader } from '../../src/aws/reader.ts';
import { createStamps } from '../../src/aws/stamps.ts';
import type { Clock } from '../../src/contract/clock.ts';

/** A clock that goes on when somebody sleeps. */
class Sleeper implements Clock {
  readonly speed = 1;
  at = 1_000_000;
  now = () => this.at;
  async sleepUntil(at: number): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.at = Math.max(this.at, at);
  }
}

const paced = () => ({ clock: new Sleeper(), signal: new AbortController().signal });

describe('a reader', () => {
  it('answers nobody with what was asked before his question', async () => {
    let asked = 0;
    const read = createReader<string, number>(paced(), async (ids) => {
      const mine = ++asked;
      // Whoever asks while this call is on its way is not in it.
      if (mine === 1) late = read('a');
      return ids.map(() => mine);
    });
    let late: Promise<number> | undefined;
    expect(await read('a')).toBe(1);
    expect(await late).toBe(2);
  });

  it('lets ten calls leave at once and then one a second, which takes all who have asked by then', async () => {
    const at = paced();
    const left: [at: number, questions: number][] = [];
    const read = createReader<string, string>(at, async (ids) => {
      left.push([at.clock.now(), ids.length]);
      return ids;
    });
    for (let call = 0; call < 10; call++) await read('a');
    expect(left.every(([time]) => time === 1_000_000)).toBe(true);
    const waiting = [read('a'), read('b')];
    await new Promise((resolve) => setImmediate(resolve));
    waiting.push(read('c'));
    expect(await Promise.all(waiting)).toEqual(['a', 'b', 'c']);
    expect(left.at(-1)).toEqual([1_001_000, 3]);
  });

  it('asks once more, for all, what AWS refuses for its rate, and a refusal of another kind not at all', async () => {
    const refusals = ['RequestLimitExceeded'];
    let calls = 0;
    const read = createReader<string, string>(paced(), async (ids) => {
      calls++;
      const name = refusals.shift();
      if (name) throw Object.assign(new Error(name), { name, $metadata: { httpStatusCode: 503 } });
      return ids;
    });
    await expect(Promise.all(['a', 'b', 'c'].map(read))).resolves.toEqual(['a', 'b', 'c']);
    expect(calls).toBe(2);
    refusals.push('UnauthorizedOperation');
    await expect(read('a')).rejects.toThrow('UnauthorizedOperation');
    expect(calls).toBe(3);
  });

  it('of questions that are a call each, asks the same one once, and the refusal of one is nobody else’s', async () => {
    const asked: string[] = [];
    const read = createSharedReader(paced(), async (key) => {
      asked.push(key);
      if (key === 'closed') throw new Error('AccessDeniedException');
      return key;
    });
    const answers = await Promise.allSettled(['old', 'new', 'closed', 'old'].map(read));
    expect(asked).toEqual(['old', 'new', 'closed']);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  });
});

describe('what is asked in parts', () => {
  const ids = Array.from({ length: 200 }, (_, at) => `id-${at}`);
  const asked = async (bad: string, mayBeOfOne: () => boolean) => {
    let calls = 0;
    const ask = async (some: string[]) => {
      calls++;
      if (some.includes(bad)) throw new Error(bad);
      return some.length;
    };
    return { answers: new Map(await askInParts(ids, ask, mayBeOfOne)), calls };
  };

  it('leaves the refusal of one to that one, and finds it in few calls', async () => {
    const { answers, calls } = await asked('id-77', () => true);
    expect([...answers].filter(([, answer]) => answer instanceof Error).map(([id]) => id)).toEqual(['id-77']);
    expect(answers.size).toBe(200);
    expect(calls).toBeLessThanOrEqual(17);
  });

  it('is refused whole for what is no matter of one', async () => {
    await expect(asked('id-77', () => false)).rejects.toThrow('id-77');
  });
});

describe('stamps', () => {
  const stampsOf = (hostile: string, refusal: string, times = Number.POSITIVE_INFINITY) => {
    const put: string[][] = [];
    const values: string[] = [];
    let struck = 0;
    const createTags = async ({ Resources, Tags }: { Resources: string[]; Tags: { Value: string }[] }) => {
      put.push(Resources);
      values.push(...Tags.map(({ Value }) => Value));
      if (!Resources.includes(hostile) || struck++ >= times) return;
      throw Object.assign(new Error(hostile), { name: refusal, $metadata: { httpStatusCode: 400 } });
    };
    const { clock, signal } = paced();
    return {
      put,
      values,
      stamp: createStamps(() => ({ createTags }) as unknown as EC2, { clock, signal, time: clock }),
    };
  };

  it('of one key go in one call, and each hears which value it has', async () => {
    const { put, values, stamp } = stampsOf('none', '');
    const later = await Promise.all(['vol-1', 'vol-2', 'vol-1'].map((id) => stamp(id, 'rekey:seen')));
    expect(put).toEqual([['vol-1', 'vol-2']]);
    expect(values).toEqual([new Date(1_000_000).toISOString()]);
    expect(later.map((is) => [is(values[0]), is(undefined), is('x')])).toEqual(Array(3).fill([true, false, false]));
  });

  it('that come later show that a look is of after an earlier one, and not the other way round', async () => {
    const { values, stamp } = stampsOf('none', '');
    const first = await stamp('vol-1', 'rekey:seen');
    const other = await stamp('vol-2', 'rekey:seen');
    const second = await stamp('vol-1', 'rekey:seen');
    const [early, , late] = values;
    expect([first(early), first(late), second(early), second(late)]).toEqual([true, true, false, true]);
    expect(other(late)).toBe(false);
  });

  it.each([
    'InvalidVolume.NotFound',
    'TagLimitExceeded',
    'UnauthorizedOperation',
  ])('that AWS refuses for one thing (%s) are put on all others', async (refusal) => {
    const { stamp } = stampsOf('vol-2', refusal);
    const answers = await Promise.allSettled(['vol-1', 'vol-2', 'vol-3'].map((id) => stamp(id, 'rekey:seen')));
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('that AWS refuses for its rate are put on once more, together', async () => {
    const { put, stamp } = stampsOf('vol-2', 'RequestLimitExceeded', 1);
    const answers = await Promise.allSettled(['vol-1', 'vol-2'].map((id) => stamp(id, 'rekey:seen')));
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    expect(put).toHaveLength(2);
  });
});
