import type { DBCluster, DBInstance } from '@aws-sdk/client-rds';
import { printable } from '../../../aws/printable.ts';
import type { AwsContext } from '../../../aws/services.ts';
import { tagValue } from '../../../aws/tags.ts';
import { carryOfCluster } from '../carry/cluster.ts';
import { carry } from '../carry/instance.ts';
import { toldIn } from '../carry/table.ts';
import type { Member } from '../domain.ts';
import { type Described, nameIn } from '../status.ts';

type Writers = 'none' | 'hook';

/** What it is, with what else is renamed and how the parts of it that serve are set. */
interface Told {
  readonly writers: Writers;
  readonly oldName: string;
  readonly parts: readonly Pick<Member, 'settings' | 'moved'>[];
}

/** Tells, before anything is touched, what changes with the identity of an instance, and the command that mends it. */
export function announceInstance(ctx: AwsContext, found: DBInstance, told: Told): void {
  ctx.announce(
    `${nameIn(found)} will be another instance with another DbiResourceId: infrastructure code has to import it again (terraform state rm, then terraform import, with the key's ARN), and the original is called ${told.oldName} until it is deleted`,
  );
  announceSame(ctx, found, ['DbiResourceId', found.DbiResourceId], toldIn(carry, found), told);
}

/** The same of a cluster and its members. */
export function announceCluster(
  ctx: AwsContext,
  found: DBCluster,
  { members, ...told }: Omit<Told, 'parts'> & { readonly members: readonly Member[] },
): void {
  const renamed = members.map((one) => `${one.name} to ${one.oldName}`).join(', ');
  ctx.announce(
    `${nameIn(found)} will be another cluster with another DbClusterResourceId, and so will be its members: infrastructure code has to import them again (terraform state rm, then terraform import, with the key's ARN), and the original is called ${told.oldName} until it is deleted, its members are renamed ${renamed}`,
  );
  const id = ['DbClusterResourceId', found.DbClusterResourceId] as const;
  announceSame(ctx, found, id, toldIn(carryOfCluster, found), { ...told, parts: members });
}

/** What both have. `lost`: what belongs to the one thing alone. */
function announceSame(
  ctx: AwsContext,
  found: Described,
  [attribute, id]: readonly [name: string, id: string | undefined],
  lost: readonly string[],
  { writers, parts }: Told,
): void {
  const tell = (text: string) => ctx.announce(text);
  const name = nameIn(found);
  tellStack(ctx, found);
  if (found.IAMDatabaseAuthenticationEnabled) tell(ofPolicies(attribute, id));
  if ((found.BackupRetentionPeriod ?? 0) > 0) tell(ofBackups(name));
  const insights = parts.filter(({ settings }) => settings['PerformanceInsightsEnabled'] === true);
  const moves = insights.some(({ moved }) => moved['PerformanceInsightsKMSKeyId'] !== undefined);
  if (insights.length > 0)
    tell(
      `Performance Insights begins with no data${moves ? ', under the new key' : ''}; its key can't be changed later`,
    );
  if (parts.some(({ settings }) => Number(settings['MonitoringInterval'] ?? 0) > 0))
    tell('Enhanced Monitoring writes to a new log stream for each instance, named by its new DbiResourceId');
  for (const one of lost) tell(`of ${name}: ${one}`);
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
