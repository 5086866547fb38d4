import type { DBInstance } from '@aws-sdk/client-rds';

// Statuses in which an instance answers and takes the next change (facts §2.1).
const settled = [
  'available',
  'storage-initialization',
  'storage-optimization',
  'storage-config-upgrade',
  'configuring-enhanced-monitoring',
];
const usable = [...settled, 'backing-up', 'configuring-iam-database-auth', 'configuring-log-exports', 'modifying'];
const broken = /^(failed|incompatible-|restore-error|inaccessible-encryption-credentials|insufficient-capacity)/;

/** Nothing is under way that stands in the way of the next change. */
export function isSettled(instance: DBInstance): boolean {
  return settled.includes(instance.DBInstanceStatus ?? '');
}

/** Sessions are served, whatever else goes on. */
export function isUsable(instance: DBInstance): boolean {
  return usable.includes(instance.DBInstanceStatus ?? '');
}

/** Why it will not come to anything by itself; undefined while it may. */
export function brokenStatus(instance: DBInstance): string | undefined {
  const status = instance.DBInstanceStatus ?? '';
  return broken.test(status) ? `${instance.DBInstanceIdentifier} is ${status}` : undefined;
}

/** Stopped, or on the way there or back: nobody is served. */
export function isStopped(instance: DBInstance): boolean {
  return ['stopped', 'stopping', 'starting'].includes(instance.DBInstanceStatus ?? '');
}

/** On the way out. */
export function isGoing(instance: DBInstance): boolean {
  return ['deleting', 'delete-precheck', 'deleted'].includes(instance.DBInstanceStatus ?? '');
}

/** What waits for a window or a restart, by name, without what is not set. */
export function pendingOf(instance: DBInstance): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(instance.PendingModifiedValues ?? {}).filter(
      ([, value]) => value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0),
    ),
  );
}

/** Parameters that a restart would bring into force. */
export function parametersPend(instance: DBInstance): boolean {
  return (instance.DBParameterGroups ?? []).some((group) => group.ParameterApplyStatus === 'pending-reboot');
}

/** The security groups, with those on their way in or out. */
export function groupsOf(instance: DBInstance): string[] {
  return (instance.VpcSecurityGroups ?? []).map((group) => group.VpcSecurityGroupId ?? '').sort();
}

/** Exactly these security groups are in force, and no other is on its way in or out. */
export function hasGroups(instance: DBInstance, wanted: readonly string[]): boolean {
  const active = (instance.VpcSecurityGroups ?? []).every((group) => group.Status === 'active');
  return active && groupsOf(instance).join() === [...wanted].sort().join();
}

/** Clients other than those of the fence may get in now, or until what is under way is done. */
export function isOpen(instance: DBInstance, fence: string | undefined): boolean {
  if (isGoing(instance) || isStopped(instance)) return false;
  return fence === undefined || groupsOf(instance).some((group) => group !== fence);
}
