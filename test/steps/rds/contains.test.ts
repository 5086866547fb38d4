// Whether the log of a replacement holds all that the log of its original held.
import { describe, expect, it } from 'vitest';
import { containedIn } from '../../../src/steps/rds/fence/contains.ts';
import type { LogPosition } from '../../../src/steps/rds/fence/position.ts';

const at = (position: string | null): LogPosition => ({ server: 'a', started: '1', position, reset: '', counts: {} });
const a = '3e11fa47-71ca-11e1-9e33-c80aa9429562';
const b = '00000000-0000-0000-0000-00000000000b';

describe('the log of a replacement against that of its original', () => {
  it.each<[string, string | null, string | null, string]>([
    ['PostgreSQL where it stood', '725:725:', '725:725:', 'contained'],
    [
      'PostgreSQL farther on, past what a number of JavaScript holds',
      '725:9007199254740993:',
      '9:9007199254740994:9',
      'contained',
    ],
    ['PostgreSQL before it', '725:9007199254740993:', '725:9007199254740992:', 'lacking'],
    ['PostgreSQL with a longer number that is less in letters', '9:9:', '10:10:', 'contained'],
    ['a set of GTIDs that is larger', `${a}:1-5`, `${a}:1-7,\n${b}:1`, 'contained'],
    ['a set with a hole', `${a}:1-5`, `${a}:1-3:5-9`, 'lacking'],
    ['a set that lacks the end', `${a}:1-5`, `${a}:1-4`, 'lacking'],
    ['a set that lacks one of two servers', `${a}:1-5,${b}:1-2`, `${a}:1-5`, 'lacking'],
    ['a set that knows none of the servers', `${a}:1-5`, `${b}:1-900`, 'unknown'],
    ['a set with tags, in capitals', `${a}:1-5:night:1-2`, `${a.toUpperCase()}:1-5:night:1-3`, 'contained'],
    ['a set that lacks those of a tag', `${a}:1-5:night:1-2`, `${a}:1-9`, 'lacking'],
    ['domains that stand farther on, by another server', '0-1-100,1-1-5', '0-2-101,1-1-5', 'contained'],
    ['a domain that stands before it', '0-1-100', '0-1-99', 'lacking'],
    ['a domain that another server began', '0-1-100', '0-2-7', 'unknown'],
    ['a domain that is missing beside one that is behind', '0-1-100,1-1-5', '0-1-99', 'lacking'],
    ['a file that is older by its offset', 'mysql-bin.000009:400', 'mysql-bin.000009:399', 'unknown'],
    ['a later file, with more digits', 'mysql-bin.999999:400', 'mysql-bin.1000000:4', 'contained'],
    ['the same file and offset', 'mysql-bin.000009:400', 'mysql-bin.000009:400', 'contained'],
    ['files of another name', 'mysql-bin.000009:400', 'other-bin.000010:400', 'unknown'],
    ['positions of two kinds', '0-1-100', 'mysql-bin.000009:400', 'unknown'],
    ['a replacement that tells none', '0-1-100', null, 'unknown'],
    ['an original of which none is on record', null, '0-1-100', 'unknown'],
  ])('%s', (_what, original, replacement, is) => {
    expect(containedIn(at(original), at(replacement)).is).toBe(is);
  });

  it('is not known where either gave no answer', () => {
    expect(containedIn(undefined, at('1:1:'))).toMatchObject({
      is: 'unknown',
      why: expect.stringContaining('original'),
    });
    expect(containedIn(at('1:1:'), undefined)).toMatchObject({
      is: 'unknown',
      why: expect.stringContaining('replacement'),
    });
  });
});
