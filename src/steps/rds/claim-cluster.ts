import { defineEffect } from '../../aws/services.ts';
import { claiming, clusters } from './claim-tags.ts';

/** Says "mine" on the original cluster, by a tag whose key holds the run. Its members are claimed with it: nobody can move one alone. */
export const claimCluster = defineEffect({
  type: 'rds.claim-cluster',
  ...claiming('rds.release-cluster-claim', clusters),
});
