import { claiming, clusters } from './claim-tags.ts';

/** Claims a DB cluster. Its members are claimed with it: nobody can move one alone. */
export const claimCluster = claiming('rds.claim-cluster', 'rds.release-cluster-claim', clusters);
