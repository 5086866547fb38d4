import { digestOf } from '../bytes.ts';
import { contentBytes } from '../content.ts';
import { AwsError } from '../wire/message.ts';
import type { World } from '../world.ts';
import { contentIn, sessionsIn, writeUp } from './clients.ts';
import { statusOf } from './lifecycle.ts';
import type { Database, DbSnapshot } from './model.ts';

const iso = (time: number | undefined) => (time === undefined ? null : new Date(time).toISOString());

/** The truth about RDS now, as plain JSON. */
export function rdsStateOf(world: World) {
  writeUp(world);
  const { rds } = world;
  return {
    databases: [...rds.databases.values()].map((one) => databaseState(world, one)),
    databaseSnapshots: [...rds.snapshots.values()].map(snapshotState),
    automatedBackups: [...rds.automatedBackups.values()].map(({ id, resourceId, identifier, retained, database }) => ({
      id,
      resourceId,
      identifier,
      retained,
      key: database.keyArn ?? null,
    })),
    endpoints: Object.fromEntries(rds.names),
    clients: rds.clients.map((clients) => {
      const holder = [...rds.databases.values()].find((one) => one.identifier === clients.identifier);
      const held = holder && reading(world, holder);
      const digest = digestOf(contentBytes(clients.ledger));
      return {
        identifier: clients.identifier,
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

function databaseState(world: World, database: Database) {
  return {
    resourceId: database.resourceId,
    identifier: database.identifier,
    status: statusOf(world, database),
    busy: database.busy,
    up: database.up,
    key: database.keyArn ?? null,
    securityGroups: [...database.groupsInForce],
    address: database.address ?? null,
    restoredFrom: database.restoredFrom ?? null,
    parameterStatus: database.parameterStatus,
    settings: database.settings,
    pending: database.pending,
    roles: database.roles.map((role) => ({ ...role })),
    sessions: sessionsIn(world, database).length,
    tags: Object.fromEntries(database.tags.now),
    ...reading(world, database),
  };
}

/** What somebody who reads the database's storage now finds, or that it can't be read. */
function reading(
  world: World,
  database: Database,
): { readable: boolean; writes: number | null; digest: string | null } {
  try {
    const content = contentIn(world, database);
    if (content) return { readable: true, writes: content.count, digest: digestOf(contentBytes(content)) };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
  }
  return { readable: false, writes: null, digest: null };
}

function snapshotState(snapshot: DbSnapshot) {
  return {
    id: snapshot.id,
    resourceId: snapshot.resourceId,
    copyOf: snapshot.copyOf ?? null,
    type: snapshot.type,
    status: snapshot.status,
    taken: iso(snapshot.takenAt),
    key: snapshot.keyArn ?? null,
    storage: snapshot.settings.AllocatedStorage,
    tags: Object.fromEntries(snapshot.tags.now),
  };
}
