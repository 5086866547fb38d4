import { claiming, databases } from './claim-tags.ts';

/** Claims a DB instance. */
export const claim = claiming('rds.claim', 'rds.release-claim', databases);
