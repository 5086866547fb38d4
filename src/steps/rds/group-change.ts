import { type Described, groupsOf, hasGroups, isSettled } from './status.ts';

/** How far an instance or a cluster is on its way to these security groups: RDS shows those that go beside those that come. */
export function towards(one: Described, wanted: readonly string[]): 'there' | 'on its way' | 'not asked' {
  const staying = (one.VpcSecurityGroups ?? [])
    .filter(({ Status }) => Status !== 'removing')
    .map(({ VpcSecurityGroupId }) => VpcSecurityGroupId ?? '');
  if (staying.sort().join() !== [...wanted].sort().join()) return 'not asked';
  return hasGroups(one, wanted) && isSettled(one) ? 'there' : 'on its way';
}

/** What an undo needs to know of it. */
export function groupsBefore(one: Described) {
  return { securityGroups: groupsOf(one) };
}
