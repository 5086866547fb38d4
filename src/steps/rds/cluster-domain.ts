import * as z from 'zod';
import { verdictShape } from '../../contract/verdict.ts';
import { KeyArn, KeyTried, Tag } from '../domain.ts';
import { Database, DatabaseId, DatabaseName, FencedDatabase, identifier, SecurityGroupId } from './domain.ts';

export const ClusterName = identifier(63).meta({
  id: 'ClusterName',
  description: 'The identifier of a DB cluster, in lower case as RDS keeps it: the first part of its endpoints',
});
export type ClusterName = z.infer<typeof ClusterName>;

export const ClusterId = z
  .string()
  .regex(/^cluster-[A-Z0-9]{10,40}$/)
  .meta({ id: 'ClusterId', description: 'The DbClusterResourceId of a DB cluster, which a rename leaves alone' });
export type ClusterId = z.infer<typeof ClusterId>;

export const ClusterSnapshotName = identifier(63).meta({
  id: 'ClusterSnapshotName',
  description: 'The identifier of a DB cluster snapshot',
});

export const ClusterRole = z
  .strictObject({ id: z.string(), role: z.string(), feature: z.string() })
  .meta({ id: 'ClusterRole', description: 'An IAM role of a DB cluster and what it is for' });
export type ClusterRole = z.infer<typeof ClusterRole>;

/** A member of a cluster before anything was touched. */
export const Member = z
  .strictObject({
    id: DatabaseId,
    name: DatabaseName,
    oldName: DatabaseName.meta({ description: 'what it is renamed to' }),
    settings: z.record(z.string(), z.unknown()),
    moved: z.record(z.string(), z.unknown()),
    tags: z.array(Tag),
  })
  .meta({ id: 'Member' });
export type Member = z.infer<typeof Member>;

/** A custom endpoint of a cluster. Its members are names of instances: those of the replacement get the same. */
export const ClusterEndpoint = z
  .strictObject({
    id: identifier(63),
    type: z.enum(['READER', 'WRITER', 'ANY']),
    members: z.array(DatabaseName).meta({ description: 'the only ones that it leads to; empty: all but `excluded`' }),
    excluded: z.array(DatabaseName),
    tags: z.array(Tag),
  })
  .meta({ id: 'ClusterEndpoint' });
export type ClusterEndpoint = z.infer<typeof ClusterEndpoint>;

const { engine, key, fence, letThrough, securityGroups, settings, moved, deletionProtection, tags, database, secret } =
  Database.shape;

/** A DB cluster before anything was touched: what its replacement is made like, and compared with. */
export const Cluster = z
  .strictObject({
    id: ClusterId,
    name: ClusterName,
    oldName: ClusterName.meta({ description: 'what it is renamed to' }),
    engine,
    key,
    fence,
    letThrough,
    securityGroups,
    settings,
    moved,
    deletionProtection,
    roles: z.array(ClusterRole),
    tags,
    members: z.array(Member).min(1).meta({ description: 'the writer first, then by promotion tier' }),
    endpoints: z.array(ClusterEndpoint),
    database,
    secret,
  })
  .meta({ id: 'Cluster' });
export type Cluster = z.infer<typeof Cluster>;

/** A cluster that nobody but this runner gets a new connection to, and its members with when AWS last restarted each. */
export const FencedCluster = z
  .strictObject({ id: ClusterId, members: z.array(FencedDatabase) })
  .meta({ id: 'FencedCluster' });
export type FencedCluster = z.infer<typeof FencedCluster>;

/** What the members themselves say of their fence: nobody is in. */
export const ClusterFenceProof = z
  .strictObject({ ...verdictShape, id: ClusterId, original: ClusterId, restartedAt: z.string() })
  .meta({ id: 'ClusterFenceProof' });
export type ClusterFenceProof = z.infer<typeof ClusterFenceProof>;

/** A cluster snapshot of this run. `after`: the restarts behind the fence since which nobody has written. */
export const MadeClusterSnapshot = z
  .strictObject({ id: ClusterSnapshotName, cluster: ClusterId, after: z.string() })
  .meta({ id: 'MadeClusterSnapshot' });
export type MadeClusterSnapshot = z.infer<typeof MadeClusterSnapshot>;

/** A replacement, with the name it was born under. */
export const MadeCluster = z
  .strictObject({ id: ClusterId, original: ClusterId, name: ClusterName })
  .meta({ id: 'MadeCluster' });
export type MadeCluster = z.infer<typeof MadeCluster>;

/** A member of the original and what takes its place. `id` is the original's. */
export const MemberPair = z
  .strictObject({ id: DatabaseId, name: DatabaseName, replacement: DatabaseId })
  .meta({ id: 'MemberPair' });
export type MemberPair = z.infer<typeof MemberPair>;

const pair = {
  ...verdictShape,
  id: ClusterId,
  original: ClusterId,
  replacement: ClusterId,
  key: KeyArn,
  keyTried: KeyTried,
  name: ClusterName.meta({ description: 'the name that clients connect to' }),
  fence: SecurityGroupId,
  letThrough,
  securityGroups: z.array(SecurityGroupId),
  members: z.array(MemberPair),
  differences: z.array(z.string()).optional().meta({ description: 'in which the plan lets old and new differ' }),
} as const;

/** About one pair, before clients are admitted. It does not fit a delete. */
export const ClusterVerdict = z.strictObject(pair).meta({ id: 'ClusterVerdict' });
export type ClusterVerdict = z.infer<typeof ClusterVerdict>;

/** About one pair, with everything taken in: the only thing that fits a delete. */
export const FinalClusterVerdict = z.strictObject(pair).meta({ id: 'FinalClusterVerdict' });
export type FinalClusterVerdict = z.infer<typeof FinalClusterVerdict>;
