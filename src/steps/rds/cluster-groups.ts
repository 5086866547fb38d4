import type { DBCluster, DBInstance } from '@aws-sdk/client-rds';
import { towards } from './group-change.ts';

/** How far a cluster is on its way to these security groups, each of its members with it. */
export function clusterTowards(
  cluster: DBCluster,
  members: readonly DBInstance[],
  wanted: readonly string[],
): 'there' | 'on its way' | 'not asked' {
  const how = towards(cluster, wanted);
  if (how !== 'there') return how;
  return members.every((one) => towards(one, wanted) === 'there') ? 'there' : 'on its way';
}
