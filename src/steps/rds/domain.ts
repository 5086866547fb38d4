import * as z from 'zod';
import { verdictShape } from '../../contract/verdict.ts';
import { KeyArn, KeyTried, Tag } from '../domain.ts';
import { LogPosition } from './fence/position.ts';

// Where the log of an original stood, by a proof that nobody else was connected then: from there on nobody writes. A server may not tell it.
const positioned = { position: LogPosition.optional() };

const provenAt = z.iso.datetime().optional().meta({
  description:
    'when nobody else was connected behind the fence, by the clock of AWS; an earlier release did not note it',
});

/** A name that RDS takes. */
const identifier = (longest: number) =>
  z
    .string()
    .max(longest)
    .regex(/^[a-z](?:-?[a-z0-9])*$/, 'lower-case letters, digits and single hyphens, beginning with a letter');

export const DatabaseName = identifier(63).meta({
  id: 'DatabaseName',
  description: 'The identifier of a DB instance, in lower case as RDS keeps it: the first part of its endpoint',
});
export type DatabaseName = z.infer<typeof DatabaseName>;

export const DatabaseId = z
  .string()
  .regex(/^db-[A-Z0-9]{10,40}$/)
  .meta({ id: 'DatabaseId', description: 'The DbiResourceId of a DB instance, which a rename leaves alone' });
export type DatabaseId = z.infer<typeof DatabaseId>;

export const DatabaseSnapshotName = identifier(255).meta({
  id: 'DatabaseSnapshotName',
  description: 'The identifier of a DB snapshot',
});

export const SecurityGroupId = z
  .string()
  .regex(/^sg-[0-9a-z]{8,20}$/)
  .meta({ id: 'SecurityGroupId', description: 'A VPC security group, such as sg-0123456789abcdef0' });

/** The security group that keeps clients out, with what it may let through. */
export const Fence = z
  .strictObject({
    securityGroup: SecurityGroupId,
    inbound: z.array(z.string()).default([]).meta({ description: 'CIDRs it may let in: where this runner asks from' }),
    outbound: z.array(z.string()).default([]).meta({ description: 'CIDRs it may let out' }),
  })
  .meta({
    id: 'Fence',
    description: 'a security group of yours that keeps clients out; rekey refuses one that lets through more than this',
  });

export const SecretId = z
  .string()
  .max(2048)
  .regex(/^(?:arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:)?[\w/+=.@!-]+$/)
  .meta({ id: 'SecretId', description: 'A secret of Secrets Manager, by name or ARN; not what is in it' });

/** What a plan may accept by name; each would be refused otherwise. */
export const acceptedOfDatabase = {
  'pending-maintenance': 'maintenance is due and may happen during the run',
  proxy: 'an RDS Proxy stands before it; its target has to be registered again',
  'not-carried': 'something that no step carries over must be set up again by hand; the run names each',
  'aws-managed-key': 'the new key is managed by AWS: snapshots under it cannot be shared',
  'unreadable-attribute': 'something could not be read: it is neither checked nor carried',
  'other-ways-in': 'clients may get in by a way that no list of sessions shows',
  'fence-range': 'the fence lets in a range of addresses, and whoever has one of them can write behind it',
} as const;
export type AcceptedOfDatabase = keyof typeof acceptedOfDatabase;
export const AcceptOfDatabase = z
  .array(
    z
      .enum(Object.keys(acceptedOfDatabase) as [AcceptedOfDatabase, ...AcceptedOfDatabase[]])
      .meta({ description: 'what is accepted, by name' }),
  )
  .default([])
  .meta({
    id: 'AcceptOfDatabase',
    description: Object.entries(acceptedOfDatabase)
      .map(([name, meaning]) => `${name}: ${meaning}`)
      .join('. '),
  });

const roleShape = {
  id: z.string().meta({ description: 'role and feature in one, by which `each` keeps them apart' }),
  role: z.string().meta({ description: 'the ARN of the role' }),
  feature: z.string().meta({ description: 'what it is for, such as s3Import; empty: everything' }),
};

export const DatabaseRole = z
  .strictObject(roleShape)
  .meta({ id: 'DatabaseRole', description: 'An IAM role of a DB instance and what it is for' });
