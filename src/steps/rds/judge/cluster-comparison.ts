import type { DBCluster, DBInstance } from '@aws-sdk/client-rds';
import { clusterSettings } from '../carry/cluster.ts';
import { memberSettings } from '../carry/member.ts';
import type { Cluster, ClusterVerdict, Member } from '../cluster-domain.ts';
import { type Difference, differencesBetween } from './comparison.ts';

/** Old and new cluster as AWS shows them now, and all instances of the account. */
interface Now {
  readonly original: DBCluster;
  readonly replacement: DBCluster;
  readonly all: readonly DBInstance[];
}

/** What of a cluster and its members is not as it was read: on the original itself, and on what takes its place. */
export function clusterDifferences(
  cluster: Cluster,
  pairs: ClusterVerdict['members'],
  { original, replacement, all }: Now,
): { readonly was: Difference[]; readonly is: Difference[] } {
  const instance = (id: string | undefined) => all.find((one) => one.DbiResourceId === id);
  const inPlaceOf = (member: Member) => instance(pairs.find(({ id }) => id === member.id)?.replacement);
  return {
    was: [
      ...ofCluster(cluster, original, 'itself'),
      ...cluster.members.flatMap((one) => ofMember(one, instance(one.id), 'itself')),
    ],
    is: [
      ...ofCluster(cluster, replacement, 'replacement'),
      ...cluster.members.flatMap((one) => ofMember(one, inPlaceOf(one), 'replacement')),
    ],
  };
}

function ofCluster(original: Cluster, found: DBCluster, as: 'itself' | 'replacement'): Difference[] {
  const { DBClusterIdentifier: name = '', AssociatedRoles: roles, TagList: tags } = found;
  return differencesBetween(original, { name, settings: clusterSettings(found), roles, tags }, as);
}

function ofMember(original: Member, found: DBInstance | undefined, as: 'itself' | 'replacement'): Difference[] {
  if (!found) return [{ attribute: 'DBClusterMembers', told: `the member ${original.name} is missing` }];
  const { DBInstanceIdentifier: name = '', TagList: tags } = found;
  return differencesBetween({ ...original, roles: [] }, { name, settings: memberSettings(found), roles: [], tags }, as);
}
