import { z } from 'zod';
import type { World } from '../../world.ts';
import { writeUp } from '../clients.ts';
import { clusterKind } from '../kinds/cluster.ts';
import { takeDown } from '../life/lifecycle.ts';
import { maintain } from '../life/waiting.ts';
import type { Cluster } from '../model/cluster.ts';
import { trulyNamed } from '../naming/find.ts';
import { membersOf } from '../naming/names.ts';
import { refusals } from '../rules/refusals.ts';
import { call, deedsTo } from './deeds.ts';

const deeds = deedsTo(clusterKind, 'DBCluster');
const text = z.string().min(1);
const texts = z.array(text).min(1);

/** What other people, and AWS itself, do to clusters. A cluster is named by its identifier or its resource id; its members are databases. */
export const clusterActionsWith = <S extends z.ZodRawShape>(extra: S) =>
  [
    z.strictObject({ ...extra, do: z.literal('fail-over-cluster'), cluster: text, member: text.optional() }),
    z.strictObject({ ...extra, do: z.literal('stop-cluster'), cluster: text }),
    z.strictObject({ ...extra, do: z.literal('start-cluster'), cluster: text }),
    z.strictObject({ ...extra, do: z.literal('delete-cluster'), cluster: text }),
    z.strictObject({
      ...extra,
      do: z.literal('modify-cluster'),
      cluster: text,
      now: z.boolean().default(true),
      engineVersion: text.optional(),
      deletionProtection: z.boolean().optional(),
      backupRetention: z.int().min(1).optional(),
      iamAuth: z.boolean().optional(),
      parameterGroup: text.optional(),
      securityGroups: texts.optional(),
      identifier: text.optional(),
    }),
    z.strictObject({ ...extra, do: z.literal('add-cluster-to-group'), cluster: text, group: text }),
    z.strictObject({ ...extra, do: z.literal('tag-cluster'), cluster: text, tags: z.record(text, z.string()) }),
    z.strictObject({ ...extra, do: z.literal('untag-cluster'), cluster: text, keys: texts }),
    z.strictObject({
      ...extra,
      do: z.literal('add-member'),
      cluster: text,
      member: text,
      class: text.default('db.r6g.large'),
      tier: z.int().min(0).max(15).default(15),
    }),
    z.strictObject({ ...extra, do: z.literal('scale-out-readers'), cluster: text }),
    z.strictObject({ ...extra, do: z.literal('scale-in-readers'), cluster: text }),
    z.strictObject({
      ...extra,
      do: z.literal('create-cluster-endpoint'),
      cluster: text,
      endpoint: text,
      type: z.enum(['READER', 'ANY']).default('ANY'),
      static: texts.optional(),
      excluded: texts.optional(),
    }),
    z.strictObject({
      ...extra,
      do: z.literal('modify-cluster-endpoint'),
      endpoint: text,
      static: texts.optional(),
      excluded: texts.optional(),
    }),
    z.strictObject({ ...extra, do: z.literal('delete-cluster-endpoint'), endpoint: text }),
    z.strictObject({ ...extra, do: z.literal('grow-cluster'), cluster: text, storage: z.number().positive() }),
    z.strictObject({ ...extra, do: z.literal('announce-cluster-maintenance'), cluster: text, action: text }),
    z.strictObject({ ...extra, do: z.literal('maintain-cluster'), cluster: text }),
    z.strictObject({ ...extra, do: z.literal('break-cluster'), cluster: text, status: text }),
    z.strictObject({ ...extra, do: z.literal('delete-cluster-snapshot'), snapshot: text }),
    z.strictObject({ ...extra, do: z.literal('fail-cluster-snapshot'), snapshot: text }),
  ] as const;

const actionSchema = z.discriminatedUnion('do', clusterActionsWith({}));
/** Something that somebody other than the caller does to a cluster. */
export type ClusterAction = z.output<typeof actionSchema>;

const names: ReadonlySet<string> = new Set(clusterActionsWith({}).map((one) => one.shape.do.value));

export function isClusterAction(action: { readonly do: string }): action is ClusterAction {
  return names.has(action.do);
}

/** Carries the action out, as the API call that it is if it is one. Throws AwsError when the account refuses it. */
export function actOnCluster(world: World, action: ClusterAction): void {
  writeUp(world);
  if ('cluster' in action) {
    actOnNamed(world, action, trulyNamed(world, clusterKind, action.cluster));
    return;
  }
  switch (action.do) {
    case 'modify-cluster-endpoint':
      call(world, 'ModifyDBClusterEndpoint', {
        DBClusterEndpointIdentifier: action.endpoint,
        StaticMembers: action.static,
        ExcludedMembers: action.excluded,
      });
      break;
    case 'delete-cluster-endpoint':
      call(world, 'DeleteDBClusterEndpoint', { DBClusterEndpointIdentifier: action.endpoint });
      break;
    case 'delete-cluster-snapshot':
      deeds.deleteSnapshot(world, action.snapshot);
      break;
    case 'fail-cluster-snapshot':
      deeds.failSnapshot(world, action.snapshot);
      break;
  }
}

