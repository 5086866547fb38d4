import { z } from 'zod';
import { note, somebody } from '../../cloudtrail/record.ts';
import { ruleOf } from '../../ec2/security-groups.ts';
import { AwsError } from '../../wire/message.ts';
import type { World } from '../../world.ts';
import { writeUp } from '../clients.ts';
import { instanceKind } from '../kinds/instance.ts';
import { loseWriter } from '../life/cluster.ts';
import { carryOut, optimise, requireFree, takeDown } from '../life/lifecycle.ts';
import { rotateNamedSecret, rotateSecret } from '../life/secrets.ts';
import { maintain } from '../life/waiting.ts';
import type { Database } from '../model/model.ts';
import { trulyNamed } from '../naming/find.ts';
import { clusterOfMember } from '../naming/names.ts';
import { refusals } from '../rules/refusals.ts';
import { insideWriters } from '../scenario/found-parts.ts';
import { call, deedsTo } from './deeds.ts';

const deeds = deedsTo(instanceKind, 'DBInstance');
const text = z.string().min(1);
const size = z.int().positive();

/** What other people, and AWS itself, do to databases. A database is named by its identifier or its resource id. */
export const rdsActionsWith = <S extends z.ZodRawShape>(extra: S) =>
  [
    z.strictObject({ ...extra, do: z.literal('stop-database'), database: text }),
    z.strictObject({ ...extra, do: z.literal('start-database'), database: text }),
    z.strictObject({ ...extra, do: z.literal('reboot-database'), database: text, failover: z.boolean().optional() }),
    z.strictObject({ ...extra, do: z.literal('delete-database'), database: text }),
    z.strictObject({
      ...extra,
      do: z.literal('modify-database'),
      database: text,
      now: z.boolean().default(true),
      class: text.optional(),
      storage: size.optional(),
      engineVersion: text.optional(),
      multiAZ: z.boolean().optional(),
      deletionProtection: z.boolean().optional(),
      backupRetention: z.int().min(0).optional(),
      parameterGroup: text.optional(),
      securityGroups: z.array(text).min(1).optional(),
      identifier: text.optional(),
    }),
    z.strictObject({ ...extra, do: z.literal('add-database-to-group'), database: text, group: text }),
    z.strictObject({ ...extra, do: z.literal('tag-database'), database: text, tags: z.record(text, z.string()) }),
    z.strictObject({ ...extra, do: z.literal('untag-database'), database: text, keys: z.array(text).min(1) }),
    z.strictObject({ ...extra, do: z.literal('grow-database'), database: text, storage: size }),
    z.strictObject({ ...extra, do: z.literal('rotate-database-secret'), database: text }),
    z.strictObject({ ...extra, do: z.literal('rotate-secret'), secret: text }),
    z.strictObject({ ...extra, do: z.literal('announce-maintenance'), database: text, action: text }),
    z.strictObject({ ...extra, do: z.literal('maintain-database'), database: text }),
    z.strictObject({ ...extra, do: z.literal('break-database'), database: text, status: text }),
    z.strictObject({ ...extra, do: z.literal('fail-next-restore'), status: text }),
    z.strictObject({ ...extra, do: z.literal('delete-database-snapshot'), snapshot: text }),
    z.strictObject({ ...extra, do: z.literal('fail-database-snapshot'), snapshot: text }),
    z.strictObject({ ...extra, do: z.literal('stop-inside-writers'), database: text }),
    z.strictObject({
      ...extra,
      do: z.literal('start-inside-writers'),
      database: text,
      writers: z.array(text).min(1),
    }),
    z.strictObject({ ...extra, do: z.literal('open-group'), group: text, inbound: text }),
    z.strictObject({ ...extra, do: z.literal('close-group'), group: text, inbound: text }),
  ] as const;

const actionSchema = z.discriminatedUnion('do', rdsActionsWith({}));
/** Something that somebody other than the caller does to a database. */
export type RdsAction = z.output<typeof actionSchema>;

const names: ReadonlySet<string> = new Set(rdsActionsWith({}).map((one) => one.shape.do.value));

export function isRdsAction(action: { readonly do: string }): action is RdsAction {
  return names.has(action.do);
}

