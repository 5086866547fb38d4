import { expect, test } from 'vitest';
import { reasonToKeep } from '../../../src/engine/unwind/discard.ts';

const snapshot = { pair: false, pastWritePoint: false, gone: [], unreadable: [] };
const replacement = { ...snapshot, pair: true };

test.each([
  ['a replacement that nobody wrote on is discarded', replacement, undefined],
  ['one that may hold writes is kept', { ...replacement, pastWritePoint: true }, 'may hold writes'],
  ['one whose original can not be read is kept', { ...replacement, unreadable: ['key disabled'] }, 'key disabled'],
  ['a snapshot is discarded past the write point, too', { ...snapshot, pastWritePoint: true }, undefined],
  ['even a snapshot is kept once an original is gone', { ...snapshot, gone: ['vol-1'] }, 'vol-1 is gone'],
])('%s', (_title, made, reason) => {
  const why = reasonToKeep(made);
  if (reason === undefined) expect(why).toBeUndefined();
  else expect(why).toContain(reason);
});