export type DatabaseRole = z.infer<typeof DatabaseRole>;

/** The secret in which RDS keeps the master password. */
export const MasterUserSecret = z
  .strictObject({
    arn: SecretId,
    key: KeyArn.nullable().meta({ description: 'of the new secret; null: the key that AWS manages for secrets' }),
  })
  .meta({ id: 'MasterUserSecret', description: 'The secret in which RDS keeps the master password' });
export type MasterUserSecret = z.infer<typeof MasterUserSecret>;

const LetThrough = z
  .strictObject({
    inbound: z.array(z.string()).meta({ description: 'CIDRs it may let in' }),
    outbound: z.array(z.string()).meta({ description: 'CIDRs it may let out' }),
  })
  .meta({ description: 'the CIDRs that the plan lets the fence let through' });

/** A DB instance before anything was touched: what its replacement is made like, and compared with. */
export const Database = z
  .strictObject({
    id: DatabaseId,
    name: DatabaseName,
    oldName: DatabaseName.meta({ description: 'what it is renamed to' }),
    engine: z.enum(['postgres', 'mysql']).meta({ description: 'which SQL it speaks' }),
    key: KeyArn.nullable().meta({ description: 'null: not encrypted' }),
    fence: SecurityGroupId,
    letThrough: LetThrough,
    securityGroups: z.array(SecurityGroupId).min(1).meta({ description: 'what it has without the fence' }),
    settings: z
      .record(z.string(), z.unknown())
      .meta({ description: 'all that is carried over, by its name in DescribeDBInstances' }),
    moved: z
      .record(z.string(), z.unknown())
      .meta({ description: 'settings that the replacement has otherwise, because of the new key' }),
    deletionProtection: z.boolean().meta({ description: 'whether it is protected against deletion' }),
    masterUserSecret: MasterUserSecret.nullable().meta({ description: 'null: RDS does not manage the password' }),
    roles: z.array(DatabaseRole).meta({ description: 'its IAM roles' }),
    tags: z.array(Tag).meta({ description: 'without aws:* and rekey:*, by key' }),
    database: z.string().optional().meta({ description: 'which of its databases answers SQL' }),
    secret: SecretId.optional().meta({
      description: 'the secret with the login for SQL; left out: the login of the environment',
    }),
    connected: z
      .boolean()
      .optional()
      .meta({ description: 'whether clients were connected when rekey read it; left out: rekey could not see' }),
  })
  .meta({ id: 'Database', description: 'A DB instance before anything was touched, as `rds.read-instance` yields it' });
export type Database = z.infer<typeof Database>;

const Scaled = z
  .boolean()
  .optional()
  .meta({ description: 'Application Auto Scaling has made it, and takes it away again when it wants' });

const restartedAt = z.string().meta({ description: 'when it was restarted behind the fence, by the clock of AWS' });

/** A DB instance that nobody but this runner gets a new connection to. `lastRestart`: of AWS, not of our clock. */
export const FencedDatabase = z
  .strictObject({
    id: DatabaseId,
    lastRestart: z
      .string()
      .nullable()
      .meta({ description: 'when it was last restarted, by the clock of AWS; null: AWS shows none' }),
    scaled: Scaled,
  })
  .meta({ id: 'FencedDatabase', description: 'A DB instance behind its fence, as `rds.fence-instance` yields it' });
export type FencedDatabase = z.infer<typeof FencedDatabase>;

/** A fenced DB instance that was restarted behind its fence. */
export const RestartedDatabase = z.strictObject({ id: DatabaseId, restartedAt }).meta({
  id: 'RestartedDatabase',
  description: 'A DB instance that was restarted behind its fence, as `rds.drop-sessions` yields it',
});
export type RestartedDatabase = z.infer<typeof RestartedDatabase>;

/** What the database itself says of its fence: nobody is in. */
export const FenceProof = z
  .strictObject({ ...verdictShape, id: DatabaseId, original: DatabaseId, restartedAt, provenAt, ...positioned })
  .meta({
    id: 'FenceProof',
    description: 'The proof that nobody is connected any more, as `rds.verify-fence` yields it',
  });
