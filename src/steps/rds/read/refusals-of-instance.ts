import type { DBInstance } from '@aws-sdk/client-rds';
import { carried, markerCount, roomForTags } from '../../../aws/tags.ts';
import type { CheckedKeys } from '../../domain.ts';
import type { Refusals } from '../../refusals.ts';
import { carry } from '../carry/instance.ts';
import type { AcceptedOfDatabase } from '../domain.ts';
import { parametersPend, pendingOf } from '../status.ts';

const tagsPerResource = 50;
const engines = ['postgres', 'mysql', 'mariadb'];

type DatabaseRefusals = Refusals<AcceptedOfDatabase>;

/** Collects what DescribeDBInstances shows that speaks against moving this instance. */
export function refuseInstance(found: DBInstance, keys: CheckedKeys, refusals: DatabaseRefusals): void {
  refuseKind(found, refusals);
  refuseState(found, refusals);
  refuseKey(found, keys, refusals);
  for (const [name, one] of Object.entries(carry)) {
    if (one.by === 'hand' && one.has(found))
      refusals.unless(
        'not-carried',
        `${name} of ${found.DBInstanceIdentifier} is not carried over`,
        `set it up anew afterwards: ${one.mend}`,
      );
  }
  const tags = carried(found.TagList).length;
  // The markers, and the claim with which the replacement is born.
  if (tags + markerCount + 1 > tagsPerResource || roomForTags(found.TagList) < 1) {
    refusals.refuse(
      `${found.DBInstanceIdentifier} has ${tags} tags: its replacement needs room for ${markerCount + 1} more`,
      'remove some',
    );
  }
}

function refuseKind(found: DBInstance, refusals: DatabaseRefusals): void {
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
      'move its source, and make the replica anew from what takes its place',
    );
  if (found.TdeCredentialArn)
    refusals.refuse(`${name} has TDE credentials, which can't follow`, 'take the TDE option out of its group');
  if ((found.DBSecurityGroups ?? []).length > 0) refusals.refuse(`${name} is in EC2-Classic`, 'move it into a VPC');
  if ((found.AdditionalStorageVolumes ?? []).length > 0)
    refusals.refuse(`${name} has additional storage volumes`, 'rekey does not move these');
}

function refuseState(found: DBInstance, refusals: DatabaseRefusals): void {
  const name = found.DBInstanceIdentifier;
  const status = found.DBInstanceStatus ?? 'in no status';
  const waysOut: Record<string, string> = {
    stopped: "start it: a stopped one can't be snapshotted, fenced or asked",
    'storage-full': 'give it more storage first',
    'inaccessible-encryption-credentials': 'it can only be restored from a backup: its key is gone',
    'inaccessible-encryption-credentials-recoverable': 'enable its key, then start it',
  };
  const fine = ['available', 'backing-up', 'storage-optimization', 'storage-initialization', 'storage-config-upgrade'];
  if (!fine.includes(status)) refusals.refuse(`${name} is ${status}`, waysOut[status] ?? 'wait until it is available');
  const pending = Object.keys(pendingOf(found));
  if (pending.length > 0)
    refusals.refuse(
      `changes of ${pending.join(', ')} wait for the maintenance window of ${name}, and the fence would bring them into force`,
      'apply them now, or take them back',
    );
  if (parametersPend(found))
    refusals.refuse(
      `parameters of ${name} wait for a restart, and dropping its sessions would bring them into force`,
      'restart it, or take the change of its parameter group back',
    );
}

function refuseKey(found: DBInstance, keys: CheckedKeys, refusals: DatabaseRefusals): void {
  const name = found.DBInstanceIdentifier;
  const key = found.KmsKeyId;
  if (key === keys.to) refusals.refuse(`${name} is under ${keys.to} already`, 'there is nothing to move');
  else if (keys.from !== undefined && key !== keys.from)
    refusals.refuse(`${name} is under ${key ?? 'no key'}, not under ${keys.from}`, 'check keys.from, or leave it out');
}
