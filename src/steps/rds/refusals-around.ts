import type { DBInstance } from '@aws-sdk/client-rds';
import { printable } from '../../aws/printable.ts';
import type { AwsContext } from '../../aws/services.ts';
import type { Refusals } from '../refusals.ts';
import type { AcceptedOfDatabase } from './domain.ts';

type DatabaseRefusals = Refusals<AcceptedOfDatabase>;

// Warm-up, its copy, the final one, its copy.
const snapshotsMade = 4;
const overBlueGreens = ['DELETING', 'SWITCHOVER_COMPLETED', 'SWITCHOVER_FAILED'];

/** Collects what stands around an instance and speaks against moving it: what AWS or others plan with it, who holds it, and quotas. */
export async function refuseAround(
  ctx: AwsContext,
  found: DBInstance,
  wanted: { readonly oldName: string; readonly key: string },
  refusals: DatabaseRefusals,
): Promise<void> {
  if (await ctx.aws.sight.databaseNamed(wanted.oldName))
    refusals.refuse(`the name ${wanted.oldName}, which the original would get, is taken`, 'rename what has it');
  await Promise.all([
    refuseMaintenance(ctx, found, refusals),
    refuseBlueGreen(ctx, found, refusals),
    refuseProxies(ctx, found, refusals),
    announceSubscriptions(ctx, found, refusals),
    refuseQuotas(ctx, found, refusals),
    refuseManagedKey(ctx, wanted.key, refusals),
  ]);
}

async function refuseMaintenance(ctx: AwsContext, found: DBInstance, refusals: DatabaseRefusals): Promise<void> {
  const name = found.DBInstanceIdentifier;
  const answer = await refusals.readable(`whether maintenance of ${name} is due`, () =>
    ctx.aws.rds.describePendingMaintenanceActions({ ResourceIdentifier: found.DBInstanceArn }),
  );
  const actions = (answer?.PendingMaintenanceActions ?? []).flatMap((one) => one.PendingMaintenanceActionDetails ?? []);
  // Without a date it waits for somebody to ask for it.
  for (const action of actions.filter(
    (one) => one.CurrentApplyDate ?? one.AutoAppliedAfterDate ?? one.ForcedApplyDate,
  )) {
    const at = (action.CurrentApplyDate ?? action.AutoAppliedAfterDate ?? action.ForcedApplyDate)?.toISOString();
    refusals.unless(
      'pending-maintenance',
      `maintenance of ${name} (${printable(action.Action ?? '', 100)}) is due at ${at}`,
      'have it done before (aws rds apply-pending-maintenance-action)',
    );
  }
}

async function refuseBlueGreen(ctx: AwsContext, found: DBInstance, refusals: DatabaseRefusals): Promise<void> {
  const answer = await refusals.readable('whether a blue/green deployment is under way', () =>
    ctx.aws.rds.describeBlueGreenDeployments({ Filters: [{ Name: 'source', Values: [found.DBInstanceArn ?? ''] }] }),
  );
  for (const one of answer?.BlueGreenDeployments ?? []) {
    if (overBlueGreens.includes(one.Status ?? '')) continue;
    refusals.refuse(
      `${found.DBInstanceIdentifier} is the source of the blue/green deployment ${one.BlueGreenDeploymentName} (${one.Status})`,
      'switch it over or delete it first',
    );
  }
}

async function refuseProxies(ctx: AwsContext, found: DBInstance, refusals: DatabaseRefusals): Promise<void> {
  const name = found.DBInstanceIdentifier ?? '';
  const before = await refusals.readable(`which proxies stand before ${name}`, () => proxiesBefore(ctx, name));
  for (const proxy of before ?? []) {
    refusals.unless(
      'proxy',
      `the proxy ${proxy} stands before ${name}: it keeps clients' connections, and holds the original as its target`,
      `take the target out (aws rds deregister-db-proxy-targets), and register it after the cut-over: aws rds register-db-proxy-targets --db-proxy-name ${proxy} --db-instance-identifiers ${name}`,
    );
  }
}

async function proxiesBefore(ctx: AwsContext, name: string): Promise<string[]> {
  const before: string[] = [];
  let Marker: string | undefined;
  do {
    const page = await ctx.aws.rds.describeDBProxies({ MaxRecords: 100, ...(Marker && { Marker }) });
    for (const { DBProxyName = '' } of page.DBProxies ?? []) {
      const { Targets } = await ctx.aws.rds.describeDBProxyTargets({ DBProxyName });
      if (Targets?.some((target) => target.RdsResourceId === name)) before.push(DBProxyName);
    }
    Marker = page.Marker;
  } while (Marker);
  return before;
}

async function announceSubscriptions(ctx: AwsContext, found: DBInstance, refusals: DatabaseRefusals): Promise<void> {
  const name = found.DBInstanceIdentifier ?? '';
  const answer = await refusals.readable(`which event subscriptions name ${name}`, () =>
    ctx.aws.rds.describeEventSubscriptions({ MaxRecords: 100 }),
  );
  const naming = (answer?.EventSubscriptionsList ?? []).filter((one) => one.SourceIdsList?.includes(name));
  for (const { CustSubscriptionId: id } of naming) {
    ctx.announce(
      `the event subscription ${id} names ${name}; see that it still does after the cut-over (aws rds add-source-identifier-to-subscription --subscription-name ${id} --source-identifier ${name})`,
    );
  }
}

async function refuseQuotas(ctx: AwsContext, found: DBInstance, refusals: DatabaseRefusals): Promise<void> {
  const answer = await refusals.readable('the quotas of the account', () => ctx.aws.rds.describeAccountAttributes({}));
  const needs: Record<string, { of: string; more: number }> = {
    DBInstances: { of: 'DB instances', more: 1 },
    AllocatedStorage: { of: 'GiB of storage', more: found.AllocatedStorage ?? 0 },
    ManualSnapshots: { of: 'manual snapshots', more: snapshotsMade },
  };
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
  const { KeyMetadata } = await ctx.aws.kms.describeKey({ KeyId: key });
  if (KeyMetadata?.KeyManager !== 'AWS') return;
  refusals.unless(
    'aws-managed-key',
    `${key} is managed by AWS: no snapshot under it can be shared`,
    'name a key of your own',
  );
}
