import type { DBCluster, DBInstance } from '@aws-sdk/client-rds';
import type { AwsContext } from '../../aws/services.ts';
import type { Cluster } from './cluster-domain.ts';
import { addressOf } from './fence/sessions.ts';
import { surely } from './found.ts';
import { isGoing } from './status.ts';

/** By its DbClusterResourceId; undefined when it is not there, or on its way out. An absence counts only after a while. */
export function surelyFoundCluster(ctx: AwsContext, id: string): Promise<DBCluster | undefined> {
  return surely(ctx, () => ctx.aws.sight.cluster(id));
}

/** The instances that belong to a cluster, the writer first. */
export function membersOf(cluster: DBCluster, all: readonly DBInstance[]): DBInstance[] {
  const writer = (one: DBInstance) => (isWriter(cluster, one) ? 0 : 1);
  return all
    .filter((one) => one.DBClusterIdentifier === cluster.DBClusterIdentifier && !isGoing(one))
    .sort((a, b) => writer(a) - writer(b));
}

/** Does it write for its cluster now? Any failover changes that. */
export function isWriter({ DBClusterMembers }: DBCluster, member: DBInstance): boolean {
  return (DBClusterMembers ?? []).some(
    (one) => one.DBInstanceIdentifier === member.DBInstanceIdentifier && one.IsClusterWriter === true,
  );
}

/** Where a cluster answers SQL that writes: its own name. */
export function writerAddressOf(cluster: Pick<Cluster, 'engine' | 'database' | 'secret'>, found: DBCluster) {
  return addressOf(cluster, { Endpoint: { Address: found.Endpoint, Port: found.Port } });
}
