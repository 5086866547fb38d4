import { createHash } from 'node:crypto';
import type { PlanSource } from '../contract/plan.ts';

/** sha256, in hex, of a plan's text and sets: two sources of one hash make one plan. The file's name does not count. */
export function hashOf(source: PlanSource): string {
  return createHash('sha256')
    .update(JSON.stringify([source.text, source.sets]))
    .digest('hex');
}
