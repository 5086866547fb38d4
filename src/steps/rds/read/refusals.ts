import type { DBCluster, DBInstance } from '@aws-sdk/client-rds';
import type { AwsContext } from '../../../aws/services.ts';
import { carried, markerCount, roomForTags, withOwn } from '../../../aws/tags.ts';
import type { DatabaseAddress } from '../../../contract/databases.ts';
import type { CheckedKeys } from '../../domain.ts';
import type { Refusals } from '../../refusals.ts';
import { carryOfCluster } from '../carry/cluster.ts';
import { carry } from '../carry/instance.ts';
import { carryOfMember } from '../carry/member.ts';
import { byHandIn, type TableOf } from '../carry/table.ts';
import type { AcceptedOfDatabase } from '../domain.ts';
import { askable } from '../fence/sessions.ts';
import {
  clusterParametersPend,
  type Described,
  encryptionOf,
  nameIn,
  parametersPend,
  pendingOf,
  statusOf,
} from '../status.ts';

const tagsPerResource = 50;
const engines = ['postgres', 'mysql', 'mariadb'];
const clusterEngines = ['aurora-postgresql', 'aurora-mysql'];
const fine = ['available', 'backing-up', 'storage-optimization', 'storage-initialization', 'storage-config-upgrade'];

type DatabaseRefusals = Refusals<AcceptedOfDatabase>;

/** Collects what DescribeDBInstances shows that speaks against moving this instance. */
export function refuseInstance(
  ctx: AwsContext,
  found: DBInstance,
  keys: CheckedKeys,
  refusals: DatabaseRefusals,
): void {
  refuseKindOfInstance(found, refusals);
  refuseState(found, refusals, {
    stopped: "start it: a stopped one can't be snapshotted, fenced or asked",
    'storage-full': 'give it more storage first',
  });
  if (parametersPend(found)) refuseParameters(found, refusals, 'its parameter group');
  refuseKey(found, keys, refusals);
  refuseNotCarried(nameIn(found), carry, found, refusals);
  // The markers, and the claim with which the replacement is born.
  refuseTags(ctx, found, markerCount + 1, refusals);
}

/** Collects what DescribeDBClusters and its members show that speaks against moving this cluster. */
export function refuseCluster(
  ctx: AwsContext,
  found: DBCluster,
  members: readonly DBInstance[],
  keys: CheckedKeys,
  refusals: DatabaseRefusals,
): void {
  const stopped = { stopped: "start it: a stopped one can't be fenced or asked" };
  refuseKindOfCluster(found, refusals);
  refuseBonds(found, refusals);
  refuseKey(found, keys, refusals);
  refuseNotCarried(nameIn(found), carryOfCluster, found, refusals);
  refuseState(found, refusals, stopped);
  if (members.length === 0)
    refusals.refuse(`${nameIn(found)} has no members: nobody is served by it`, 'snapshot and restore it by hand');
  for (const member of members) {
    refuseState(member, refusals, stopped);
    if (parametersPend(member) || clusterParametersPend(found, member))
      refuseParameters(member, refusals, 'the parameter group');
    refuseNotCarried(nameIn(member), carryOfMember, member, refusals);
    refuseTags(ctx, member, markerCount, refusals);
  }
  // The markers, and the claim with which the replacement is born.
  refuseTags(ctx, found, markerCount + 1, refusals);
}

