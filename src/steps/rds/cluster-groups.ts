import type { DBCluster, DBInstance } from '@aws-sdk/client-rds';
import { towards } from './group-change.ts';
import { brokenStatus, hasGroups } from './status.ts';

/** How far a cluster is on its way to these security groups, each of its members with it. One that is broken is not waited for. */
export function clusterTowards(
  cluster: DBCluster,
  members: readonly DBInstance[],
  wanted: readonly string[],
): 'there' | 'on its way' | 'not asked' {
  const how = towards(cluster, wanted);
  if (how !== 'there') return how;
  const broken = (one: DBInstance) => brokenStatus(one) !== undefined && hasGroups(one, wanted);
  return members.every((one) => towards(one, wanted) === 'there' || broken(one)) ? 'there' : 'on its way';
}
