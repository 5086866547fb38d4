import type { DBInstance, DBSnapshot } from '@aws-sdk/client-rds';
import type { AwsContext } from '../../../aws/services.ts';
import { carry, settingsOf } from '../carry/instance.ts';
import {
  Database,
  DatabaseId,
  DatabaseRole,
  DatabaseSnapshotName,
  DatabaseVerdict,
  FencedDatabase,
  FenceProof,
  FinalDatabaseVerdict,
  MadeDatabase,
  MadeDatabaseSnapshot,
  RestartedDatabase,
} from '../domain.ts';
import { addressOf } from '../fence/sessions.ts';
import { faultsOfInstance } from '../judge/places.ts';
import type { Kind, Whole } from './kind.ts';

/** A DB instance of RDS. */
export const instances: Kind = {
  steps: {
    /** Says "mine" on the original, by a tag whose key holds the run. What is made of it is born with the tag. */
    claim: 'rds.claim',
    /** Takes a claim off the original and what was made of it; what no longer exists counts as released. */
    release: 'rds.release-claim',
    /** Snapshots a DB instance. The point in time lies between the call and the end of it. */
    createSnapshot: 'rds.create-snapshot',
    /** Keeps clients out by an isolation group. Connections that are open already are tracked, and stay until a restart. */
    fence: 'rds.fence-instance',
    /** Has the database itself say that nobody else is connected, twice, some time apart. Waits while somebody is. */
    verifyFence: 'rds.verify-fence',
    /** Gives the replacement one of the IAM roles of the original. */
    addRole: 'rds.add-role',
    /** Compares old and new, attribute by attribute, before either gets another name. What differs and is not named stops the plan. */
    compare: 'rds.compare-instances',
    /** Asks old and new, both fenced, the same questions in SQL. The answers must be equal, row by row. */
    checkSql: 'rds.check-sql',
    /** Judges the pair before clients are admitted: key, lineage, name, fence, status, and that its endpoint answers. */
    verify: 'rds.verify-instance',
    /** Lets clients in again, by the security groups that the original had. With the replacement this is the write point. */
    admit: 'rds.admit-clients',
    /** Judges the replacement with its clients let in, and makes with the earlier verdict the final one. */
    verifyServing: 'rds.verify-serving',
    /** Takes the deletion protection off an original, by the verdict about it. */
    clearProtection: 'rds.clear-deletion-protection',
    /** Protects a DB instance against deletion again. */
    setProtection: 'rds.set-deletion-protection',
    /** Deletes an original, by the verdict about it and its replacement. */
    delete: 'rds.delete-instance',
    /** Removes a DB instance that this run made and no client was ever let in to. */
    discard: 'rds.discard-instance',
    /** Removes a DB snapshot that this run made. */
    discardSnapshot: 'rds.discard-snapshot',
    /** Starts an original that somebody has stopped meanwhile: stopped it could not be brought back to service. */
    start: 'rds.start-instance',
    /** Keeps clients out of the replacement, before a rollback takes its name away. */
    fenceReplacement: 'rds.fence-replacement',
  },
  resource: 'DBInstance',
  snapshot: 'DBSnapshot',
  describes: ['rds:DescribeDBInstances'],
  describesAll: ['rds:DescribeDBInstances'],
  notFound: 'DBInstanceNotFound',
  asked: 'databases',
  differs: {
    sendsEmptyFeature: true,
    isNotThereWithoutEndpoint: true,
    believesAnyRestart: true,
    asksBesideItsRules: false,
    tellsGivenName: true,
    waitsForGroups: false,
    believesStorageEncrypted: true,
    waitsForItsEndpoint: true,
    asksOldAndNewAtOnce: true,
    tellsIdWithoutEndpoint: true,
    looksForItsFinalSnapshot: false,
  },

  idField: 'database',
  originalField: 'instance',
  Id: DatabaseId,
  SnapshotName: DatabaseSnapshotName,
  Original: Database,
  Made: MadeDatabase,
  MadeSnapshot: MadeDatabaseSnapshot,
  Role: DatabaseRole,
  Fenced: FencedDatabase,
  FenceProof,
  After: FenceProof.optional().meta({ description: 'the proof that nobody writes any more; omitted: a warm-up' }),
  Verdict: DatabaseVerdict,
  FinalVerdict: FinalDatabaseVerdict,
  restartsShape: { restart: RestartedDatabase },
  membersShape: {},
  copyShape: { copy: MadeDatabaseSnapshot.meta({ description: 'the copy of it under the new key' }) },
  attributes: Object.keys(carry),
  mayDiffer: 'attributes of DescribeDBInstances in which the two may differ',

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

  addressOf,
  hasWriter: () => true,
  settings: settingsOf,
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
    const made = { id, database, source: null, after: after?.restartedAt ?? null };
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
  start: (ctx, name) => ctx.aws.rds.startDBInstance({ DBInstanceIdentifier: name }),
  addRole: (ctx, name, { RoleArn, FeatureName }) =>
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
