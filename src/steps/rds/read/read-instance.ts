import type { DBInstance } from '@aws-sdk/client-rds';
import * as z from 'zod';
import { type AwsContext, defineRead } from '../../../aws/services.ts';
import { carried } from '../../../aws/tags.ts';
import { problem } from '../../../errors/index.ts';
import { KeyArn } from '../../domain.ts';
import { Refusals } from '../../refusals.ts';
import { settingsOf } from '../carry/instance.ts';
import { type AcceptedOfDatabase, Database, DatabaseName, DatabaseRole } from '../domain.ts';
import { refuseFence } from '../fence/rules.ts';
import { addressOf, permissionsOfSql } from '../fence/sessions.ts';
import { nameOfOld } from '../names/old-name.ts';
import { groupsOf, isUsable } from '../status.ts';
import { reading } from './input.ts';
import { masterUserSecretOf, refuseMasterUserSecret } from './master-user-secret.ts';
import { type MovingReplica, replicasToMove } from './read-replicas.ts';
import { type Moved, refuseAround } from './refusals-around.ts';
import { refuseInstance } from './refusals-of-instance.ts';
import { refuseSilence } from './refusals-of-silence.ts';

const input = z.strictObject({
  instance: DatabaseName,
  ...reading,
});
type Input = z.infer<typeof input>;

/** Reads a DB instance with all that its replacement must have, and refuses one that can't be moved. */
export const readDatabase = defineRead({
  type: 'rds.read-instance',
  permissions: [
    'rds:DescribeDBInstances',
    'rds:DescribePendingMaintenanceActions',
    'rds:DescribeBlueGreenDeployments',
    'rds:DescribeDBProxies',
    'rds:DescribeDBProxyTargets',
    'rds:DescribeEventSubscriptions',
    'rds:DescribeAccountAttributes',
    'ec2:DescribeSecurityGroups',
    'kms:DescribeKey',
    ...permissionsOfSql,
  ],
  input,
  output: z
    .strictObject({ instance: Database, roles: z.array(DatabaseRole), replicas: z.array(Database) })
    .meta({ id: 'ReadDatabase' }),
  title: (input) => `read ${input.instance}`,
  async read(ctx, input) {
    const refusals = new Refusals<AcceptedOfDatabase>(input.accept, ctx.announce);
    const found = await ctx.aws.sight.databaseNamed(input.instance);
    if (!found) throw notFound(input.instance, ctx.aws.region);
    const oldName = nameOfOld(ctx, input.instance);
    refuseInstance(found, input.keys, refusals);
    refuseMasterUserSecret(ctx, found, refusals);
    const vpc = found.DBSubnetGroup?.VpcId;
    await refuseFence(ctx, input.fence, { name: input.instance, groups: groupsOf(found), vpc }, refusals);
    const all = await ctx.aws.sight.databases();
    const moving = replicasToMove(ctx, found, all, refusals);
    if (all.some((one) => one.DBInstanceIdentifier === oldName))
      refusals.refuse(`the name ${oldName}, which the original would get, is taken`, 'rename what has it');
    await refuseAround(ctx, movedOf(found, moving), input.keys.to, refusals);
    const engine = engineOf(found);
    const at = engine && addressOf({ engine, ...databaseIn(found, engine), ...input.credentials }, found);
    if (at && isUsable(found)) await refuseSilence(ctx, at, refusals);
    refusals.throwIfAny(input.instance);
    if (engine === undefined) throw notFound(input.instance, ctx.aws.region);
    announce(ctx, input, found, oldName);
    const instance = databaseOf(found, input, oldName, engine);
    const replicas = moving.map(({ replica, oldName }) =>
      databaseOf(replica, { ...input, instance: replica.DBInstanceIdentifier ?? '' }, oldName, engine),
    );
    return { instance, roles: instance.roles, replicas };
  },
  // The original last: it is what the target is looked at by.
  claims: (output) => [...output.replicas.map(({ id }) => id), output.instance.id],
});

