import type { DBCluster, DBInstance, DescribePendingMaintenanceActionsMessage } from '@aws-sdk/client-rds';
import { printable } from '../../../aws/printable.ts';
import type { AwsContext } from '../../../aws/services.ts';
import type { Refusals } from '../../refusals.ts';
import type { AcceptedOfDatabase } from '../domain.ts';
import { arnIn, nameIn } from '../status.ts';

type DatabaseRefusals = Refusals<AcceptedOfDatabase>;

const overBlueGreens = ['DELETING', 'SWITCHOVER_COMPLETED', 'SWITCHOVER_FAILED'];

/** What is to be moved, an instance or a cluster, as far as what stands around it names it. */
export interface Moved {
  readonly name: string;
  readonly arn: string;
  /** A proxy's target of this type stands for it. */
  readonly targetType: 'RDS_INSTANCE' | 'TRACKED_CLUSTER';
  /** As an option of register-db-proxy-targets. */
  readonly registered: string;
  /** What maintenance and event subscriptions may name: itself and what belongs to it. */
  readonly parts: readonly { readonly name: string; readonly arn: string }[];
  /** By the quota's name, how much more than now old and new together take. */
  readonly needs: Readonly<Record<string, { readonly of: string; readonly more: number }>>;
}

/** Collects what stands around an instance or a cluster and speaks against moving it: what AWS or others plan with it, who holds it, and quotas. */
export async function refuseAround(
  ctx: AwsContext,
  moved: Moved,
  key: string,
  refusals: DatabaseRefusals,
): Promise<void> {
  await Promise.all([
    refuseMaintenance(ctx, moved, refusals),
    refuseBlueGreen(ctx, moved, refusals),
    refuseProxies(ctx, moved, refusals),
    announceSubscriptions(ctx, moved, refusals),
    refuseQuotas(ctx, moved, refusals),
    refuseIntegrations(ctx, moved, refusals),
    refuseManagedKey(ctx, key, refusals),
  ]);
}

/** Of itself by one call, and of all that belongs to it by another. */
async function refuseMaintenance(ctx: AwsContext, { arn, parts }: Moved, refusals: DatabaseRefusals): Promise<void> {
  const others = parts.filter((part) => part.arn !== arn);
  const itself = parts.filter((part) => part.arn === arn);
  const ofOthers = { Filters: [{ Name: 'db-instance-id', Values: others.map((part) => part.arn) }] };
  await Promise.all([
    refuseDue(ctx, itself, { ResourceIdentifier: arn }, refusals),
    others.length > 0 && refuseDue(ctx, others, ofOthers, refusals),
  ]);
}

async function refuseDue(
  ctx: AwsContext,
  of: Moved['parts'],
  asked: DescribePendingMaintenanceActionsMessage,
  refusals: DatabaseRefusals,
): Promise<void> {
  const names = of.map(({ name }) => name).join(', ');
  const answer = await refusals.readable(`whether maintenance of ${names} is due`, () =>
    ctx.aws.rds.describePendingMaintenanceActions(asked),
  );
  for (const { ResourceIdentifier, PendingMaintenanceActionDetails = [] } of answer?.PendingMaintenanceActions ?? [])
    for (const action of PendingMaintenanceActionDetails) {
      // Without a date it waits for somebody to ask for it.
      const at = action.CurrentApplyDate ?? action.AutoAppliedAfterDate ?? action.ForcedApplyDate;
      const name = of.find(({ arn }) => arn === ResourceIdentifier)?.name ?? names;
      if (at)
        refusals.unless(
          'pending-maintenance',
          `maintenance of ${name} (${printable(action.Action ?? '', 100)}) is due at ${at.toISOString()}`,
          'have it done before (aws rds apply-pending-maintenance-action)',
        );
    }
}

