import { z } from 'zod';
import type { Problem } from '../../checking.ts';
import { longestData } from '../../content.ts';
import {
  databaseResourceId,
  groupId,
  identifier,
  maintenance,
  monitoring,
  performanceInsights,
  role,
  snapshotKeys,
  tags,
  windowKeys,
  windowProblems,
  workload,
} from './parts.ts';

const member = z.strictObject({
  id: identifier,
  resourceId: databaseResourceId,
  class: z.string().min(1).default('db.r6g.large'),
  /** The promotion tier. */
  tier: z.int().min(0).max(15).default(1),
  az: z.string().optional(),
  parameterGroup: z.string().min(1).optional(),
  parametersPending: z.boolean().default(false),
  clusterParametersPending: z.boolean().default(false),
  publiclyAccessible: z.boolean().default(false),
  autoMinorVersionUpgrade: z.boolean().default(true),
  maintenanceWindow: z.string().default('mon:03:00-mon:03:30'),
  performanceInsights: performanceInsights.optional(),
  monitoring: monitoring.optional(),
  ca: z.string().min(1).default('rds-ca-rsa2048-g1'),
  status: z.string().min(1).default('available'),
  pending: z.strictObject({ class: z.string().optional() }).optional(),
  maintenance,
  tags,
});

const endpoint = z.strictObject({
  id: identifier,
  type: z.enum(['READER', 'ANY']).default('ANY'),
  static: z.array(identifier).default([]),
  excluded: z.array(identifier).default([]),
  tags,
});

const cluster = z.strictObject({
  id: identifier,
  resourceId: z
    .string()
    .regex(/^cluster-[A-Z0-9]{26}$/, 'must be a resource id like cluster-ABCDEFGHIJKLMNOPQRSTUVWXYZ')
    .optional(),
  engine: z.string().min(1).default('aurora-postgresql'),
  engineVersion: z.string().min(1).default('16.4'),
  engineMode: z.enum(['provisioned', 'serverless']).default('provisioned'),
  /** Alias, id or ARN of a key; without one the cluster is not encrypted under a key of KMS. */
  key: z.string().min(1).optional(),
  /** Without a key of its own: not encrypted, or under a key that belongs to AWS. */
  encryption: z.enum(['none', 'sse-rds']).default('none'),
  securityGroups: z.array(groupId).min(1).optional(),
  /** GiB that hold data. */
  storage: z.number().nonnegative().default(20),
  storageType: z.enum(['aurora', 'aurora-iopt1']).default('aurora'),
  subnetGroup: z.string().min(1).default('default'),
  parameterGroup: z.string().min(1).optional(),
  databaseName: z.string().min(1).optional(),
  port: z.int().positive().optional(),
  azs: z.array(z.string().min(1)).optional(),
  deletionProtection: z.boolean().default(false),
  copyTagsToSnapshot: z.boolean().default(false),
  backupRetention: z.int().min(1).max(35).default(7),
  ...windowKeys,
  roles: z.array(role).default([]),
  serverlessV2: z.strictObject({ min: z.number(), max: z.number() }).optional(),
  backtrackSeconds: z.int().nonnegative().optional(),
  httpEndpoint: z.boolean().default(false),
  localWriteForwarding: z.boolean().default(false),
  performanceInsights: performanceInsights.optional(),
  monitoring: monitoring.optional(),
  masterUsername: z.string().min(1).default('postgres'),
  masterSecret: z.union([z.boolean(), z.string().min(1)]).default(false),
  /** The global cluster it is a member of. */
  global: identifier.optional(),
  cloneGroup: z.string().min(1).optional(),
  /** The ARN of what it replicates. */
  replicaOf: z.string().min(1).optional(),
  activityStream: z.boolean().default(false),
  /** Zero-ETL integrations that read from it. */
  integrations: z.array(z.string().min(1)).default([]),
  /** Of a Multi-AZ DB cluster, which is none of Aurora's. */
  instanceClass: z.string().min(1).optional(),
  status: z.string().min(1).default('available'),
  pending: z
    .strictObject({
      engineVersion: z.string().optional(),
      identifier: identifier.optional(),
      iamAuth: z.boolean().optional(),
    })
    .optional(),
  maintenance,
  tags,
  data: z.string().max(longestData).default(''),
  sql: z.union([z.boolean(), z.string().min(1)]).default(false),
  /** The first one writes. */
  members: z.array(member).default([]),
  endpoints: z.array(endpoint).default([]),
  /** Through the cluster endpoint. */
  workload: workload.optional(),
  /** What writes in the database itself. */
  inside: z.array(z.string().min(1)).default([]),
});

