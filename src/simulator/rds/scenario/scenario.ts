import { z } from 'zod';
import type { Problem } from '../../checking.ts';
import { longestData } from '../../content.ts';
import { clusterInconsistencies, clusterKeys, clusterLimitKeys } from './cluster.ts';
import {
  databaseResourceId,
  groupId,
  identifier,
  maintenance,
  managedRdsKeyAlias,
  monitoring,
  performanceInsights,
  role,
  snapshotKeys,
  tags,
  windowKeys,
  windowProblems,
  workload,
} from './parts.ts';

const ip = String.raw`(?:\d{1,3}\.){3}\d{1,3}`;
const cidr = z.string().regex(new RegExp(String.raw`^${ip}/\d{1,2}$`), 'must be a range like 10.0.0.0/8');
const rule = z
  .string()
  .regex(
    new RegExp(String.raw`^(?:${ip}/\d{1,2}|sg-[0-9a-f]{8,17})(?::\d{1,5})?$`),
    'must be a range or a group, with a port or without: 10.0.0.0/8:5432',
  );
const securityGroup = z.strictObject({
  id: groupId,
  name: z.string().optional(),
  inbound: z.array(rule).default([]),
  /** Everything, when not given. */
  outbound: z.array(rule).optional(),
  tags,
});

const pending = z.strictObject({
  class: z.string().optional(),
  storage: z.int().positive().optional(),
  engineVersion: z.string().optional(),
  multiAZ: z.boolean().optional(),
  identifier: identifier.optional(),
});

const database = z.strictObject({
  id: identifier,
  resourceId: databaseResourceId,
  engine: z.string().min(1).default('postgres'),
  engineVersion: z.string().min(1).default('16.4'),
  class: z.string().min(1).default('db.m6g.large'),
  storage: z.int().positive().default(20),
  storageType: z.enum(['gp2', 'gp3', 'io1', 'io2', 'standard']).default('gp3'),
  iops: z.int().positive().optional(),
  throughput: z.int().positive().optional(),
  maxStorage: z.int().positive().optional(),
  /** Alias, id or ARN of a key; without one the database is not encrypted. */
  key: z.string().min(1).optional(),
  securityGroups: z.array(groupId).min(1).optional(),
  subnetGroup: z.string().min(1).default('default'),
  parameterGroup: z.string().min(1).optional(),
  parametersPending: z.boolean().default(false),
  optionGroup: z.string().min(1).optional(),
  /** What the option group holds: TDE, NATIVE_NETWORK_ENCRYPTION, … */
  options: z.array(z.string().min(1)).default([]),
  /** Zero-ETL integrations that read from it. */
  integrations: z.array(z.string().min(1)).default([]),
  port: z.int().positive().optional(),
  az: z.string().optional(),
  multiAZ: z.boolean().default(false),
  publiclyAccessible: z.boolean().default(false),
  deletionProtection: z.boolean().default(false),
  copyTagsToSnapshot: z.boolean().default(false),
  autoMinorVersionUpgrade: z.boolean().default(true),
  backupRetention: z.int().min(0).max(35).default(7),
  ...windowKeys,
  performanceInsights: performanceInsights.optional(),
  monitoring: monitoring.optional(),
  roles: z.array(role).default([]),
  ca: z.string().min(1).default('rds-ca-rsa2048-g1'),
  licenseModel: z.string().min(1).optional(),
  masterUsername: z.string().min(1).default('postgres'),
  /** The master password is in Secrets Manager, under this key if one is named. */
  masterSecret: z.union([z.boolean(), z.string().min(1)]).default(false),
  replicaOf: identifier.optional(),
  status: z.string().min(1).default('available'),
  pending: pending.optional(),
  maintenance,
  tags,
  /** How much of it holds data; four tenths of its size when not given. */
  usedGiB: z.number().nonnegative().optional(),
  data: z.string().max(longestData).default(''),
  /** A real PostgreSQL answers for it, once statements of yours, if you give some, have filled it. */
  sql: z.union([z.boolean(), z.string().min(1)]).default(false),
  workload: workload.optional(),
  /** What writes in the database itself. */
  inside: z.array(z.string().min(1)).default([]),
});

const snapshot = z.strictObject({
  id: z.string().min(1),
  database: identifier,
  ...snapshotKeys,
});

