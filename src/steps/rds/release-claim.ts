import { databases, releasing } from './claim-tags.ts';

/** Releases a DB instance. */
export const releaseClaim = releasing('rds.release-claim', databases);