const snapshot = z.strictObject({
  id: z.string().min(1),
  cluster: identifier,
  ...snapshotKeys,
});

/** The keys of a scenario that clusters add. */
export const clusterKeys = {
  clusters: z.array(cluster).default([]),
  clusterSnapshots: z.array(snapshot).default([]),
};

/** The keys of a scenario's limits that clusters add. */
export const clusterLimitKeys = {
  clusters: z.int().positive().default(40),
  clusterSnapshots: z.int().positive().default(100),
  clusterSnapshotCopies: z.int().positive().default(5),
};

export type ClusterDeclared = z.output<typeof cluster>;
export type MemberDeclared = z.output<typeof member>;
export type ClusterSnapshotDeclared = z.output<typeof snapshot>;

interface Given {
  readonly clusters: readonly ClusterDeclared[];
  readonly clusterSnapshots: readonly ClusterSnapshotDeclared[];
  readonly databases: readonly { readonly id: string }[];
  readonly proxies: readonly { readonly cluster?: string | undefined }[];
  readonly blueGreens: readonly { readonly cluster?: string | undefined }[];
}

/** What of clusters does not fit together in a scenario. */
export function clusterInconsistencies(
  given: Given,
  keyKnown: (name: string | undefined, path: Problem['path']) => void,
  groups: readonly string[],
): Problem[] {
  const problems: Problem[] = [];
  const once = (seen: Set<string>, id: string, path: Problem['path']) => {
    if (seen.has(id)) problems.push({ path, message: `${id} is given twice` });
    seen.add(id);
  };
  const instances = new Set(given.databases.map((one) => one.id));
  const clusters = new Set<string>();
  const endpoints = new Set<string>();
  for (const [i, one] of given.clusters.entries()) {
    const path = ['clusters', i];
    once(clusters, one.id, [...path, 'id']);
    keyKnown(one.key, [...path, 'key']);
    problems.push(...windowProblems(one, path));
    keyKnown(one.performanceInsights?.key, [...path, 'performanceInsights', 'key']);
    if (typeof one.masterSecret === 'string') keyKnown(one.masterSecret, [...path, 'masterSecret']);
    if (one.sql !== false && one.engine !== 'aurora-postgresql')
      problems.push({ path: [...path, 'sql'], message: 'only aurora-postgresql has a real engine behind it' });
    for (const [j, group] of (one.securityGroups ?? []).entries())
      if (!groups.includes(group))
        problems.push({ path: [...path, 'securityGroups', j], message: `there is no security group ${group}` });
    for (const [j, each] of one.members.entries()) {
      once(instances, each.id, [...path, 'members', j, 'id']);
      problems.push(...windowProblems(each, [...path, 'members', j]));
      keyKnown(each.performanceInsights?.key, [...path, 'members', j, 'performanceInsights', 'key']);
    }
    const members = one.members.map((each) => each.id);
    for (const [j, each] of one.endpoints.entries()) {
      once(endpoints, each.id, [...path, 'endpoints', j, 'id']);
      for (const name of [...each.static, ...each.excluded])
        if (!members.includes(name))
          problems.push({ path: [...path, 'endpoints', j], message: `${one.id} has no member ${name}` });
    }
  }
  const known = (name: string | undefined, path: Problem['path']) => {
    if (name !== undefined && !clusters.has(name)) problems.push({ path, message: `there is no cluster ${name}` });
  };
  for (const [i, one] of given.clusterSnapshots.entries()) known(one.cluster, ['clusterSnapshots', i, 'cluster']);
  for (const [i, one] of given.proxies.entries()) known(one.cluster, ['proxies', i, 'cluster']);
  for (const [i, one] of given.blueGreens.entries()) known(one.cluster, ['blueGreens', i, 'cluster']);
  return problems;
}
