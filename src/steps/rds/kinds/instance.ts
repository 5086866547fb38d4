import { settingsOf } from '../carry.ts';
import { DatabaseId, DatabaseRole, DatabaseSnapshotName, FinalDatabaseVerdict, MadeDatabase } from '../domain.ts';
import type { Kind } from './kind.ts';

/** A DB instance of RDS. */
export const instances: Kind = {
  steps: {
    /** Says "mine" on the original, by a tag whose key holds the run. What is made of it is born with the tag. */
    claim: 'rds.claim',
    /** Takes a claim off the original and what was made of it; what no longer exists counts as released. */
    release: 'rds.release-claim',
    /** Gives the replacement one of the IAM roles of the original. */
    addRole: 'rds.add-role',
    /** Starts an original that somebody has stopped meanwhile: stopped it could not be brought back to service. */
    start: 'rds.start-instance',
    /** Protects a DB instance against deletion again. */
    setProtection: 'rds.set-deletion-protection',
    /** Takes the deletion protection off an original, by the verdict about it. */
    clearProtection: 'rds.clear-deletion-protection',
    /** Removes a DB instance that this run made and no client was ever let in to. */
    discard: 'rds.discard-instance',
    /** Removes a DB snapshot that this run made. */
    discardSnapshot: 'rds.discard-snapshot',
  },
  resource: 'DBInstance',
  snapshot: 'DBSnapshot',
  idField: 'database',
  Id: DatabaseId,
  SnapshotName: DatabaseSnapshotName,
  Made: MadeDatabase,
  Role: DatabaseRole,
  FinalVerdict: FinalDatabaseVerdict,
  notFound: 'DBInstanceNotFound',
  describesAll: ['rds:DescribeDBInstances'],
  differs: { sendsEmptyFeature: true },

  find: (ctx, id) => ctx.aws.sight.database(id),
  all: (ctx) => ctx.aws.sight.databases(),
  lastSeen: (ctx) => ctx.aws.sight.lastSeen(),
  findSnapshot: (ctx, name) => ctx.aws.sight.databaseSnapshot(name),

  async pair({ aws: { sight } }, ids) {
    const [original, replacement] = await Promise.all([sight.database(ids.original), sight.database(ids.replacement)]);
    return { original, replacement, instances: [], endpoints: [] };
  },
  settings: settingsOf,
  faultsOfPair: () => [],

  modify: (ctx, name, change) => ctx.aws.rds.modifyDBInstance({ DBInstanceIdentifier: name, ...change }),
  start: (ctx, name) => ctx.aws.rds.startDBInstance({ DBInstanceIdentifier: name }),
  addRole: (ctx, name, { RoleArn, FeatureName }) =>
    ctx.aws.rds.addRoleToDBInstance({ DBInstanceIdentifier: name, RoleArn, FeatureName }),
  discard: (ctx, name) =>
    ctx.aws.rds.deleteDBInstance({ DBInstanceIdentifier: name, SkipFinalSnapshot: true, DeleteAutomatedBackups: true }),
  discardSnapshot: (ctx, name) => ctx.aws.rds.deleteDBSnapshot({ DBSnapshotIdentifier: name }),
};
