import type { DBCluster, DBInstance } from '@aws-sdk/client-rds';
import type { AwsContext } from '../../../aws/services.ts';
import type { Refusals } from '../../refusals.ts';
import type { AcceptedOfDatabase } from '../domain.ts';
import { arnIn, nameIn } from '../status.ts';
import type { Moved } from './refusals-around.ts';

/** A cluster with its members, as far as what stands around it names them. */
export function surroundingsOf(found: DBCluster, members: readonly DBInstance[]): Moved {
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
  refusals: Refusals<AcceptedOfDatabase>,
): Promise<void> {
  const name = nameIn(found);
  const arn = arnIn(found) ?? '';
  const [integrations, globals] = await Promise.all([
    refusals.readable(`which zero-ETL integrations read from ${name}`, () =>
      ctx.aws.rds.describeIntegrations({ Filters: [{ Name: 'source-arn', Values: [arn] }] }),
    ),
    refusals.readable(`whether ${name} is in a global cluster`, () => ctx.aws.rds.describeGlobalClusters({})),
  ]);
  for (const one of integrations?.Integrations ?? []) {
    if (one.Status === 'deleting') continue;
    refusals.refuse(
      `the zero-ETL integration ${one.IntegrationName} reads from ${name}, and would stay with the original`,
      `delete it (aws rds delete-integration --integration-identifier ${one.IntegrationArn}), and make it anew after the cut-over`,
    );
  }
  // DescribeDBClusters names it, too, but not for all versions of Aurora.
  const global = (globals?.GlobalClusters ?? []).find((one) =>
    one.GlobalClusterMembers?.some((member) => member.DBClusterArn === arn || member.Readers?.includes(arn)),
  );
  if (global && found.GlobalClusterIdentifier === undefined)
    refusals.refuse(
      `${name} is a member of the global cluster ${global.GlobalClusterIdentifier}`,
      'take it out (aws rds remove-from-global-cluster), and make the global cluster anew after the cut-over',
    );
}
