import type { DBInstance } from '@aws-sdk/client-rds';
import type { AwsContext } from '../../../aws/services.ts';
import { carried } from '../../../aws/tags.ts';
import type { Refusals } from '../../refusals.ts';
import { settingsOf } from '../carry/instance.ts';
import type { AcceptedOfDatabase, Database } from '../domain.ts';
import { addressOf, asked } from '../fence/sessions.ts';
import { nameOfOld } from '../names/old-name.ts';
import { groupsOf, idIn, isSettled, nameIn, parametersPend, pendingOf } from '../status.ts';
import type { Login } from './reading.ts';

// Made once the new primary serves, swapped by name, and kept until the hold is over: with the original they would come to
// be instances of their own.
const inOrder = [
  'rds.verify-serving',
  'rds.create-read-replica',
  'rds.verify-read-replica',
  'rds.rename-read-replica',
  'rds.delete-read-replica',
  'rds.delete-instance',
];

/** A read replica of the original, and what it is called once the new one has its name. */
export interface MovingReplica {
  readonly replica: DBInstance;
  readonly oldName: string;
}

/** The replicas of an instance, if the plan makes them anew. Refuses them if it does not, and those that can't be made as they are. */
export function replicasToMove(
  ctx: AwsContext,
  source: DBInstance,
  all: readonly DBInstance[],
  refusals: Refusals<AcceptedOfDatabase>,
): readonly MovingReplica[] {
  const names = source.ReadReplicaDBInstanceIdentifiers ?? [];
  const clusters = source.ReadReplicaDBClusterIdentifiers ?? [];
  if (names.length + clusters.length === 0) return [];
  const name = source.DBInstanceIdentifier;
  if (!isMoving(ctx.stepTypes)) {
    refusals.refuse(
      `${name} has the read replicas ${[...names, ...clusters].join(', ')}, which would stay with the original`,
      `let the plan make them again (${inOrder.slice(1, -1).join(', ')}, as plans/rds-instance.yaml shows it), or delete them`,
    );
    return [];
  }
  for (const cluster of clusters)
    refusals.refuse(`${name} is replicated to the cluster ${cluster}`, 'rekey does not make such a replica again');
  if ((source.BackupRetentionPeriod ?? 0) === 0)
    refusals.refuse(`${name} has no automated backups, without which RDS makes no replica`, 'turn them on first');
  const taken = new Set(all.map((one) => one.DBInstanceIdentifier));
  return names.flatMap((one) => {
    const replica = all.find((found) => found.DBInstanceIdentifier === one);
    if (!replica) {
      refusals.refuse(
        `the read replica ${one} of ${name} is not in ${ctx.aws.region}`,
        'delete it, and make it again after the cut-over',
      );
      return [];
    }
    for (const { why, wayOut } of obstacles(source, replica)) refusals.refuse(why, wayOut);
    let nth = 0;
    while (taken.has(nameOfOld(ctx, one, nth))) nth++;
    const oldName = nameOfOld(ctx, one, nth);
    taken.add(oldName);
    return [{ replica, oldName }];
  });
}

function isMoving(types: readonly string[]): boolean {
  const at = inOrder.map((type) => types.indexOf(type));
  return at.every((place, i) => place >= 0 && place > (at[i - 1] ?? -1));
}

function obstacles(source: DBInstance, replica: DBInstance): { why: string; wayOut: string }[] {
  const name = replica.DBInstanceIdentifier;
  const group = (one: DBInstance) => one.DBParameterGroups?.[0]?.DBParameterGroupName;
  const found: [boolean, string, string][] = [
    [!isSettled(replica), `is ${replica.DBInstanceStatus}`, 'wait until it is available'],
    [!isReplicating(replica), 'does not replicate', 'see that it does, or delete it'],
    [(replica.ReadReplicaDBInstanceIdentifiers ?? []).length > 0, 'has replicas of its own', 'delete those'],
    [(replica.BackupRetentionPeriod ?? 0) > 0, 'has automated backups of its own', 'turn them off'],
    [replica.DeletionProtection === true, 'is protected against deletion', 'take that off'],
    [(replica.AssociatedRoles ?? []).length > 0, 'has IAM roles of its own', 'take them off'],
    [
      group(replica) !== group(source),
      `has the parameter group ${group(replica)}, and one in its Region is made with that of its source, ${group(source)}`,
      'give both the same',
    ],
    [Object.keys(pendingOf(replica)).length > 0 || parametersPend(replica), 'has changes that wait', 'apply them'],
  ];
  return found.flatMap(([is, what, wayOut]) => (is ? [{ why: `the read replica ${name} ${what}`, wayOut }] : []));
}

/** A replica as it was last seen, which asks nothing: it serves all the time, so that its owner may have changed it since it was read. */
export function replicaNow(seen: readonly DBInstance[], read: Database): Database {
  const found = seen.find((one) => idIn(one) === read.id);
  if (!found) return read;
  return { ...read, settings: settingsOf(found), securityGroups: groupsOf(found), tags: carried(found.TagList) };
}

/**
 * How a replica holds, or may hold, what its source does not: a parameter lets one of MySQL take writes of its own (RDS User Guide,
 * "Working with MySQL read replicas"), one of PostgreSQL takes none. That nobody can tell stops nothing, and is said.
 */
export async function writesOf(ctx: AwsContext, login: Login, replica: DBInstance): Promise<readonly string[]> {
  const at = login.engine === 'mysql' ? addressOf(login, replica) : undefined;
  if (!at) return [];
  const answer = await asked(ctx, at, 'SELECT @@GLOBAL.read_only');
  if ('unknown' in answer)
    ctx.announce(`rekey does not know whether ${nameIn(replica)} takes writes of its own: ${answer.unknown}`);
  const isOpen = 'rows' in answer && answer.rows[0]?.[0] === '0';
  return isOpen ? [`${nameIn(replica)} takes writes of its own (read_only is off), which nothing else would hold`] : [];
}

/** What waits on a replica, and would come into force with its rename. */
export function waitsOn(replica: DBInstance | undefined): string[] {
  const { DBInstanceIdentifier: _name, ...changes } = replica ? pendingOf(replica) : {};
  const names = Object.keys(changes);
  if (!replica || names.length === 0) return [];
  return [`changes of ${names.join(', ')} wait on ${nameIn(replica)}, and its rename would bring them into force`];
}

/** What is written to its source arrives, as RDS shows it. */
export function isReplicating({ StatusInfos }: DBInstance): boolean {
  const replication = (StatusInfos ?? []).find((one) => one.StatusType === 'read replication');
  return replication?.Normal === true && replication.Status === 'replicating';
}
