import { digestOf } from '../../bytes.ts';
import { contentBytes } from '../../content.ts';
import type { World } from '../../world.ts';
import { sessionsIn, writeUp } from '../clients.ts';
import { statusOf } from '../life/lifecycle.ts';
import type { Clients, Database } from '../model/model.ts';
import { clusterOfMember, leadsTo } from '../naming/names.ts';
import { clusterStateOf, heldKey, readingOf } from './cluster.ts';
import { snapshotState } from './snapshot.ts';

/** The truth about RDS now, as plain JSON. */
export function rdsStateOf(world: World) {
  writeUp(world);
  const { rds } = world;
  return {
    databases: [...rds.databases.values()].map((one) => databaseState(world, one)),
    databaseSnapshots: [...rds.snapshots.values()].map((one) => ({
      ...snapshotState(one),
      storage: one.settings.AllocatedStorage,
    })),
    automatedBackups: [...rds.automatedBackups.values()].map(({ id, resourceId, identifier, retained, of }) => ({
      id,
      resourceId,
      identifier,
      retained,
      key: of.keyArn ?? null,
    })),
    ...clusterStateOf(world),
    endpoints: Object.fromEntries([...rds.names.keys()].map((host) => [host, leadsTo(world, host) ?? null])),
    clients: rds.clients
      .filter((clients) => !clients.reads)
      .map((clients) => {
        const { holder, held } = clients.cluster ? clusterHolder(world, clients) : databaseHolder(world, clients);
        const digest = digestOf(contentBytes(clients.ledger));
        return {
          identifier: clients.identifier,
          cluster: clients.cluster,
          everyMs: clients.everyMs,
          connected: clients.sessions?.filter((session) => session.resourceId !== undefined).length ?? null,
          writes: clients.ledger.count,
          digest,
          database: holder?.resourceId ?? null,
          /** Whether what was acknowledged is not what the database of that name holds; null: there is none to read. */
          lost: held?.readable ? held.digest !== digest : null,
        };
      }),
  };
}

function databaseHolder(world: World, { identifier }: Clients) {
  const holder = [...world.rds.databases.values()].find((one) => one.identifier === identifier);
  return { holder, held: holder && readingOf(world, holder.storage, holder.dataKey) };
}

function clusterHolder(world: World, { identifier }: Clients) {
  const holder = [...world.rds.clusters.values()].find((one) => one.identifier === identifier);
  return { holder, held: holder && readingOf(world, holder.storage, heldKey(world, holder)) };
}

function databaseState(world: World, database: Database) {
  return {
    resourceId: database.resourceId,
    identifier: database.identifier,
    cluster: clusterOfMember(world, database)?.identifier ?? null,
    status: statusOf(world, database),
    busy: database.busy,
    up: database.up,
    key: database.keyArn ?? null,
    replicaOf: database.replicaOf ?? null,
    securityGroups: [...database.groupsInForce],
    address: database.address ?? null,
    restoredFrom: database.restoredFrom ?? null,
    parameterStatus: database.parameterStatus,
    settings: database.settings,
    pending: database.pending,
    roles: database.roles.map((role) => ({ ...role })),
    sessions: sessionsIn(world, database).length,
    tags: Object.fromEntries(database.tags.now),
    ...readingOf(world, database.storage, database.dataKey),
  };
}