export type FenceProof = z.infer<typeof FenceProof>;

/** A snapshot of this run. `after`: the restart behind the fence since which nobody has written. `source`: what it is a copy of. */
export const MadeDatabaseSnapshot = z
  .strictObject({
    id: DatabaseSnapshotName,
    database: DatabaseId,
    source: DatabaseSnapshotName.nullable().meta({
      description: 'the snapshot that it is a copy of; null: it is no copy',
    }),
    storageGiB: z.int().optional().meta({ description: 'of the instance when it was taken' }),
    after: z.string().nullable().meta({
      description: 'the restart behind the fence since which nobody has written; null: clients were still let in',
    }),
    ...positioned,
  })
  .meta({
    id: 'MadeDatabaseSnapshot',
    description: 'A DB snapshot of this run, as `rds.create-snapshot` or `rds.copy-snapshot` yields it',
  });
export type MadeDatabaseSnapshot = z.infer<typeof MadeDatabaseSnapshot>;

/** A replacement, with the name it was created under. */
export const MadeDatabase = z.strictObject({ id: DatabaseId, original: DatabaseId, name: DatabaseName }).meta({
  id: 'MadeDatabase',
  description:
    'A DB instance that this run has made, with the name it was created under, as `rds.restore-instance` yields it',
});
export type MadeDatabase = z.infer<typeof MadeDatabase>;

/** What a verdict says of a pair; `parts`: of its parts, if it has any. */
const pairOf = <I extends z.ZodType, N extends z.ZodType, P extends z.ZodRawShape>(id: I, name: N, parts: P) => ({
  ...verdictShape,
  id,
  original: id,
  replacement: id,
  key: KeyArn,
  keyTried: KeyTried,
  name: name.meta({ description: 'the name that clients connect to' }),
  fence: SecurityGroupId,
  letThrough: LetThrough,
  securityGroups: z.array(SecurityGroupId).meta({ description: 'what it has without the fence' }),
  ...parts,
  ...positioned,
  replacing: LogPosition.optional().meta({
    description: 'where the log of the replacement stood when nobody had written to it yet',
  }),
  differences: z.array(z.string()).optional().meta({ description: 'in which the plan lets old and new differ' }),
});
const pair = pairOf(DatabaseId, DatabaseName, {});

/** Whether the log of a replacement holds all that the log of its original held when the final snapshot was taken. */
export const LogContained = z
  .strictObject({
    final: LogPosition.optional().meta({ description: "where the original's log stood before its final snapshot" }),
    unknown: z.string().nullable().meta({ description: 'why rekey does not know; null: it holds all of it' }),
  })
  .meta({
    id: 'LogContained',
    description: 'Whether the log of a replacement holds what the log of its original held before the final snapshot',
  });
export type LogContained = z.infer<typeof LogContained>;

/**
 * What a verdict about a placed pair says besides. With a role a database reaches what others own: what may still be thrown away has none,
 * and the verdict says which it is to get.
 */
const placedWith = <R extends z.ZodType>(role: R) => ({
  log: LogContained,
  provenAt,
  roles: z.array(role).meta({ description: 'that the original had when its replacement was judged in its place' }),
  protected: z.boolean().optional().meta({ description: 'whether the original was protected against deletion then' }),
});

/** About a read replica of the original and the one of the new instance, `source`, that takes its name. */
export const ReplicaVerdict = z
  .strictObject({
    ...verdictShape,
    id: DatabaseId,
    original: DatabaseId,
    replacement: DatabaseId,
    key: KeyArn,
    name: DatabaseName.meta({ description: 'the name that clients connect to' }),
    source: DatabaseId.meta({ description: 'the DB instance that it is a replica of' }),
  })
  .meta({
    id: 'ReplicaVerdict',
    description: 'What `rds.verify-read-replica` says about a read replica and the new one that takes its name',
  });
export type ReplicaVerdict = z.infer<typeof ReplicaVerdict>;

