import type { Account, Call } from '../src/simulator/account.ts';
import type { Cluster } from '../src/simulator/rds/model/cluster.ts';
import type { Database } from '../src/simulator/rds/model/model.ts';
import { hostIn, hostOf } from '../src/simulator/rds/naming/addresses.ts';

/** True once it is there what a change has asked for. */
export type IsDone = () => boolean;

/**
 * When what a call has asked for is there; undefined of calls that nothing waits for. A rename is over when the address has
 * followed, and one to a name that is at stake when all such names lead where they should: before clients are let in, old and
 * new are asked by their names.
 */
export function endOf(account: Account, { operation, input }: Call, atStake: readonly string[]): IsDone | undefined {
  const { world } = account;
  const { rds } = world;
  const named = input as Readonly<Record<string, string>>;
  const identified = <T extends { readonly identifier: string }>(among: Map<string, T>, name: string | undefined) =>
    [...among.values()].find((one) => one.identifier === name);
  const databaseLeads = (one: Database) => rds.names.get(hostOf(world, one.identifier)) === one.resourceId;
  const clusterLeads = (one: Cluster) =>
    rds.names.get(hostIn(world, 'cluster', one.identifier))?.startsWith(`${one.resourceId}/`) === true;
  const allLead = (name: string | undefined) =>
    name === undefined ||
    !atStake.includes(name) ||
    ([...rds.databases.values()].every(databaseLeads) && [...rds.clusters.values()].every(clusterLeads));
  switch (operation) {
    case 'CreateDBSnapshot':
      return () => rds.snapshots.get(named['DBSnapshotIdentifier'] ?? '')?.status !== 'creating';
    case 'CopyDBSnapshot':
      return () => rds.snapshots.get(named['TargetDBSnapshotIdentifier'] ?? '')?.status !== 'copying';
    case 'CreateDBClusterSnapshot':
      return () => rds.clusterSnapshots.get(named['DBClusterSnapshotIdentifier'] ?? '')?.status !== 'creating';
    case 'CreateDBClusterEndpoint':
      return () => rds.clusterEndpoints.get(named['DBClusterEndpointIdentifier'] ?? '')?.status === 'available';
    case 'DeleteDBClusterEndpoint':
      return () => !rds.clusterEndpoints.has(named['DBClusterEndpointIdentifier'] ?? '');
    case 'CreateDBInstance':
    case 'ModifyDBInstance':
    case 'RebootDBInstance':
    case 'RestoreDBInstanceFromDBSnapshot': {
      const database = identified(rds.databases, named['DBInstanceIdentifier']);
      const name = named['NewDBInstanceIdentifier'];
      const host = name === undefined ? undefined : hostOf(world, name);
      return () => database?.busy === false && (host === undefined || database.address === host) && allLead(name);
    }
    case 'ModifyDBCluster':
    case 'RestoreDBClusterFromSnapshot': {
      const cluster = identified(rds.clusters, named['DBClusterIdentifier']);
      const name = named['NewDBClusterIdentifier'];
      return () => cluster?.busy === false && (name === undefined || cluster.shownName === name) && allLead(name);
    }
    case 'AddRoleToDBCluster': {
      const cluster = identified(rds.clusters, named['DBClusterIdentifier']);
      return () => cluster?.roles.every((one) => one.status === 'ACTIVE') === true;
    }
    default:
      return undefined;
  }
}
