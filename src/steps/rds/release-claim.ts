import { defineEffect } from '../../aws/services.ts';
import { databases, releasing } from './claim-tags.ts';

/** Takes a claim off the original and what was made of it; what no longer exists counts as released. */
export const releaseClaim = defineEffect({
  type: 'rds.release-claim',
  ...releasing(databases),
});