/** About one pair, before clients are admitted. It does not fit a delete. */
export const DatabaseVerdict = z.strictObject(pair).meta({
  id: 'DatabaseVerdict',
  description: 'A verdict from before clients are let in, as `rds.compare-instances` or `rds.check-sql` yields it',
});
export type DatabaseVerdict = z.infer<typeof DatabaseVerdict>;

/** About one pair of which the replacement stands in its place, behind the fence: the only thing that lets clients in. */
export const PlacedDatabaseVerdict = z.strictObject({ ...pair, ...placedWith(DatabaseRole) }).meta({
  id: 'PlacedDatabaseVerdict',
  description: 'The verdict that lets clients in, as `rds.verify-instance` yields it',
});
export type PlacedDatabaseVerdict = z.infer<typeof PlacedDatabaseVerdict>;

/** Whether clients have come back to what has the place of an original, and how their sessions are asked for. */
export const ClientsBack = z
  .strictObject({
    engine: Database.shape.engine,
    database: Database.shape.database,
    secret: Database.shape.secret,
    were: z.boolean().meta({ description: 'clients were connected to the original when it was read' }),
    seenAt: z.string().nullable().meta({ description: 'when they were seen after the admission; null: they were not' }),
    nobodyBack: z.enum(['wait', 'go-on']).meta({ description: 'before the original is deleted, as the plan says' }),
  })
  .meta({
    id: 'ClientsBack',
    description: 'Whether clients have come back to what has the place of an original, and how that is asked',
  });
export type ClientsBack = z.infer<typeof ClientsBack>;

// Verdicts of an earlier release do not say it.
const clients = ClientsBack.optional();

/** About one pair, with everything taken in: the only thing that fits a delete. */
export const FinalDatabaseVerdict = z.strictObject({ ...pair, ...placedWith(DatabaseRole), clients }).meta({
  id: 'FinalDatabaseVerdict',
  description: 'The only verdict that fits a delete, as `rds.verify-serving` yields it',
});
export type FinalDatabaseVerdict = z.infer<typeof FinalDatabaseVerdict>;

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
  .strictObject(roleShape)
  .meta({ id: 'ClusterRole', description: 'An IAM role of a DB cluster and what it is for' });
export type ClusterRole = z.infer<typeof ClusterRole>;

/** A member of a cluster before anything was touched. */
export const Member = z
  .strictObject({
    id: DatabaseId,
    name: DatabaseName,
    oldName: DatabaseName.meta({ description: 'what it is renamed to' }),
    settings: Database.shape.settings,
    moved: Database.shape.moved,
    tags: Database.shape.tags,
    scaled: Scaled,
  })
  .meta({
    id: 'Member',
    description: 'A member of a cluster before anything was touched, as `rds.read-cluster` yields it',
  });
export type Member = z.infer<typeof Member>;

/** A custom endpoint of a cluster. Its members are names of instances: those of the replacement get the same. */
export const ClusterEndpoint = z
  .strictObject({
    id: identifier(63).meta({ description: 'its name' }),
    type: z.enum(['READER', 'WRITER', 'ANY']).meta({ description: 'which members it may lead to' }),
    members: z.array(DatabaseName).meta({ description: 'the only ones that it leads to; empty: all but `excluded`' }),
    excluded: z.array(DatabaseName).meta({ description: 'those that it never leads to' }),
    tags: Database.shape.tags,
  })
  .meta({ id: 'ClusterEndpoint', description: 'A custom endpoint of a cluster, as `rds.read-cluster` yields it' });
export type ClusterEndpoint = z.infer<typeof ClusterEndpoint>;

/** A DB cluster before anything was touched: what its replacement is made like, and compared with. */
export const Cluster = z
  .strictObject({
    id: ClusterId,
    name: ClusterName,
    oldName: ClusterName.meta({ description: 'what it is renamed to' }),
    engine: Database.shape.engine,
    key: Database.shape.key,
    fence: Database.shape.fence,
    letThrough: Database.shape.letThrough,
    securityGroups: Database.shape.securityGroups,
    settings: Database.shape.settings,
    moved: Database.shape.moved,
    deletionProtection: Database.shape.deletionProtection,
    roles: z.array(ClusterRole).meta({ description: 'its IAM roles' }),
    tags: Database.shape.tags,
    members: z.array(Member).min(1).meta({ description: 'the writer first, then by promotion tier' }),
    endpoints: z.array(ClusterEndpoint).meta({ description: 'its custom endpoints' }),
    database: Database.shape.database,
    secret: Database.shape.secret,
    connected: Database.shape.connected,
  })
  .meta({ id: 'Cluster', description: 'A DB cluster before anything was touched, as `rds.read-cluster` yields it' });
