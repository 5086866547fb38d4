import type { DBInstance } from '@aws-sdk/client-rds';
import { brokenStatus, type Described, groupsOf, hasGroups, isSettled } from '../status.ts';

type Progress = 'there' | 'on its way' | 'not asked';

/** How far an instance or a cluster is on its way to these security groups: RDS shows those that go beside those that come. */
export function towards(one: Described, wanted: readonly string[]): Progress {
  const staying = (one.VpcSecurityGroups ?? [])
    .filter(({ Status }) => Status !== 'removing')
    .map(({ VpcSecurityGroupId }) => VpcSecurityGroupId ?? '');
  if (staying.sort().join() !== [...wanted].sort().join()) return 'not asked';
  return hasGroups(one, wanted) && isSettled(one) ? 'there' : 'on its way';
}

/** The same with each of its parts. One that is broken is not waited for. */
export function allTowards(one: Described, parts: readonly DBInstance[], wanted: readonly string[]): Progress {
  const how = towards(one, wanted);
  if (how !== 'there') return how;
  const broken = (part: DBInstance) => brokenStatus(part) !== undefined && hasGroups(part, wanted);
  return parts.every((part) => towards(part, wanted) === 'there' || broken(part)) ? 'there' : 'on its way';
}

/** What an undo needs to know of it. */
export function groupsBefore(one: Described) {
  return { securityGroups: groupsOf(one) };
}
