import { describe, expect, test } from 'vitest';
import { nextSteps } from '../../src/report/next-steps.ts';

const run = '20260104T000000Z-aaaaaa';
const plan = { status: 'interrupted', deleted: [], deleting: [] } as const;
const step = (command: string) => ({ command, words: [command, run] });

describe('what can be done next with a run of several plans', () => {
  test('is to look, once all have ended or while its runner lives, even when one of them has stopped', () => {
    expect(
      nextSteps(
        run,
        [
          { ...plan, status: 'done' },
          { ...plan, status: 'rolled-back' },
        ],
        false,
      ),
    ).toEqual([step('status')]);
    expect(
      nextSteps(
        run,
        [
          { ...plan, status: 'failed' },
          { ...plan, status: 'running' },
        ],
        true,
      ),
    ).toEqual([step('status')]);
  });

  test('is to resume when the last gate opens, where every open plan waits for one', () => {
    const paused = (until: number) => ({ ...plan, status: 'paused', waitsFor: { until } }) as const;
    const done = { ...plan, status: 'done' } as const;
    expect(nextSteps(run, [paused(1_000), paused(3_000), done], false)[0]).toEqual({ ...step('resume'), from: 3_000 });
    expect(nextSteps(run, [paused(1_000), plan], false)[0]).toEqual(step('resume'));
    expect(nextSteps(run, [paused(1_000), paused(Number.POSITIVE_INFINITY)], false)[0]).toEqual(step('resume'));
  });

  test('says that a resume takes the target out of service again, where a verification failed', () => {
    expect(nextSteps(run, [{ ...plan, triesAgain: true }], false)[0]).toEqual({ ...step('resume'), triesAgain: true });
  });

  test('is not to roll back where the original of an open plan is deleted, or may be', () => {
    const both = [step('resume'), step('rollback')];
    expect(nextSteps(run, [plan, { ...plan, status: 'done', deleted: ['vol-1'] }], false)).toEqual(both);
    expect(nextSteps(run, [plan, { ...plan, deleted: ['vol-1'] }], false)).toEqual(both.slice(0, 1));
    expect(nextSteps(run, [plan, { ...plan, deleting: ['vol-1'] }], false)).toEqual(both.slice(0, 1));
  });

  test('is only to roll back, if that, where the journal is of an older format', () => {
    expect(nextSteps(run, [plan], false, { older: true })).toEqual([step('rollback')]);
    expect(nextSteps(run, [{ ...plan, writePointAt: 7 }], false, { older: true })).toEqual([
      { ...step('rollback'), losesWritesSince: 7 },
    ]);
    expect(nextSteps(run, [{ ...plan, deleted: ['vol-1'] }], false, { older: true })).toEqual([step('status')]);
    expect(nextSteps(run, [{ ...plan, status: 'done' }], false, { older: true })).toEqual([step('status')]);
  });

  test('goes on with a rollback that was asked for, whatever gate stands in the way', () => {
    const held = { ...plan, status: 'paused' as const, waitsFor: { until: 1_000 }, rollsBack: true as const };
    expect(nextSteps(run, [held], false)[0]).toEqual({ ...step('resume'), rollsBack: true });
  });

  test('is given as who gave the last one, where it asks AWS', () => {
    const words = (...given: Parameters<typeof nextSteps>) => nextSteps(...given).map((one) => one.words);
    const profile = 'prod';
    expect(words(run, [plan], false, { profile })).toEqual([
      ['resume', run, '--profile', profile],
      ['rollback', run, '--profile', profile],
    ]);
    expect(words(run, [plan], true, { profile })).toEqual([['status', run]]);
  });

  test('is to roll back at the price of the writes since the first write point of an open plan', () => {
    const plans = [
      { ...plan, writePointAt: 2_000 },
      { ...plan, writePointAt: 1_000 },
      { ...plan, status: 'done', writePointAt: 500 },
    ] as const;
    expect(nextSteps(run, plans, false)[1]).toEqual({ ...step('rollback'), losesWritesSince: 1_000 });
  });
});
