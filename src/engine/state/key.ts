import { createHash } from 'node:crypto';
import type { Key } from '../../contract/record.ts';

/** One text for one key; also what its token is made from. */
export function keyText(key: Key): string {
  const undo = key.undo === undefined ? '' : `/undo-${key.undo}`;
  return `${key.plan}/${key.step}/${key.item ?? '-'}/${key.generation}${undo}`;
}

// A fixed namespace of our own (RFC 9562 §6.6), so that a token never equals another tool's.
const namespace = Buffer.from('6f1d1f0ca5b54c0b9c0e7e2d8a3b51c4', 'hex');

/** `uuidv5(run, key)`: the same for one thing done in one run, whoever asks and however often. */
export function tokenOf(run: string, key: Key): string {
  const digest = createHash('sha1')
    .update(namespace)
    .update(`${run} ${keyText(key)}`)
    .digest()
    .subarray(0, 16);
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x50;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  const hex = digest.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
