import { describe, expect, test } from 'vitest';
import { courseAfter, type Family, familyOf, type Moment, patienceMs } from '../../src/engine/patience.ts';

const minute = 60_000;
const hour = 60 * minute;
const without = Number.POSITIVE_INFINITY;
const moments: readonly Moment[] = ['serving', 'cut-over', 'start', 'back', 'start back'];

describe('how long an error is waited for, where the call has an hour of its own', () => {
  test.each<[Family, number[]]>([
    ['throttled', [hour, hour / 2, without, without, without]],
    ['unreachable', [hour, hour / 2, without, without, without]],
    ['capacity', [hour, hour / 2, without, without, without]],
    ['state', [hour, hour / 2, without, hour / 2, without]],
    ['slow', [hour, hour, hour, 24 * hour, 24 * hour]],
    ['right', [0, 0, 0, 24 * hour, 24 * hour]],
    ['credentials', [0, ...Array(4).fill(10 * minute)]],
    ['final', [0, 0, 0, 0, 0]],
  ])('%s', (family, times) => {
    expect(moments.map((moment) => patienceMs(family, moment, hour))).toEqual(times);
  });

  test('forward it never has more than it has by itself', () => {
    expect(patienceMs('unreachable', 'cut-over', 15 * minute)).toBe(15 * minute);
  });
});

test('a cut-over is taken back when its patience is over; what serves, and what is being brought back, is left', () => {
  expect(moments.map(courseAfter)).toEqual(['leave', 'unwind', 'unwind', 'leave', 'leave']);
});

test('an error is of the family of what has to come before it passes', () => {
  const of = (error: Parameters<typeof familyOf>[0]) => familyOf(error);
  expect(of({ class: 'wait', wants: 'capacity', code: '', message: '' })).toBe('capacity');
  expect(of({ class: 'permanent', wants: 'right', code: '', message: '' })).toBe('right');
  expect(of({ class: 'permanent', code: '', message: '' })).toBe('final');
  expect(of({ class: 'wait', code: '', message: '' })).toBe('state');
  expect(of({ class: 'stop-run', code: '', message: '' })).toBe('credentials');
});
