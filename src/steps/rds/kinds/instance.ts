import type { DBInstance, DBSnapshot } from '@aws-sdk/client-rds';
import * as z from 'zod';
import type { AwsContext } from '../../../aws/services.ts';
import { Surroundings } from '../../domain.ts';
import { carriedBy, carry, parametersFor, settingsOf } from '../carry/instance.ts';
import {
  Database,
  DatabaseId,
  DatabaseName,
  DatabaseRole,
  DatabaseSnapshotName,
  DatabaseVerdict,
  FencedDatabase,
  FenceProof,
  FinalDatabaseVerdict,
  MadeDatabase,
  MadeDatabaseSnapshot,
  PlacedDatabaseVerdict,
  RestartedDatabase,
} from '../domain.ts';
import { positioned } from '../fence/position.ts';
import { addressOf } from '../fence/sessions.ts';
import { faultsOfInstance } from '../judge/places.ts';
import { readInstance } from '../read/instance.ts';
import { parametersPend } from '../status.ts';
import type { Kind, Whole } from './kind.ts';

// What a restore has set, and the creation of a read replica can't.
const besides = ['PreferredBackupWindow'] as const;

/** A DB instance of RDS. */
export const instances: Kind = {
  steps: {
    /** Reads a DB instance with all that its replacement must have, and refuses one that can't be moved. */
    read: 'rds.read-instance',
    /** Claims the original by a tag whose key holds the run id. What is made from it has the tag from its creation. */
    claim: 'rds.claim',
    /** Takes a claim off the original and what was made of it; what no longer exists counts as released. */
    release: 'rds.release-claim',
    /** Snapshots a DB instance. It holds the database as it was at a moment between the call and its end. */
    createSnapshot: 'rds.create-snapshot',
    /** Keeps clients out by the fence. Connections that are open already are tracked, and stay until a restart. */
    fence: 'rds.fence-instance',
    /** Asks the database itself, twice, some time apart, whether anybody else is connected. Waits while somebody is. */
    verifyFence: 'rds.verify-fence',
    /** Makes the replacement from the copy that is under the new key: fenced from its creation, with every setting given. */
    restore: 'rds.restore-instance',
    /** Gives the replacement, in one call, what a restore can't: only ModifyDBInstance sets it. */
    modify: 'rds.modify-instance',
    /** Gives the replacement one of the IAM roles of the original, once it is judged in its place: until then it has none. */
    addRole: 'rds.add-role',
    /** Compares old and new, attribute by attribute, before either gets another name. What differs and is not named stops the plan. */
    compare: 'rds.compare-instances',
    /** Asks old and new, both fenced, the same questions in SQL. The answers must be equal, row by row. */
    checkSql: 'rds.check-sql',
    /** Renames a DB instance, and waits until its endpoint has followed. */
    rename: 'rds.rename-instance',
    /** Judges the pair before clients are admitted: key, lineage, name, fence, status, and that its endpoint answers. */
    verify: 'rds.verify-instance',
    /** Lets clients in again, through the security groups that the original had. On the replacement this is the write point. */
    admit: 'rds.admit-clients',
    /** Judges the replacement once its clients are let in, and makes the final verdict from this and the earlier one. */
    verifyServing: 'rds.verify-serving',
    /** Takes the deletion protection off an original, by the verdict about it. */
    clearProtection: 'rds.clear-deletion-protection',
    /** Protects a DB instance against deletion again. */
    setProtection: 'rds.set-deletion-protection',
    /** Deletes an original, by the verdict about it and its replacement. */
    delete: 'rds.delete-instance',
    /** Deletes a DB instance that this run made and to which no client was ever let in. */
    discard: 'rds.discard-instance',
    /** Removes a DB snapshot that this run made. */
    discardSnapshot: 'rds.discard-snapshot',
    /** Starts an original that somebody has stopped meanwhile: a stopped one can't be brought back to service. */
    start: 'rds.start-instance',
    /** Keeps clients out of the replacement, before a rollback takes its name away. */
    fenceReplacement: 'rds.fence-replacement',
  },
  resource: 'DBInstance',
  snapshot: 'DBSnapshot',
  describes: ['rds:DescribeDBInstances'],
  describesAll: ['rds:DescribeDBInstances'],
  describesToRead: ['rds:DescribeDBInstances'],
  describesAround: ['rds:DescribeOptionGroups'],
  noun: 'DB instance',
  notFound: 'DBInstanceNotFound',
  asked: 'databases',
  restoreCall: 'rds:RestoreDBInstanceFromDBSnapshot',
  deleteCommand: 'aws rds delete-db-instance --db-instance-identifier',

  idField: 'database',
  targetType: 'rds-instance',
  idPattern: /^db-[A-Z0-9]+$/,
  isPart: () => false,
  targetField: 'target',
  originalField: 'instance',
  Id: DatabaseId,
  Name: DatabaseName,
  SnapshotName: DatabaseSnapshotName,
  ReadOutput: z
    .strictObject({
      instance: Database,
      roles: z.array(DatabaseRole),
      replicas: z.array(Database),
      surroundings: Surroundings.optional(),
    })
    .meta({ id: 'ReadDatabase' }),
  Original: Database,
  Made: MadeDatabase,
  MadeSnapshot: MadeDatabaseSnapshot,
  Role: DatabaseRole,
  Fenced: FencedDatabase,
  FenceProof,
  After: FenceProof.optional().meta({
    description:
      'the proof that nobody writes any more; left out: a warm-up snapshot, of a database that may be in use',
  }),
  Verdict: DatabaseVerdict,
  PlacedVerdict: PlacedDatabaseVerdict,
  FinalVerdict: FinalDatabaseVerdict,
  restartsShape: { restart: RestartedDatabase },
  membersShape: {},
  copyShape: { copy: MadeDatabaseSnapshot.meta({ description: 'the copy of it under the new key' }) },
  keyShape: {},
  attributes: Object.keys(carry),
  mayDiffer: 'attributes of DescribeDBInstances in which the two may differ',
  carried: [...carriedBy('restore'), ...carriedBy('modify'), 'EngineVersion'],
  restored: carriedBy('restore'),
  modified: [...carriedBy('modify'), ...besides],
  // A key without Performance Insights is refused.
  together: [
    ['MonitoringInterval', 'MonitoringRoleArn'],
    [
      'PerformanceInsightsEnabled',
      'PerformanceInsightsKMSKeyId',
      'PerformanceInsightsRetentionPeriod',
      'DatabaseInsightsMode',
    ],
  ],

  find: (ctx, id) => ctx.aws.sight.database(id),
  all: (ctx) => ctx.aws.sight.databases(),
  lastSeen: (ctx) => ctx.aws.sight.lastSeen(),
  findSnapshot: (ctx, name) => ctx.aws.sight.databaseSnapshot(name),
  parts: async (_ctx, found: DBInstance) => [found],
  async whole(ctx, id) {
    const found = await ctx.aws.sight.database(id);
    return found && { found, parts: [found] };
  },
  partsAmong: (found: DBInstance) => [found],
  pair: bothOf,
  pairWithEndpoints: bothOf,
  allSeen: async (ctx) => ({ all: await ctx.aws.sight.databases(), instances: [], endpoints: [] }),
  partsAsSet: (original: DBInstance) => ({ parametersPend: parametersPend(original) }),

  read: readInstance,
  // The original last: it is what the target is looked at by.
  claimsIn: ({ instance, replicas }: { readonly instance: Database; readonly replicas: readonly Database[] }) => [
    ...replicas.map(({ id }) => id),
    instance.id,
  ],

  addressOf,
  ownNames: (found: DBInstance) => [found.Endpoint?.Address],
  isWhole: () => true,
  hasWriter: () => true,
  settings: settingsOf,
  changes: (settings) => ({
    ...parametersFor('modify', settings),
    ...Object.fromEntries(besides.flatMap((name) => (settings[name] === undefined ? [] : [[name, settings[name]]]))),
  }),
  keeps: ({ settings }, snapshot) => ({
    instances: [`${settings['DBInstanceClass']}${settings['MultiAZ'] === true ? ' (Multi-AZ)' : ''}`],
    storage: { GiB: snapshot.storageGiB ?? 0, type: String(settings['StorageType']) },
  }),
  members: () => [],
  membersMade: () => [],
  pairs: () => [],
  pairsIn: () => [],
  inVerdict: () => ({}),
  copyIn: (input: { readonly copy: MadeDatabaseSnapshot }) => input.copy,
  otherNames: () => [],
  fenced: (id, [own]) => ({ id, lastRestart: own?.lastRestart ?? null }),
  restartsOf: (input: { readonly restart: RestartedDatabase }) => [input.restart],
  restartedAt: ([own]) => own?.restartedAt ?? '',
  madeSnapshot(id, database, after, seen?: DBSnapshot) {
    const storageGiB = seen?.AllocatedStorage;
    const made = { id, database, source: null, after: after?.restartedAt ?? null, ...positioned(after?.position) };
    return { ...made, ...(storageGiB !== undefined && { storageGiB }) };
  },
  faultsOfSize: (name, original: DBInstance, replacement: DBInstance) =>
    (replacement.AllocatedStorage ?? 0) < (original.AllocatedStorage ?? 0)
      ? [`${name} has ${replacement.AllocatedStorage} GiB, the original has ${original.AllocatedStorage}`]
      : [],
  faultsOfPlace: (_verdict, _original, made: Whole<DBInstance>) => faultsOfInstance(made.found),
  faultsOfServing: (original: Database, found: DBInstance) =>
    original.masterUserSecret && !found.MasterUserSecret
      ? [`RDS does not manage the master password of ${found.DBInstanceIdentifier}, and did that of the original`]
      : [],
  faultsOfPair: () => [],

  modify: (ctx, name, change) => ctx.aws.rds.modifyDBInstance({ DBInstanceIdentifier: name, ...change }),
  rename: (ctx, name, to) =>
    ctx.aws.rds.modifyDBInstance({ DBInstanceIdentifier: name, NewDBInstanceIdentifier: to, ApplyImmediately: true }),
  async restore(ctx, name, { settings, snapshot, fence, tags }) {
    const { DBInstance: made } = await ctx.aws.rds.restoreDBInstanceFromDBSnapshot({
      ...parametersFor('restore', settings),
      DBInstanceIdentifier: name,
      DBSnapshotIdentifier: snapshot,
      // Its size is left out: it is that of the snapshot.
      VpcSecurityGroupIds: [fence],
      DeletionProtection: false,
      Tags: tags,
    });
    return made?.DbiResourceId;
  },
  start: (ctx, name) => ctx.aws.rds.startDBInstance({ DBInstanceIdentifier: name }),
  // The service model requires a feature of an instance's role, and makes it optional for a cluster's.
  addRole: (ctx, name, { role: RoleArn, feature: FeatureName }) =>
    ctx.aws.rds.addRoleToDBInstance({ DBInstanceIdentifier: name, RoleArn, FeatureName }),
  createSnapshot: (ctx, name, snapshot, Tags) =>
    ctx.aws.rds.createDBSnapshot({ DBInstanceIdentifier: name, DBSnapshotIdentifier: snapshot, Tags }),
  delete: (ctx, name, remains) => ctx.aws.rds.deleteDBInstance({ DBInstanceIdentifier: name, ...remains }),
  discardSnapshot: (ctx, name) => ctx.aws.rds.deleteDBSnapshot({ DBSnapshotIdentifier: name }),
};

async function bothOf(
  { aws: { sight } }: AwsContext,
  ids: { readonly original: string; readonly replacement: string },
) {
  const [original, replacement] = await Promise.all([sight.database(ids.original), sight.database(ids.replacement)]);
  return { original, replacement, instances: [], endpoints: [] };
}