function refuseState(one: Described, refusals: DatabaseRefusals, ways: Readonly<Record<string, string>>): void {
  const name = nameIn(one);
  const status = statusOf(one) || 'in no status';
  const waysOut: Readonly<Record<string, string>> = {
    ...ways,
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

function refuseParameters(one: DBInstance, refusals: DatabaseRefusals, group: string): void {
  refusals.refuse(
    `parameters of ${nameIn(one)} wait for a restart, and dropping its sessions would bring them into force`,
    `restart it, or take the change of ${group} back`,
  );
}

/** Collects what no call gives a replacement. */
function refuseNotCarried<D extends object, P>(
  name: string,
  table: TableOf<D, P>,
  found: D,
  refusals: DatabaseRefusals,
): void {
  for (const { attribute, mend } of byHandIn(table, found))
    refusals.unless(
      'not-carried',
      `${attribute} of ${name} is not carried over`,
      `set it up again afterwards: ${mend}`,
    );
}

function refuseKey(found: Described, keys: CheckedKeys, refusals: DatabaseRefusals): void {
  const name = nameIn(found);
  const shown = { 'sse-kms': found.KmsKeyId, 'sse-rds': "a key of AWS's own" }[encryptionOf(found)];
  const key = found.KmsKeyId;
  if (key === keys.to) refusals.nothingToDo(`${name} is under ${keys.to} already`);
  else if (keys.from !== undefined && key !== keys.from)
    refusals.refuse(
      `${name} is under ${shown ?? 'no key'}, not under ${keys.from}`,
      'check keys.from, or leave it out',
    );
}

function refuseTags(ctx: AwsContext, one: Described, ours: number, refusals: DatabaseRefusals): void {
  const tags = carried(one.TagList).length;
  const more = withOwn(carried(one.TagList), ctx.tags).length - tags + ours;
  if (tags + more > tagsPerResource || roomForTags(one.TagList) < 1)
    refusals.refuse(`${nameIn(one)} has ${tags} tags: its replacement needs room for ${more} more`, 'remove some');
}

function refuseKindOfInstance(found: DBInstance, refusals: DatabaseRefusals): void {
  const name = found.DBInstanceIdentifier;
  const engine = found.Engine ?? '';
  if (found.DBClusterIdentifier) {
    refusals.refuse(`${name} is a member of the cluster ${found.DBClusterIdentifier}`, 'move the cluster as a whole');
  } else if (engine.startsWith('custom-')) {
    refusals.refuse(`${name} is an RDS Custom instance (${engine})`, 'rekey does not move RDS Custom');
  } else if (!engines.includes(engine)) {
    refusals.refuse(
      `${name} is ${engine || 'of an unknown engine'}: rekey can't ask it whether its clients are out`,
      `rekey moves ${engines.join(', ')}`,
    );
  }
  if (found.ReadReplicaSourceDBInstanceIdentifier || found.ReadReplicaSourceDBClusterIdentifier)
    refusals.refuse(
      `${name} is a read replica`,
      'move its source, and make the replica again from what takes its place',
    );
  if (found.TdeCredentialArn)
    refusals.refuse(`${name} has TDE credentials, which can't follow`, 'take the TDE option out of its group');
  if ((found.DBSecurityGroups ?? []).length > 0) refusals.refuse(`${name} is in EC2-Classic`, 'move it into a VPC');
  if ((found.AdditionalStorageVolumes ?? []).length > 0)
    refusals.refuse(`${name} has additional storage volumes`, 'rekey does not move these');
}

function refuseKindOfCluster(found: DBCluster, refusals: DatabaseRefusals): void {
  const name = nameIn(found);
  const engine = found.Engine ?? '';
  if (!clusterEngines.includes(engine))
    refusals.refuse(
      `${name} is ${engine || 'of an unknown engine'}${found.DBClusterInstanceClass ? ', a Multi-AZ DB cluster' : ''}`,
      `rekey moves clusters of ${clusterEngines.join(' and ')}`,
    );
  if ((found.EngineMode ?? 'provisioned') !== 'provisioned')
    refusals.refuse(
      `${name} runs in engine mode ${found.EngineMode}`,
      `convert it to a provisioned cluster first (aws rds modify-db-cluster --db-cluster-identifier ${name} --engine-mode provisioned --allow-engine-mode-change --db-cluster-instance-class db.r6g.large --apply-immediately)`,
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
      'take it out (aws rds remove-from-global-cluster), and make the global cluster again after the cut-over',
    );
  if (found.ReplicationSourceIdentifier)
    refusals.refuse(`${name} is a replica of ${found.ReplicationSourceIdentifier}`, 'move its source');
  if ((found.ReadReplicaIdentifiers ?? []).length > 0)
    refusals.refuse(
      `${name} has the replicas ${found.ReadReplicaIdentifiers?.join(', ')}, which would stay with the original`,
      'delete them, and make them again after the cut-over',
    );
  if (found.MasterUserSecret)
    refusals.refuse(
      `the master password of ${name} is managed in Secrets Manager (${found.MasterUserSecret.SecretArn}): a restore does not have the secret, and the secret is deleted with the original`,
      'turn that off (aws rds modify-db-cluster --no-manage-master-user-password), and on again after the cut-over',
    );
  if (found.HttpEndpointEnabled)
    refusals.refuse(
      `the Data API of ${name} is on, and lets clients in past any security group`,
      `switch it off (aws rds disable-http-endpoint --resource-arn ${found.DBClusterArn}), and on again after the cut-over`,
    );
}

/**
 * Behind the fence the database itself has to say that nobody is connected: what would keep it from that is better known before. Gives
 * whether anybody is connected now; undefined where that can't be told.
 */
export async function refuseSilence(
  ctx: AwsContext,
  at: DatabaseAddress,
  refusals: Refusals<AcceptedOfDatabase>,
): Promise<boolean | undefined> {
  const { nameless, hopeless, doubt, connected } = await askable(ctx, at);
  if (nameless !== undefined)
    refusals.refuse(
      `this machine can't resolve the name ${at.host} (${nameless}), so it can't ask who is connected`,
      'run rekey where DNS knows that name, for example on a machine in the VPC of the database; for a simulated account also set REKEY_RESOLVER, as `rekey simulate` prints it',
    );
  if (hopeless !== undefined)
    refusals.refuse(
      `${at.host} can't be asked who is connected: ${hopeless}`,
      at.secret === undefined
        ? 'set REKEY_DB_USER and REKEY_DB_PASSWORD, of somebody who sees all sessions (pg_monitor, PROCESS)'
        : 'let it be the login of somebody who sees all sessions (pg_monitor, PROCESS), and this runner read it',
    );
  if (doubt !== undefined)
    ctx.announce(
      `${doubt}. If that is because it does not let this runner in, see that the fence does: without an answer rekey undoes the cut-over`,
    );
  return connected;
}
