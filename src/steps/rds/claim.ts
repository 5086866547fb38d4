import { defineEffect } from '../../aws/services.ts';
import { claiming, databases } from './claim-tags.ts';

/** Says "mine" on the original, by a tag whose key holds the run. What is made of it is born with the tag. */
export const claim = defineEffect({
  type: 'rds.claim',
  ...claiming('rds.release-claim', databases),
});