/** Carries the action out, as the API call that it is if it is one. Throws AwsError when the account refuses it. */
export function actOnRds(world: World, action: RdsAction): void {
  writeUp(world);
  if (action.do === 'fail-next-restore') {
    world.rds.failNextRestore = action.status;
    return;
  }
  if (action.do === 'rotate-secret') {
    rotateNamedSecret(world, action.secret);
    return;
  }
  if (action.do === 'open-group' || action.do === 'close-group') {
    changeGroup(world, action);
    return;
  }
  if (action.do === 'delete-database-snapshot') {
    deeds.deleteSnapshot(world, action.snapshot);
    return;
  }
  if (action.do === 'fail-database-snapshot') {
    deeds.failSnapshot(world, action.snapshot);
    return;
  }
  const database = trulyNamed(world, instanceKind, action.database);
  switch (action.do) {
    case 'stop-database':
      deeds.stop(world, database);
      break;
    case 'start-database':
      deeds.start(world, database);
      break;
    case 'reboot-database':
      call(world, 'RebootDBInstance', {
        DBInstanceIdentifier: database.identifier,
        ForceFailover: action.failover,
      });
      break;
    case 'delete-database':
      deeds.remove(world, database);
      break;
    case 'modify-database':
      deeds.modify(world, database, modification(action));
      break;
    case 'add-database-to-group':
      deeds.addToGroup(world, database, action.group);
      break;
    case 'tag-database':
      deeds.tag(world, database, action.tags);
      break;
    case 'untag-database':
      deeds.untag(world, database, action.keys);
      break;
    case 'grow-database':
      grow(world, database, action.storage);
      break;
    case 'rotate-database-secret':
      rotateSecret(world, database);
      break;
    case 'announce-maintenance':
      deeds.announce(database, action.action);
      break;
    case 'maintain-database':
      maintain(world, instanceKind, database);
      break;
    case 'break-database':
      breakDown(world, database, action.status);
      break;
    case 'stop-inside-writers':
      database.storage.inside = [];
      break;
    case 'start-inside-writers':
      database.storage.inside = insideWriters(world, action.writers);
      break;
  }
}

function modification(action: Extract<RdsAction, { do: 'modify-database' }>): object {
  return {
    ApplyImmediately: action.now,
    DBInstanceClass: action.class,
    AllocatedStorage: action.storage,
    EngineVersion: action.engineVersion,
    MultiAZ: action.multiAZ,
    DeletionProtection: action.deletionProtection,
    BackupRetentionPeriod: action.backupRetention,
    DBParameterGroupName: action.parameterGroup,
    VpcSecurityGroupIds: action.securityGroups,
    NewDBInstanceIdentifier: action.identifier,
  };
}

/** Storage autoscaling, which asks nobody. */
function grow(world: World, database: Database, storage: number): void {
  requireFree(world, database, 'grown');
  if (storage <= database.settings.AllocatedStorage) throw refusals.combination('Storage only grows.');
  database.status = 'modifying';
  carryOut(world, database, [
    [
      world.seconds(30, 120),
      () => {
        database.settings = { ...database.settings, AllocatedStorage: storage };
        optimise(world, database);
      },
    ],
  ]);
}

// What was under way is given up.
function breakDown(world: World, database: Database, status: string): void {
  // One that is full takes connections, but no writes; one that is down can't run full.
  const full = status === 'storage-full';
  // What is under way is not given up for want of room; it fills up afterwards.
  if (full && (!database.up || database.busy))
    throw refusals.databaseState(`${database.identifier} is ${database.status}.`);
  database.task++;
  database.busy = false;
  if (!full) {
    takeDown(world, database);
    const cluster = clusterOfMember(world, database);
    if (cluster?.writer === database.resourceId) loseWriter(world, cluster);
  }
  database.status = status;
}

function changeGroup(world: World, action: GroupAction): void {
  const group = world.securityGroups.get(action.group);
  if (!group) throw new AwsError('InvalidGroup.NotFound', `The security group '${action.group}' does not exist`);
  if (action.do === 'open-group') {
    group.inbound = [...group.inbound, ruleOf(world, action.inbound)];
    noteRule(world, 'AuthorizeSecurityGroupIngress', action);
    return;
  }
  const { peer, port } = ruleOf(world, action.inbound);
  const left = group.inbound.filter((rule) => rule.peer !== peer || rule.port !== port);
  if (left.length === group.inbound.length) {
    throw new AwsError('InvalidPermission.NotFound', 'The specified rule does not exist in this security group.');
  }
  group.inbound = left;
  noteRule(world, 'RevokeSecurityGroupIngress', action);
}

type GroupAction = Extract<RdsAction, { do: 'open-group' | 'close-group' }>;

// As CloudTrail shows it: lists are `items` there.
function noteRule(world: World, name: string, { group, inbound }: GroupAction): void {
  const [peer = '', port] = inbound.split(':');
  const ports = port === undefined ? {} : { fromPort: Number(port), toPort: Number(port) };
  const peers = peer.startsWith('sg-')
    ? { groups: { items: [{ groupId: peer }] }, ipRanges: {} }
    : { groups: {}, ipRanges: { items: [{ cidrIp: peer }] } };
  const rule = { ipProtocol: port === undefined ? '-1' : 'tcp', ...ports, ...peers, ipv6Ranges: {}, prefixListIds: {} };
  const input = { groupId: group, ipPermissions: { items: [rule] } };
  note(world, { service: 'ec2', name, input }, somebody(world), { output: {} });
}