function movedOf(
  { DBInstanceIdentifier: name = '', DBInstanceArn: arn = '', AllocatedStorage }: DBInstance,
  moving: readonly MovingReplica[],
): Moved {
  const replicated = moving.reduce((sum, { replica }) => sum + (replica.AllocatedStorage ?? 0), 0);
  return {
    name,
    arn,
    targetType: 'RDS_INSTANCE',
    registered: `--db-instance-identifiers ${name}`,
    parts: [{ name, arn }],
    needs: {
      DBInstances: { of: 'DB instances', more: 1 + moving.length },
      AllocatedStorage: { of: 'GiB of storage', more: (AllocatedStorage ?? 0) + replicated },
      // Warm-up, its copy, the final one, its copy.
      ManualSnapshots: { of: 'manual snapshots', more: 4 },
    },
  };
}

function databaseOf(found: DBInstance, input: Input, oldName: string, engine: 'postgres' | 'mysql'): Database {
  const roles = (found.AssociatedRoles ?? []).map(({ RoleArn = '', FeatureName = '' }) => ({
    id: `${RoleArn} ${FeatureName}`,
    role: RoleArn,
    feature: FeatureName,
  }));
  const key = KeyArn.safeParse(found.KmsKeyId);
  const settings = settingsOf(found);
  // The key of Performance Insights can't be changed later: what is under the old data key goes over with it.
  const moved = settings['PerformanceInsightsKMSKeyId'] === found.KmsKeyId && found.KmsKeyId !== undefined;
  return {
    id: found.DbiResourceId ?? '',
    name: input.instance,
    oldName,
    engine,
    key: key.success ? key.data : null,
    fence: input.fence.securityGroup,
    letThrough: { inbound: input.fence.inbound, outbound: input.fence.outbound },
    securityGroups: (found.VpcSecurityGroups ?? []).map(({ VpcSecurityGroupId }) => VpcSecurityGroupId ?? '').sort(),
    settings,
    moved: moved ? { PerformanceInsightsKMSKeyId: input.keys.to } : {},
    deletionProtection: found.DeletionProtection ?? false,
    masterUserSecret: masterUserSecretOf(found, input.keys.to),
    roles,
    tags: carried(found.TagList),
    ...databaseIn(found, engine),
    ...input.credentials,
  };
}

/** Which of its databases answers SQL. */
function databaseIn({ DBName }: DBInstance, engine: 'postgres' | 'mysql'): { database?: string } {
  const database = DBName ?? (engine === 'postgres' ? 'postgres' : undefined);
  return database === undefined ? {} : { database };
}

/** Which SQL it speaks, if rekey speaks it, too. */
function engineOf({ Engine }: DBInstance): 'postgres' | 'mysql' | undefined {
  if (Engine === 'postgres') return 'postgres';
  return Engine === 'mysql' || Engine === 'mariadb' ? 'mysql' : undefined;
}

function announce(ctx: AwsContext, { writers, instance }: Input, found: DBInstance, oldName: string): void {
  const tell = (text: string) => ctx.announce(text);
  tell(
    `${instance} will be another instance with another DbiResourceId: infrastructure code has to import it anew (terraform state rm, then terraform import, with the key's ARN), and the original is called ${oldName} until it is deleted`,
  );
  if (found.IAMDatabaseAuthenticationEnabled)
    tell(
      `IAM policies for database logins name ${found.DbiResourceId} (rds-db:…:dbuser:${found.DbiResourceId}/*): add the new DbiResourceId before the cut-over, by a wildcard if need be (aws iam create-policy-version)`,
    );
  if ((found.BackupRetentionPeriod ?? 0) > 0)
    tell(
      `automated backups of ${instance} stay with the original, under the old key; a restore to a point in time goes back to the cut-over at most`,
    );
  if (found.PerformanceInsightsEnabled)
    tell(
      `Performance Insights begins anew${found.PerformanceInsightsKMSKeyId === found.KmsKeyId ? ', under the new key' : ''}; its key can't be changed later`,
    );
  if (found.EnhancedMonitoringResourceArn)
    tell('Enhanced Monitoring writes to a new log stream, named by the new DbiResourceId');
  if (writers === 'none')
    tell('declared: nothing inside the database writes (pg_cron, event scheduler, subscriptions)');
}

function notFound(instance: string, region: string) {
  return problem('target-refused', {
    target: instance,
    reasons: [
      {
        why: `there is no DB instance ${instance} in ${region}`,
        wayOut: 'check the identifier, the account and the region',
      },
    ],
  });
}
