import type { DBCluster } from '@aws-sdk/client-rds';
import type { AwsContext } from '../../../aws/services.ts';
import { carryOfCluster } from '../carry/cluster.ts';
import type { Member } from '../cluster-domain.ts';
import { nameIn } from '../status.ts';

/** Tells, before anything is touched, what changes with the identity of a cluster, and the command that mends it. */
export function announceCluster(
  ctx: AwsContext,
  { writers }: { readonly writers: 'none' | 'hook' },
  found: DBCluster,
  { oldName, members }: { readonly oldName: string; readonly members: readonly Member[] },
): void {
  const tell = (text: string) => ctx.announce(text);
  const name = nameIn(found);
  const renamed = members.map((one) => `${one.name} to ${one.oldName}`).join(', ');
  tell(
    `${name} will be another cluster with another DbClusterResourceId, and so will be its members: infrastructure code has to import them anew (terraform state rm, then terraform import, with the key's ARN), and the original is called ${oldName} until it is deleted, its members are renamed ${renamed}`,
  );
  if (found.IAMDatabaseAuthenticationEnabled)
    tell(
      `IAM policies for database logins name ${found.DbClusterResourceId} (rds-db:…:dbuser:${found.DbClusterResourceId}/*): add the new DbClusterResourceId before the cut-over, by a wildcard if need be (aws iam create-policy-version)`,
    );
  tell(
    `automated backups of ${name} stay with the original, under the old key; a restore to a point in time goes back to the cut-over at most`,
  );
  if (members.some((one) => one.settings['PerformanceInsightsEnabled'] === true))
    tell("Performance Insights begins anew; its key can't be changed later");
  if (members.some((one) => Number(one.settings['MonitoringInterval'] ?? 0) > 0))
    tell('Enhanced Monitoring writes to new log streams, named by the new DbiResourceIds');
  for (const attribute of ['CloneGroupId', 'EarliestBacktrackTime'] as const) {
    const carry = carryOfCluster[attribute];
    if (found[attribute] !== undefined && carry.by === 'identity' && carry.tell !== undefined)
      tell(`of ${name}: ${carry.tell}`);
  }
  if (writers === 'none')
    tell('declared: nothing inside the database writes (pg_cron, event scheduler, subscriptions)');
}