export type Cluster = z.infer<typeof Cluster>;

/** A cluster that nobody but this runner gets a new connection to, and its members with when AWS last restarted each. */
export const FencedCluster = z
  .strictObject({
    id: ClusterId,
    members: z.array(FencedDatabase).meta({ description: 'each with its last restart' }),
  })
  .meta({ id: 'FencedCluster', description: 'A DB cluster behind its fence, as `rds.fence-cluster` yields it' });
export type FencedCluster = z.infer<typeof FencedCluster>;

/** What the members themselves say of their fence: nobody is in. */
export const ClusterFenceProof = z
  .strictObject({ ...verdictShape, id: ClusterId, original: ClusterId, restartedAt, provenAt, ...positioned })
  .meta({
    id: 'ClusterFenceProof',
    description: 'The proof that nobody is connected any more, as `rds.verify-cluster-fence` yields it',
  });
export type ClusterFenceProof = z.infer<typeof ClusterFenceProof>;

/** A cluster snapshot of this run. `after`: the restarts behind the fence since which nobody has written. */
export const MadeClusterSnapshot = z
  .strictObject({
    id: ClusterSnapshotName,
    cluster: ClusterId,
    after: z.string().meta({ description: 'the restarts behind the fence since which nobody has written' }),
    ...positioned,
  })
  .meta({
    id: 'MadeClusterSnapshot',
    description: 'A DB cluster snapshot of this run, as `rds.create-cluster-snapshot` yields it',
  });
export type MadeClusterSnapshot = z.infer<typeof MadeClusterSnapshot>;

/** A replacement, with the name it was created under. */
export const MadeCluster = z.strictObject({ id: ClusterId, original: ClusterId, name: ClusterName }).meta({
  id: 'MadeCluster',
  description:
    'A DB cluster that this run has made, with the name it was created under, as `rds.restore-cluster` yields it',
});
export type MadeCluster = z.infer<typeof MadeCluster>;

/** A member of the original and what takes its place. `id` is the original's. */
export const MemberPair = z
  .strictObject({ id: DatabaseId, name: DatabaseName, replacement: DatabaseId })
  .meta({ id: 'MemberPair', description: 'A member of the original cluster and what takes its place' });
export type MemberPair = z.infer<typeof MemberPair>;

const clusterPair = pairOf(ClusterId, ClusterName, {
  members: z.array(MemberPair).meta({ description: 'each member of the original and what takes its place' }),
});

/** About one pair, before clients are admitted. It does not fit a delete. */
export const ClusterVerdict = z.strictObject(clusterPair).meta({
  id: 'ClusterVerdict',
  description:
    'A verdict from before clients are let in, as `rds.compare-clusters` or `rds.check-cluster-sql` yields it',
});
export type ClusterVerdict = z.infer<typeof ClusterVerdict>;

/** About one pair of which the replacement stands in its place, behind the fence: the only thing that lets clients in. */
export const PlacedClusterVerdict = z.strictObject({ ...clusterPair, ...placedWith(ClusterRole) }).meta({
  id: 'PlacedClusterVerdict',
  description: 'The verdict that lets clients in, as `rds.verify-cluster` yields it',
});
export type PlacedClusterVerdict = z.infer<typeof PlacedClusterVerdict>;

/** About one pair, with everything taken in: the only thing that fits a delete. */
export const FinalClusterVerdict = z.strictObject({ ...clusterPair, ...placedWith(ClusterRole), clients }).meta({
  id: 'FinalClusterVerdict',
  description: 'The only verdict that fits a delete, as `rds.verify-cluster-serving` yields it',
});
export type FinalClusterVerdict = z.infer<typeof FinalClusterVerdict>;
