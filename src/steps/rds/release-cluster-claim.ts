import { clusters, releasing } from './claim-tags.ts';

/** Releases a DB cluster. */
export const releaseClusterClaim = releasing('rds.release-cluster-claim', clusters);
