import { unseal } from '../bytes.ts';
import { type Content, contentBytes, contentOf, written } from '../content.ts';
import { letsIn } from '../ec2/security-groups.ts';
import type { World } from '../world.ts';
import type { Storage } from './model/alike.ts';
import type { Clients, Database, InsideWriter } from './model/model.ts';
import { allBehind, clusterOfMember, leadsTo } from './naming/names.ts';
import type { Workload } from './scenario/parts.ts';

/** Where applications live. */
export const clientAddress = '10.0.1.17';

// Of a cluster only one member does.
function onlyReads(world: World, database: Database): boolean {
  return (clusterOfMember(world, database)?.writer ?? database.resourceId) !== database.resourceId;
}

function takesWrites(world: World, database: Database): boolean {
  return database.up && database.status !== 'storage-full' && !onlyReads(world, database);
}

/** What a database holds. Undefined while nobody can read it. */
export function contentIn(world: World, database: Database): Content | undefined {
  return storedIn(world, database.storage, database.dataKey);
}

/** What is stored, read by a host's data key if there is one, else by way of KMS. */
export function storedIn(world: World, { sealed }: Storage, dataKey: Uint8Array | undefined): Content | undefined {
  return sealed && contentOf(unseal(sealed, dataKey ?? world.dataKeyOf(sealed)));
}

/** Clients behind a host name, who connect with their first write. */
export function newClients(
  world: World,
  {
    workload,
    ...given
  }: Pick<Clients, 'identifier' | 'host' | 'cluster' | 'reads' | 'ledger'> & { readonly workload: Workload },
): Clients {
  return {
    ...given,
    everyMs: workload.everySeconds * 1000,
    sessions:
      workload.pooled || given.reads
        ? Array.from({ length: given.reads ? workload.readers : workload.sessions }, (_, i) => ({
            pid: 4000 + world.rds.clients.length * 100 + i,
            address: clientAddress,
            resourceId: undefined,
          }))
        : undefined,
    cacheMs: workload.cacheSeconds * 1000,
    cached: undefined,
    nextAt: world.time + workload.everySeconds * 1000,
    sequence: 0,
  };
}

function write(
  world: World,
  database: Database,
  ledgers: readonly Clients[],
  by: string,
  first: number,
  count: number,
  at: number,
  everyMs: number,
): void {
  const { storage } = database;
  if (!storage.sealed) return;
  const begin = { sequence: first, at, by };
  const held = contentOf(unseal(storage.sealed, database.dataKey));
  storage.sealed = world.resealed(storage.sealed, contentBytes(written(held, begin, count, everyMs)), database.dataKey);
  storage.dirtyMiB = Math.min(storage.usedMiB, storage.dirtyMiB + count);
  for (const clients of ledgers) clients.ledger = written(clients.ledger, begin, count, everyMs);
}

/** Whose address the host name leads to at `time`, for clients that believe an earlier answer for a while. */
function addressed(world: World, clients: Clients, time: number): Database | undefined {
  if (clients.cached && clients.cached.until <= time) clients.cached = undefined;
  const named = clients.cached?.resourceId ?? leadsTo(world, clients.host);
  if (named !== undefined && !clients.cached) clients.cached = { resourceId: named, until: time + clients.cacheMs };
  return world.rds.databases.get(named ?? '');
}

function connectable(world: World, database: Database | undefined): database is Database {
  return database?.up === true && letsIn(world, database.groupsInForce, clientAddress, database.settings.Port);
}

/** Has clients that only read connect again, each to another of those that the name stands for. */
function read(world: World, clients: Clients, limit: number): void {
  if (clients.nextAt > limit) return;
  clients.nextAt += (Math.floor((limit - clients.nextAt) / clients.everyMs) + 1) * clients.everyMs;
  const all = allBehind(world, clients.host);
  for (const [i, session] of (clients.sessions ?? []).entries()) {
    if (session.resourceId !== undefined) continue;
    const target = world.rds.databases.get(all[i % all.length] ?? '');
    if (connectable(world, target)) session.resourceId = target.resourceId;
  }
}

