import type { DBInstance } from '@aws-sdk/client-rds';
import { groupsOf, hasGroups, isSettled } from './status.ts';

/** How far an instance is on its way to these security groups: RDS shows those that go beside those that come. */
export function towards(instance: DBInstance, wanted: readonly string[]): 'there' | 'on its way' | 'not asked' {
  const staying = (instance.VpcSecurityGroups ?? [])
    .filter(({ Status }) => Status !== 'removing')
    .map(({ VpcSecurityGroupId }) => VpcSecurityGroupId ?? '');
  if (staying.sort().join() !== [...wanted].sort().join()) return 'not asked';
  return hasGroups(instance, wanted) && isSettled(instance) ? 'there' : 'on its way';
}

/** What an undo needs to know of it. */
export function groupsBefore(instance: DBInstance) {
  return { securityGroups: groupsOf(instance) };
}
