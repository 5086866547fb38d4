import type { DBInstance } from '@aws-sdk/client-rds';
import type { Json } from '../../../contract/json.ts';
import { brokenStatus, type Described, hasGroups, isSettled } from '../status.ts';

type Progress = 'there' | 'on its way' | 'not asked';

/** How far an instance or a cluster is on its way to these security groups: RDS shows those that go beside those that come. */
export function towards(one: Described, wanted: readonly string[]): Progress {
  if (stayingOn(one).sort().join() !== [...wanted].sort().join()) return 'not asked';
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
  return { securityGroups: stayingOn(one) };
}

/** The groups that one is to get back: those that it had when it was last seen before the fence, and what others have put on it since. */
export function groupsBack(
  before: Json,
  { fence, securityGroups }: { readonly fence: string; readonly securityGroups: string[] },
): { readonly securityGroups: string[]; readonly keepsOthers: true } {
  const noted = (before as { readonly securityGroups?: Json } | null)?.securityGroups;
  const groups = (Array.isArray(noted) ? noted.map(String) : []).filter((one) => one !== fence);
  return { securityGroups: groups.length > 0 ? groups : securityGroups, keepsOthers: true };
}

/** The groups that one is to have: on the way back also those that somebody has put on it beside the fence. */
export function groupsFor(
  one: Described | undefined,
  input: { readonly fence: string; readonly securityGroups: string[]; readonly keepsOthers?: boolean | undefined },
): string[] {
  const others = input.keepsOthers === true && one ? stayingOn(one).filter((group) => group !== input.fence) : [];
  return [...new Set([...input.securityGroups, ...others])];
}

const stayingOn = (one: Described) =>
  (one.VpcSecurityGroups ?? [])
    .filter(({ Status }) => Status !== 'removing')
    .map(({ VpcSecurityGroupId }) => VpcSecurityGroupId ?? '');