async function refuseBlueGreen(ctx: AwsContext, { name, arn }: Moved, refusals: DatabaseRefusals): Promise<void> {
  const answer = await refusals.readable('whether a blue/green deployment is under way', () =>
    ctx.aws.rds.describeBlueGreenDeployments({ Filters: [{ Name: 'source', Values: [arn] }] }),
  );
  for (const one of answer?.BlueGreenDeployments ?? []) {
    if (overBlueGreens.includes(one.Status ?? '')) continue;
    refusals.refuse(
      `${name} is the source of the blue/green deployment ${one.BlueGreenDeploymentName} (${one.Status})`,
      'switch it over or delete it first',
    );
  }
}

async function refuseIntegrations(ctx: AwsContext, { name, arn }: Moved, refusals: DatabaseRefusals): Promise<void> {
  const answer = await refusals.readable(`which zero-ETL integrations read from ${name}`, () =>
    ctx.aws.rds.describeIntegrations({ Filters: [{ Name: 'source-arn', Values: [arn] }] }),
  );
  for (const one of answer?.Integrations ?? []) {
    if (one.Status === 'deleting') continue;
    refusals.refuse(
      `the zero-ETL integration ${one.IntegrationName} reads from ${name}, and would stay with the original`,
      `delete it (aws rds delete-integration --integration-identifier ${one.IntegrationArn}), and make it again after the cut-over`,
    );
  }
}

async function refuseProxies(ctx: AwsContext, moved: Moved, refusals: DatabaseRefusals): Promise<void> {
  const { name } = moved;
  const before = await refusals.readable(`which proxies stand before ${name}`, () => proxiesBefore(ctx, moved));
  for (const proxy of before ?? []) {
    refusals.unless(
      'proxy',
      `the proxy ${proxy} stands before ${name}: it keeps clients' connections, and holds the original as its target`,
      `take the target out (aws rds deregister-db-proxy-targets), and register it after the cut-over: aws rds register-db-proxy-targets --db-proxy-name ${proxy} ${moved.registered}`,
    );
  }
}

async function proxiesBefore(ctx: AwsContext, { name, targetType }: Moved): Promise<string[]> {
  const before: string[] = [];
  let Marker: string | undefined;
  do {
    const page = await ctx.aws.rds.describeDBProxies({ MaxRecords: 100, ...(Marker && { Marker }) });
    for (const { DBProxyName = '' } of page.DBProxies ?? []) {
      const { Targets } = await ctx.aws.rds.describeDBProxyTargets({ DBProxyName });
      if (Targets?.some((target) => target.RdsResourceId === name && target.Type === targetType))
        before.push(DBProxyName);
    }
    Marker = page.Marker;
  } while (Marker);
  return before;
}

async function announceSubscriptions(ctx: AwsContext, moved: Moved, refusals: DatabaseRefusals): Promise<void> {
  const answer = await refusals.readable(`which event subscriptions name ${moved.name}`, () =>
    ctx.aws.rds.describeEventSubscriptions({ MaxRecords: 100 }),
  );
  for (const { CustSubscriptionId: id, SourceIdsList } of answer?.EventSubscriptionsList ?? []) {
    for (const { name } of moved.parts.filter((part) => SourceIdsList?.includes(part.name)))
      ctx.announce(
        `the event subscription ${id} names ${name}; see that it still does after the cut-over (aws rds add-source-identifier-to-subscription --subscription-name ${id} --source-identifier ${name})`,
      );
  }
}

async function refuseQuotas(ctx: AwsContext, { needs }: Moved, refusals: DatabaseRefusals): Promise<void> {
  const answer = await refusals.readable('the quotas of the account', () => ctx.aws.rds.describeAccountAttributes({}));
  for (const { AccountQuotaName = '', Used = 0, Max } of answer?.AccountQuotas ?? []) {
    const need = needs[AccountQuotaName];
    if (!need || Max === undefined || Used + need.more <= Max) continue;
    refusals.refuse(
      `the account has ${Used} of ${Max} ${need.of}, and old and new together need ${need.more} more`,
      'have the quota raised, or make room',
    );
  }
}

/** What is under a key of AWS's can't be shared. */
async function refuseManagedKey(ctx: AwsContext, key: string, refusals: DatabaseRefusals): Promise<void> {
  if ((await ctx.aws.sight.key(key))?.KeyManager !== 'AWS') return;
  refusals.unless(
    'aws-managed-key',
    `${key} is managed by AWS: no snapshot under it can be shared`,
    'name a key of your own',
  );
}

