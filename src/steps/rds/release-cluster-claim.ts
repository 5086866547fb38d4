import { defineEffect } from '../../aws/services.ts';
import { clusters, releasing } from './claim-tags.ts';

/** Takes a claim off the original cluster and what was made of it; what no longer exists counts as released. */
export const releaseClusterClaim = defineEffect({
  type: 'rds.release-cluster-claim',
  ...releasing(clusters),
});