/** Everything the clients do from their next beat to `limit`. Nothing else changes in between. */
function live(world: World, clients: Clients, limit: number): void {
  if (clients.reads) read(world, clients, limit);
  while (clients.nextAt <= limit) {
    const at = clients.nextAt;
    const { sessions } = clients;
    const lost = sessions?.filter((session) => session.resourceId === undefined);
    let until = limit;
    let target: Database | undefined;
    if (!lost || lost.length > 0) {
      target = addressed(world, clients, at);
      for (const session of lost ?? []) if (connectable(world, target)) session.resourceId = target.resourceId;
      // A cached address that isn't the true one any more is asked for again when it is too old.
      if (clients.cached && clients.cached.resourceId !== leadsTo(world, clients.host))
        until = Math.min(limit, clients.cached.until - 1);
    }
    const open = sessions?.flatMap((session) => session.resourceId ?? []);
    const served = open ? world.rds.databases.get(open[clients.sequence % open.length] ?? '') : target;
    const oneOnly = !open || new Set(open).size < 2;
    // A member that has come to be a reader refuses the write, and the application turns to the name again.
    const turnedAway = served?.up === true && onlyReads(world, served);
    if (turnedAway) for (const session of sessions ?? []) session.resourceId = undefined;
    const count = oneOnly && !turnedAway ? Math.floor((Math.max(at, until) - at) / clients.everyMs) + 1 : 1;
    if (served && takesWrites(world, served) && (open || connectable(world, served))) {
      write(world, served, [clients], clients.identifier, clients.sequence + 1, count, at, clients.everyMs);
      clients.sequence += count;
    }
    clients.nextAt += count * clients.everyMs;
  }
}

function liveInside(world: World, database: Database, writer: InsideWriter, limit: number): void {
  if (writer.nextAt > limit) return;
  const count = Math.floor((limit - writer.nextAt) / writer.everyMs) + 1;
  if (takesWrites(world, database)) {
    const { identifier } = clusterOfMember(world, database) ?? database;
    const ledgers = world.rds.clients.filter(
      (clients) =>
        !clients.reads && clients.identifier === identifier && clients.cluster === (database.member !== undefined),
    );
    write(world, database, ledgers, writer.name, writer.sequence + 1, count, writer.nextAt, writer.everyMs);
    writer.sequence += count;
  }
  writer.nextAt += count * writer.everyMs;
}

/** Lets all clients and inside writers do what is due by now; call it before anything that they could notice. */
export function writeUp(world: World): void {
  const { clients, databases } = world.rds;
  const inside = [...databases.values()]
    .filter((one) => one.member === undefined || clusterOfMember(world, one)?.writer === one.resourceId)
    .flatMap((database) => database.storage.inside.map((writer) => ({ database, writer })));
  if (inside.length === 0) {
    for (const one of clients) live(world, one, world.time);
    return;
  }
  // Several may write to one database: each goes on until just before the next one's turn.
  for (;;) {
    const turns = [
      ...clients.map((one) => ({ at: one.nextAt, go: (limit: number) => live(world, one, limit) })),
      ...inside.map(({ database, writer }) => ({
        at: writer.nextAt,
        go: (limit: number) => liveInside(world, database, writer, limit),
      })),
    ].sort((a, b) => a.at - b.at);
    const [next, other] = turns;
    if (!next || next.at > world.time) return;
    next.go(Math.max(next.at, Math.min(world.time, (other?.at ?? Number.POSITIVE_INFINITY) - 1)));
  }
}

/** Sessions that are open to the database, the oldest first. */
export function sessionsIn(
  world: World,
  database: Database,
): { pid: number; user: string; address: string; application: string }[] {
  const simulated = world.rds.clients.flatMap((clients) =>
    (clients.sessions ?? [])
      .filter((session) => session.resourceId === database.resourceId)
      .map(({ pid, address }) => ({ pid, user: 'app', address, application: clients.identifier })),
  );
  const real = world.rds.sessions.filter((session) => session.resourceId === database.resourceId);
  return [...simulated, ...real.map(({ pid, user, address, application }) => ({ pid, user, address, application }))];
}

/** Cuts all connections to the database, as a restart of its engine or its host does. */
export function dropSessions(world: World, database: Database): void {
  writeUp(world);
  for (const clients of world.rds.clients) {
    for (const session of clients.sessions ?? []) {
      if (session.resourceId === database.resourceId) session.resourceId = undefined;
    }
  }
  for (const session of world.rds.sessions) {
    if (session.resourceId === database.resourceId) session.resourceId = undefined;
  }
}
