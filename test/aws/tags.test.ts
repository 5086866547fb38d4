import { describe, expect, it } from 'vitest';
import { printable } from '../../src/aws/printable.ts';
import { carried, claimants, claimKey, roomForTags } from '../../src/aws/tags.ts';

const tags = (...keys: string[]) => keys.map((Key) => ({ Key, Value: `v ${Key}` }));

describe('tags', () => {
  it('neither the tags of AWS nor ours are carried', () => {
    expect(carried(tags('b', 'aws:cloudformation:stack-name', 'rekey:run', 'a'))).toEqual([
      { key: 'a', value: 'v a' },
      { key: 'b', value: 'v b' },
    ]);
  });

  it('claims of two runs stand side by side', () => {
    expect(claimants(tags(claimKey('r1'), 'x', claimKey('r2')))).toEqual(['r1', 'r2']);
  });

  it('the tags of AWS take no room', () => {
    expect(roomForTags(tags('aws:a', 'b', 'c'))).toBe(48);
  });
});

describe('printable', () => {
  it('spells out what a terminal would obey', () => {
    expect(printable('a\u001b[31m\r\n\u202eb')).toBe('a\\u001b[31m\\u000d\\u000a\\u202eb');
  });

  it('cuts what is too long', () => {
    expect(printable('x'.repeat(600))).toHaveLength(501);
  });
});