/** A login to a database in Secrets Manager, with the password of its user; rotated by a function beside the clients. */
const secret = z.strictObject({
  name: z.string().regex(/^[\w/+=.@-]+$/),
  database: identifier,
  user: z.string().min(1),
  password: z.string().min(1).optional(),
  key: z.string().min(1).optional(),
});

/** The keys of a scenario that RDS adds. */
export const rdsKeys = {
  /** From where rekey itself connects to a database. */
  runner: cidr.default('10.9.0.7/32'),
  securityGroups: z.array(securityGroup).default([]),
  databases: z.array(database).default([]),
  databaseSnapshots: z.array(snapshot).default([]),
  secrets: z.array(secret).default([]),
  /** Each of a database or of a cluster. */
  proxies: z
    .array(z.strictObject({ name: identifier, database: identifier.optional(), cluster: identifier.optional() }))
    .default([]),
  eventSubscriptions: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        type: z.enum(['db-instance', 'db-cluster']).default('db-instance'),
        sources: z.array(identifier),
      }),
    )
    .default([]),
  blueGreens: z
    .array(
      z.strictObject({
        name: identifier,
        source: identifier.optional(),
        cluster: identifier.optional(),
        status: z.string().default('AVAILABLE'),
      }),
    )
    .default([]),
  ...clusterKeys,
};

/** The keys of a scenario's limits that RDS adds. */
export const rdsLimitKeys = {
  databases: z.int().positive().default(40),
  databaseStorageGiB: z.int().positive().default(100_000),
  databaseSnapshots: z.int().positive().default(100),
  databaseSnapshotCopies: z.int().positive().default(20),
  ...clusterLimitKeys,
};

const rdsSchema = z.strictObject(rdsKeys);
export type RdsScenario = z.output<typeof rdsSchema>;

/** What of RDS does not fit together in a scenario. */
export function rdsInconsistencies(
  given: RdsScenario,
  knownKey: (name: string | undefined, path: Problem['path']) => void,
): Problem[] {
  const keyKnown: typeof knownKey = (name, path) => knownKey(name === managedRdsKeyAlias ? undefined : name, path);
  const problems: Problem[] = [];
  const unique = (names: readonly string[], list: string, key: string) => {
    for (const [i, name] of names.entries()) {
      if (names.indexOf(name) < i) problems.push({ path: [list, i, key], message: `${name} is given twice` });
    }
  };
  const names = [...given.databases, ...given.clusters.flatMap((one) => one.members)].map((one) => one.id);
  const groups = given.securityGroups.map((one) => one.id);
  unique(names, 'databases', 'id');
  unique(groups, 'securityGroups', 'id');
  const known = (name: string | undefined, path: Problem['path']) => {
    if (name !== undefined && !names.includes(name)) problems.push({ path, message: `there is no database ${name}` });
  };
  for (const [i, one] of given.databases.entries()) {
    keyKnown(one.key, ['databases', i, 'key']);
    problems.push(...windowProblems(one, ['databases', i]));
    if (one.sql !== false && one.engine !== 'postgres') {
      problems.push({ path: ['databases', i, 'sql'], message: 'only postgres has a real engine behind it' });
    }
    keyKnown(one.performanceInsights?.key, ['databases', i, 'performanceInsights', 'key']);
    if (typeof one.masterSecret === 'string') keyKnown(one.masterSecret, ['databases', i, 'masterSecret']);
    known(one.replicaOf, ['databases', i, 'replicaOf']);
    for (const [j, group] of (one.securityGroups ?? []).entries()) {
      if (!groups.includes(group)) {
        problems.push({ path: ['databases', i, 'securityGroups', j], message: `there is no security group ${group}` });
      }
    }
  }
  for (const [i, one] of given.databaseSnapshots.entries()) known(one.database, ['databaseSnapshots', i, 'database']);
  for (const [i, one] of given.secrets.entries()) {
    known(one.database, ['secrets', i, 'database']);
    if (one.key !== undefined) keyKnown(one.key, ['secrets', i, 'key']);
  }
  for (const [i, one] of given.proxies.entries()) known(one.database, ['proxies', i, 'database']);
  for (const [i, one] of given.proxies.entries())
    if ((one.database === undefined) === (one.cluster === undefined))
      problems.push({ path: ['proxies', i], message: 'must name a database or a cluster' });
  problems.push(...clusterInconsistencies(given, keyKnown, groups));
  return problems;
}
