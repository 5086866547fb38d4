import type { DBCluster, DBClusterSnapshot, DBInstance, DBSnapshot } from '@aws-sdk/client-rds';
import { marker, tagValue } from '../../aws/tags.ts';

/** What is renamed, fenced and restored: an instance or a cluster. */
export type Described = DBInstance | DBCluster;
/** A snapshot of either. */
export type DescribedSnapshot = DBSnapshot | DBClusterSnapshot;

// Statuses in which an instance answers and takes the next change (facts §2.1).
const settled = [
  'available',
  'storage-initialization',
  'storage-optimization',
  'storage-config-upgrade',
  'configuring-enhanced-monitoring',
];
const usable = [...settled, 'backing-up', 'configuring-iam-database-auth', 'configuring-log-exports', 'modifying'];
const broken =
  /^(failed|cloning-failed|migration-failed|incompatible-|restore-error|inaccessible-encryption-credentials|insufficient-capacity)/;

/** The status of either. */
export function statusOf(one: Described): string {
  return (one as DBInstance).DBInstanceStatus ?? (one as DBCluster).Status ?? '';
}

/** The name of either: the first part of its endpoint. */
export function nameIn(one: Described): string {
  return (one as DBInstance).DBInstanceIdentifier ?? one.DBClusterIdentifier ?? '';
}

/** What a rename leaves alone: DbiResourceId or DbClusterResourceId. */
export function idIn(one: Described): string {
  return (one as DBInstance).DbiResourceId ?? (one as DBCluster).DbClusterResourceId ?? '';
}

/** Where either is reached that is written to. */
export function endpointOf({ Endpoint }: Described): string | undefined {
  return typeof Endpoint === 'string' ? Endpoint : Endpoint?.Address;
}

/** What a snapshot is of: DbiResourceId or DbClusterResourceId. */
export function snapshottedIn(one: DescribedSnapshot): string | undefined {
  return (one as DBSnapshot).DbiResourceId ?? (one as DBClusterSnapshot).DbClusterResourceId;
}

/** Its IAM roles, as plans and verdicts have them. */
export function rolesIn({ AssociatedRoles }: Described) {
  return (AssociatedRoles ?? []).map(({ RoleArn: role = '', FeatureName: feature = '' }) => ({
    id: `${role} ${feature}`,
    role,
    feature,
  }));
}

/** Its ARN, which holds its name. */
export function arnIn(one: Described): string | undefined {
  return (one as DBInstance).DBInstanceArn ?? (one as DBCluster).DBClusterArn;
}

/** Nothing is under way that stands in the way of the next change. */
export function isSettled(one: Described): boolean {
  return settled.includes(statusOf(one));
}

/**
 * How it is encrypted at rest: `sse-kms` under a key of KMS, `sse-rds` under a key of AWS's own, or `none`. `StorageEncrypted` is
 * false also for `sse-rds`, and says nothing of whose key it is, so it counts only where the type is not shown (RDS API, DBInstance).
 */
export function encryptionOf(one: Described): string {
  return one.StorageEncryptionType ?? (one.StorageEncrypted ? 'sse-kms' : 'none');
}

/** Sessions are served, whatever else goes on. */
export function isUsable(one: Described): boolean {
  return usable.includes(statusOf(one));
}

/** Why it will not come to anything by itself; undefined while it may. */
export function brokenStatus(one: Described): string | undefined {
  const status = statusOf(one);
  return broken.test(status) ? `${nameIn(one)} is ${status}` : undefined;
}

/**
 * What keeps it from being renamed for good, with the way out: RDS takes no change of what has lost its key or has failed, and only a delete
 * frees its name. Nobody is told to delete what this run did not make: an original's backups may go with it.
 */
export function deadName(one: Described, run: string, remove: string): string | undefined {
  const name = nameIn(one);
  const status = statusOf(one);
  if (!['inaccessible-encryption-credentials', 'failed'].includes(status)) return undefined;
  const why = status === 'failed' ? 'has failed' : `has lost its key (${status})`;
  const dead = `${name} ${why} and takes no change any more`;
  const made = tagValue(one.TagList, marker.run) === run && tagValue(one.TagList, marker.original) !== undefined;
  return made
    ? `${dead}. As long as that name is ${idIn(one)}, which this run made and let nobody into, free it: ${remove} ${name} --skip-final-snapshot`
    : `${dead}. It is the original, so do not delete it: it comes back from a backup only, with its key enabled. What this run restored under the new key is kept; it holds all that the original held when it was fenced`;
}

/** RDS has stopped it for want of its key, and it can be started when that is there again. A member is its cluster's to start. */
export function wantsItsKey(one: Described): boolean {
  const isMember = (one as DBInstance).DbiResourceId !== undefined && one.DBClusterIdentifier !== undefined;
  return statusOf(one) === 'inaccessible-encryption-credentials-recoverable' && !isMember;
}

/** Stopped, or on the way there or back: nobody is served. */
export function isStopped(one: Described): boolean {
  return ['stopped', 'stopping', 'starting'].includes(statusOf(one));
}

/** On the way out. */
export function isGoing(one: Described): boolean {
  return ['deleting', 'delete-precheck', 'deleted'].includes(statusOf(one));
}

/** What waits for a window or a restart, by name, without what is not set. */
export function pendingOf(one: Described): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(one.PendingModifiedValues ?? {}).filter(
      ([, value]) => value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0),
    ),
  );
}

/** Parameters that a restart would bring into force. */
export function parametersPend(instance: DBInstance): boolean {
  return (instance.DBParameterGroups ?? []).some((group) => group.ParameterApplyStatus === 'pending-reboot');
}

/** Parameters of its cluster's group that a restart of this member would bring into force. */
export function clusterParametersPend(
  cluster: DBCluster | undefined,
  { DBInstanceIdentifier: name }: DBInstance,
): boolean {
  const member = cluster?.DBClusterMembers?.find((one) => one.DBInstanceIdentifier === name);
  return member?.DBClusterParameterGroupStatus === 'pending-reboot';
}

/** The security groups, with those on their way in or out. */
export function groupsOf(one: Described): string[] {
  return (one.VpcSecurityGroups ?? []).map((group) => group.VpcSecurityGroupId ?? '').sort();
}

/** Exactly these security groups are in force, and no other is on its way in or out. */
export function hasGroups(one: Described, wanted: readonly string[]): boolean {
  const active = (one.VpcSecurityGroups ?? []).every((group) => group.Status === 'active');
  return active && groupsOf(one).join() === [...wanted].sort().join();
}

/** Clients other than those of the fence may get in now, or until what is under way is done. */
export function isOpen(one: Described, fence: string | undefined): boolean {
  if (isGoing(one) || isStopped(one)) return false;
  return fence === undefined || hasDataApi(one) || groupsOf(one).some((group) => group !== fence);
}

/** Statements come in over HTTPS, past any security group (facts §5.3); only a cluster has it. */
export function hasDataApi(one: Described): boolean {
  return (one as DBCluster).HttpEndpointEnabled === true;
}