/** Collects options that open a port of their own: who comes by it is in no list of sessions (RDS User Guide, "MySQL MEMCACHED support"). */
export async function refuseOptions(
  ctx: AwsContext,
  { DBInstanceIdentifier: name, OptionGroupMemberships }: DBInstance,
  refusals: DatabaseRefusals,
): Promise<void> {
  const groups = (OptionGroupMemberships ?? []).flatMap(({ OptionGroupName }) => OptionGroupName ?? []);
  // Those that RDS makes by itself are empty, and nobody can change them.
  for (const group of groups.filter((one) => !one.startsWith('default:'))) {
    const answer = await refusals.readable(`the options of ${group}`, () =>
      ctx.aws.rds.describeOptionGroups({ OptionGroupName: group }),
    );
    for (const { OptionName, Port } of answer?.OptionGroupsList?.flatMap(({ Options }) => Options ?? []) ?? [])
      if (Port !== undefined)
        refusals.unless(
          'other-ways-in',
          `the option ${printable(OptionName ?? '', 100)} of ${group} lets clients in to ${name} by port ${Port}, and no list of sessions shows them`,
          `take it out of the option group (aws rds remove-option-from-option-group --option-group-name ${group} --options ${printable(OptionName ?? '', 100)} --apply-immediately)`,
        );
  }
}

/** An instance and those of its replicas that move with it, as far as what stands around it names them. */
export function surroundingsOfInstance(found: DBInstance, replicas: readonly DBInstance[]): Moved {
  const name = nameIn(found);
  const arn = arnIn(found) ?? '';
  const replicated = replicas.reduce((sum, { AllocatedStorage }) => sum + (AllocatedStorage ?? 0), 0);
  return {
    name,
    arn,
    targetType: 'RDS_INSTANCE',
    registered: `--db-instance-identifiers ${name}`,
    parts: [{ name, arn }],
    needs: {
      DBInstances: { of: 'DB instances', more: 1 + replicas.length },
      AllocatedStorage: { of: 'GiB of storage', more: (found.AllocatedStorage ?? 0) + replicated },
      // Warm-up, its copy, the final one, its copy.
      ManualSnapshots: { of: 'manual snapshots', more: 4 },
    },
  };
}

/** A cluster with its members, as far as what stands around it names them. */
export function surroundingsOfCluster(found: DBCluster, members: readonly DBInstance[]): Moved {
  const parts = [found, ...members].map((one) => ({ name: nameIn(one), arn: arnIn(one) ?? '' }));
  return {
    name: nameIn(found),
    arn: arnIn(found) ?? '',
    targetType: 'TRACKED_CLUSTER',
    registered: `--db-cluster-identifiers ${nameIn(found)}`,
    parts,
    needs: {
      DBInstances: { of: 'DB instances', more: members.length },
      DBClusters: { of: 'DB clusters', more: 1 },
      ManualClusterSnapshots: { of: 'manual cluster snapshots', more: 1 },
    },
  };
}

/** Collects what only a cluster can have around it and speaks against moving it. */
export async function refuseAroundCluster(
  ctx: AwsContext,
  found: DBCluster,
  refusals: DatabaseRefusals,
): Promise<void> {
  const name = nameIn(found);
  const arn = arnIn(found) ?? '';
  const globals = await refusals.readable(`whether ${name} is in a global cluster`, () =>
    ctx.aws.rds.describeGlobalClusters({}),
  );
  // DescribeDBClusters names it, too, but not for all versions of Aurora.
  const global = (globals?.GlobalClusters ?? []).find((one) =>
    one.GlobalClusterMembers?.some((member) => member.DBClusterArn === arn || member.Readers?.includes(arn)),
  );
  if (global && found.GlobalClusterIdentifier === undefined)
    refusals.refuse(
      `${name} is a member of the global cluster ${global.GlobalClusterIdentifier}`,
      'take it out (aws rds remove-from-global-cluster), and make the global cluster again after the cut-over',
    );
}
