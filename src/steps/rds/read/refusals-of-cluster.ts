import type { DBCluster, DBInstance } from '@aws-sdk/client-rds';
import { carried, markerCount, roomForTags } from '../../../aws/tags.ts';
import type { CheckedKeys } from '../../domain.ts';
import type { Refusals } from '../../refusals.ts';
import type { AcceptedOfDatabase } from '../domain.ts';
import { type Described, nameIn, parametersPend, pendingOf, statusOf } from '../status.ts';

const tagsPerResource = 50;
const engines = ['aurora-postgresql', 'aurora-mysql'];
const fine = ['available', 'backing-up', 'storage-optimization', 'storage-initialization', 'storage-config-upgrade'];

type DatabaseRefusals = Refusals<AcceptedOfDatabase>;

/** Collects what DescribeDBClusters and its members show that speaks against moving this cluster. */
export function refuseCluster(
  found: DBCluster,
  members: readonly DBInstance[],
  keys: CheckedKeys,
  refusals: DatabaseRefusals,
): void {
  refuseKind(found, refusals);
  refuseBonds(found, refusals);
  refuseKey(found, keys, refusals);
  refuseState(found, refusals);
  if (members.length === 0)
    refusals.refuse(`${nameIn(found)} has no members: nobody is served by it`, 'snapshot and restore it by hand');
  for (const member of members) {
    refuseState(member, refusals);
    const inCluster = found.DBClusterMembers?.find((one) => one.DBInstanceIdentifier === member.DBInstanceIdentifier);
    if (parametersPend(member) || inCluster?.DBClusterParameterGroupStatus === 'pending-reboot')
      refusals.refuse(
        `parameters of ${nameIn(member)} wait for a restart, and dropping its sessions would bring them into force`,
        'restart it, or take the change of the parameter group back',
      );
    refuseTags(member, markerCount, refusals);
  }
  // The markers, and the claim with which the replacement is born.
  refuseTags(found, markerCount + 1, refusals);
}

function refuseKind(found: DBCluster, refusals: DatabaseRefusals): void {
  const name = nameIn(found);
  const engine = found.Engine ?? '';
  if (!engines.includes(engine))
    refusals.refuse(
      `${name} is ${engine || 'of an unknown engine'}${found.DBClusterInstanceClass ? ', a Multi-AZ DB cluster' : ''}`,
      `rekey moves clusters of ${engines.join(' and ')}`,
    );
  if ((found.EngineMode ?? 'provisioned') !== 'provisioned')
    refusals.refuse(
      `${name} runs in engine mode ${found.EngineMode}`,
      'convert it to a provisioned cluster first (aws rds modify-db-cluster --engine-mode provisioned)',
    );
  if (found.LimitlessDatabase?.Status === 'enabled' || found.ClusterScalabilityType === 'limitless')
    refusals.refuse(`${name} is a Limitless Database`, 'rekey does not move its shard group');
  if (found.RdsCustomClusterConfiguration && Object.values(found.RdsCustomClusterConfiguration).some(Boolean))
    refusals.refuse(`${name} is an RDS Custom cluster`, 'rekey does not move RDS Custom');
}

/** What ties it to something else that would stay with the original, or lets clients in past the fence. */
function refuseBonds(found: DBCluster, refusals: DatabaseRefusals): void {
  const name = nameIn(found);
  if (found.GlobalClusterIdentifier || found.GlobalWriteForwardingRequested)
    refusals.refuse(
      `${name} is a member of the global cluster ${found.GlobalClusterIdentifier ?? ''}`.trimEnd(),
      'take it out (aws rds remove-from-global-cluster), and make the global cluster anew after the cut-over',
    );
  if (found.ReplicationSourceIdentifier)
    refusals.refuse(`${name} is a replica of ${found.ReplicationSourceIdentifier}`, 'move its source');
  if ((found.ReadReplicaIdentifiers ?? []).length > 0)
    refusals.refuse(
      `${name} has the replicas ${found.ReadReplicaIdentifiers?.join(', ')}, which would stay with the original`,
      'delete them, and make them anew after the cut-over',
    );
  if (found.MasterUserSecret)
    refusals.refuse(
      `the master password of ${name} is managed in Secrets Manager (${found.MasterUserSecret.SecretArn}): a restore does not have the secret, and it dies with the original`,
      'turn that off (aws rds modify-db-cluster --no-manage-master-user-password), and on again after the cut-over',
    );
  if (found.HttpEndpointEnabled)
    refusals.refuse(
      `the Data API of ${name} is on, and lets clients in past any security group`,
      `switch it off (aws rds disable-http-endpoint --resource-arn ${found.DBClusterArn}), and on again after the cut-over`,
    );
  if (!['stopped', undefined].includes(found.ActivityStreamStatus))
    refusals.refuse(
      `${name} has an activity stream`,
      'stop it (aws rds stop-activity-stream), and start one after the cut-over',
    );
}

function refuseState(one: Described, refusals: DatabaseRefusals): void {
  const name = nameIn(one);
  const status = statusOf(one) || 'in no status';
  const waysOut: Record<string, string> = {
    stopped: "start it: a stopped one can't be fenced or asked",
    'inaccessible-encryption-credentials': 'it can only be restored from a backup: its key is gone',
    'inaccessible-encryption-credentials-recoverable': 'enable its key, then start it',
  };
  if (!fine.includes(status)) refusals.refuse(`${name} is ${status}`, waysOut[status] ?? 'wait until it is available');
  const pending = Object.keys(pendingOf(one));
  if (pending.length > 0)
    refusals.refuse(
      `changes of ${pending.join(', ')} wait for the maintenance window of ${name}, and the fence would bring them into force`,
      'apply them now, or take them back',
    );
}

function refuseKey(found: DBCluster, keys: CheckedKeys, refusals: DatabaseRefusals): void {
  const name = nameIn(found);
  const key = found.KmsKeyId;
  // The boolean is false also for what AWS encrypts under a key of its own.
  const encryption = found.StorageEncryptionType ?? (found.StorageEncrypted ? 'sse-kms' : 'none');
  const shown = encryption === 'sse-kms' ? key : encryption === 'sse-rds' ? "a key of AWS's own" : 'no key';
  if (key === keys.to) refusals.refuse(`${name} is under ${keys.to} already`, 'there is nothing to move');
  else if (keys.from !== undefined && key !== keys.from)
    refusals.refuse(`${name} is under ${shown}, not under ${keys.from}`, 'check keys.from, or leave it out');
}

function refuseTags(one: Described, more: number, refusals: DatabaseRefusals): void {
  const tags = carried(one.TagList).length;
  if (tags + more > tagsPerResource || roomForTags(one.TagList) < 1)
    refusals.refuse(`${nameIn(one)} has ${tags} tags: its replacement needs room for ${more} more`, 'remove some');
}