function actOnNamed(world: World, action: Extract<ClusterAction, { cluster: string }>, cluster: Cluster): void {
  const named = { DBClusterIdentifier: cluster.identifier };
  switch (action.do) {
    case 'fail-over-cluster':
      call(world, 'FailoverDBCluster', { ...named, TargetDBInstanceIdentifier: action.member });
      break;
    case 'stop-cluster':
      deeds.stop(world, cluster);
      break;
    case 'start-cluster':
      deeds.start(world, cluster);
      break;
    case 'delete-cluster':
      deeds.remove(world, cluster);
      break;
    case 'modify-cluster':
      deeds.modify(world, cluster, {
        ApplyImmediately: action.now,
        EngineVersion: action.engineVersion,
        DeletionProtection: action.deletionProtection,
        BackupRetentionPeriod: action.backupRetention,
        EnableIAMDatabaseAuthentication: action.iamAuth,
        DBClusterParameterGroupName: action.parameterGroup,
        VpcSecurityGroupIds: action.securityGroups,
        NewDBClusterIdentifier: action.identifier,
      });
      break;
    case 'add-cluster-to-group':
      deeds.addToGroup(world, cluster, action.group);
      break;
    case 'tag-cluster':
      deeds.tag(world, cluster, action.tags);
      break;
    case 'untag-cluster':
      deeds.untag(world, cluster, action.keys);
      break;
    case 'add-member':
      call(world, 'CreateDBInstance', {
        ...named,
        DBInstanceIdentifier: action.member,
        DBInstanceClass: action.class,
        Engine: cluster.engine,
        PromotionTier: action.tier,
      });
      break;
    case 'scale-out-readers':
      scaleOut(world, cluster);
      break;
    case 'scale-in-readers':
      scaleIn(world, cluster);
      break;
    case 'create-cluster-endpoint':
      call(world, 'CreateDBClusterEndpoint', {
        ...named,
        DBClusterEndpointIdentifier: action.endpoint,
        EndpointType: action.type,
        StaticMembers: action.static,
        ExcludedMembers: action.excluded,
      });
      break;
    case 'grow-cluster':
      grow(cluster, action.storage);
      break;
    case 'announce-cluster-maintenance':
      deeds.announce(cluster, action.action);
      break;
    case 'maintain-cluster':
      maintain(world, clusterKind, cluster);
      break;
    case 'break-cluster':
      breakDown(world, cluster, action.status);
      break;
  }
}

const scaledBy = 'application-autoscaling:resourceId';

// Application Auto Scaling makes a reader of the writer's class, and knows what it has made by the cluster's name [U].
function scaleOut(world: World, cluster: Cluster): void {
  const writer = world.rds.databases.get(cluster.writer ?? '');
  const nth = String(membersOf(world, cluster).length).padStart(12, '0');
  call(world, 'CreateDBInstance', {
    DBClusterIdentifier: cluster.identifier,
    DBInstanceIdentifier: `application-autoscaling-00000000-0000-4000-8000-${nth}`,
    DBInstanceClass: writer?.settings.DBInstanceClass,
    Engine: cluster.engine,
    PromotionTier: 15,
    Tags: [{ Key: scaledBy, Value: `cluster:${cluster.identifier}` }],
  });
}

// It takes away the last that it has made, and no other.
function scaleIn(world: World, cluster: Cluster): void {
  const scaled = membersOf(world, cluster).filter(
    (one) => one.tags.now.has(scaledBy) && one.resourceId !== cluster.writer && one.status !== 'deleting',
  );
  const last = scaled.at(-1);
  if (!last) throw refusals.combination('There is no reader that Application Auto Scaling has made.');
  call(world, 'DeleteDBInstance', { DBInstanceIdentifier: last.identifier, SkipFinalSnapshot: true });
}

// Aurora's storage grows with what is written, and asks nobody.
function grow({ storage }: Cluster, gib: number): void {
  const usedMiB = Math.round(gib * 1024);
  if (usedMiB <= storage.usedMiB) throw refusals.combination('Storage only grows.');
  storage.dirtyMiB += usedMiB - storage.usedMiB;
  storage.usedMiB = usedMiB;
}

// What was under way is given up.
function breakDown(world: World, cluster: Cluster, status: string): void {
  cluster.task++;
  cluster.busy = false;
  cluster.status = status;
  for (const one of membersOf(world, cluster)) {
    one.task++;
    one.busy = false;
    takeDown(world, one);
    one.status = status;
  }
}
