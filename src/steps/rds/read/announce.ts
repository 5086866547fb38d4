import type { DBCluster, DBInstance } from '@aws-sdk/client-rds';
import { printable } from '../../../aws/printable.ts';
import type { AwsContext } from '../../../aws/services.ts';
import { tagValue } from '../../../aws/tags.ts';
import { carryOfCluster } from '../carry/cluster.ts';
import type { Member } from '../domain.ts';
import { type Described, nameIn } from '../status.ts';

type Writers = 'none' | 'hook';

/** Tells, before anything is touched, what changes with the identity of an instance, and the command that mends it. */
export function announceInstance(ctx: AwsContext, writers: Writers, found: DBInstance, oldName: string): void {
  const tell = (text: string) => ctx.announce(text);
  const name = nameIn(found);
  tell(
    `${name} will be another instance with another DbiResourceId: infrastructure code has to import it anew (terraform state rm, then terraform import, with the key's ARN), and the original is called ${oldName} until it is deleted`,
  );
  tellStack(ctx, found);
  if (found.IAMDatabaseAuthenticationEnabled) tell(ofPolicies('DbiResourceId', found.DbiResourceId));
  if ((found.BackupRetentionPeriod ?? 0) > 0) tell(ofBackups(name));
  if (found.PerformanceInsightsEnabled)
    tell(
      `Performance Insights begins anew${found.PerformanceInsightsKMSKeyId === found.KmsKeyId ? ', under the new key' : ''}; its key can't be changed later`,
    );
  if (found.EnhancedMonitoringResourceArn)
    tell('Enhanced Monitoring writes to a new log stream, named by the new DbiResourceId');
  if (writers === 'none') tell(ofWriters);
}

/** The same of a cluster and its members. */
export function announceCluster(
  ctx: AwsContext,
  writers: Writers,
  found: DBCluster,
  { oldName, members }: { readonly oldName: string; readonly members: readonly Member[] },
): void {
  const tell = (text: string) => ctx.announce(text);
  const name = nameIn(found);
  const renamed = members.map((one) => `${one.name} to ${one.oldName}`).join(', ');
  tell(
    `${name} will be another cluster with another DbClusterResourceId, and so will be its members: infrastructure code has to import them anew (terraform state rm, then terraform import, with the key's ARN), and the original is called ${oldName} until it is deleted, its members are renamed ${renamed}`,
  );
  tellStack(ctx, found);
  if (found.IAMDatabaseAuthenticationEnabled) tell(ofPolicies('DbClusterResourceId', found.DbClusterResourceId));
  tell(ofBackups(name));
  if (members.some((one) => one.settings['PerformanceInsightsEnabled'] === true))
    tell("Performance Insights begins anew; its key can't be changed later");
  if (members.some((one) => Number(one.settings['MonitoringInterval'] ?? 0) > 0))
    tell('Enhanced Monitoring writes to new log streams, named by the new DbiResourceIds');
  for (const attribute of ['CloneGroupId', 'EarliestBacktrackTime'] as const) {
    const carry = carryOfCluster[attribute];
    if (found[attribute] !== undefined && carry.by === 'identity' && carry.tell !== undefined)
      tell(`of ${name}: ${carry.tell}`);
  }
  if (writers === 'none') tell(ofWriters);
}

/** A stack knows what it has made by its name, and its next update would meet something that is under another key. */
function tellStack(ctx: AwsContext, found: Described): void {
  const stack = tagValue(found.TagList, 'aws:cloudformation:stack-name');
  if (stack === undefined) return;
  const named = printable(stack, 128);
  ctx.announce(
    `${nameIn(found)} was made by the CloudFormation stack ${named}, and what takes its place was not: before the next update of the stack give its template the new key, or the update would replace it; see where they differ (aws cloudformation detect-stack-drift --stack-name ${named})`,
  );
}

const ofPolicies = (attribute: string, id: string | undefined) =>
  `IAM policies for database logins name ${id} (rds-db:…:dbuser:${id}/*): add the new ${attribute} before the cut-over, by a wildcard if need be (aws iam create-policy-version)`;
const ofBackups = (name: string) =>
  `automated backups of ${name} stay with the original, under the old key; a restore to a point in time goes back to the cut-over at most`;
const ofWriters = 'declared: nothing inside the database writes (pg_cron, event scheduler, subscriptions)';
