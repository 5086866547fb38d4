import { createServer, type Server } from 'node:net';
import { letsIn } from '../../ec2/security-groups.ts';
import type { World } from '../../world.ts';
import { writeUp } from '../clients.ts';
import { leadsTo } from '../naming/names.ts';
import { languageOf } from '../rules/engines.ts';
import { PostgresDisk } from './postgres-disk.ts';
import { PostgresSession } from './postgres-session.ts';
import type { WireSession } from './wire-session.ts';

/** Where on the loopback interface a database answers, or why its name leads nowhere now, as Node's sockets say it. */
export type Resolved =
  | { readonly address: string; readonly port: number }
  | { readonly code: string; readonly message: string };

export interface DatabaseListeners {
  /** Where `host:port` leads now for a client at the address `from`, by default that of the runner. */
  resolve(asked: {
    readonly host: string;
    readonly port: number;
    readonly from?: string | undefined;
  }): Promise<Resolved>;
  close(): Promise<void>;
}

const lookEveryMs = 100;
const loopback = '127.0.0.1';

type Speak = (...of: ConstructorParameters<typeof PostgresSession>) => WireSession;

// By engine. MySQL's driver is loaded when somebody first asks for such a database.
const languages: Readonly<Record<string, () => Promise<Speak>>> = {
  postgres:
    async () =>
    (...of) =>
      new PostgresSession(...of),
  mysql: async () => {
    const { MysqlSession } = await import('./mysql-session.ts');
    return (...of) => new MysqlSession(...of);
  },
};

/**
 * The account's PostgreSQL and MySQL databases on the loopback interface, for real clients. Each pair of a database and a client's address
 * has a port of its own, opened when it is first asked for. A connection that no security group lets in is cut at once,
 * where AWS would never answer; one that is in stays until a restart.
 */
export function databaseListeners(world: World): DatabaseListeners {
  const listeners = new Map<string, Promise<Server>>();
  const sessions = new Set<WireSession>();
  const disks = new Set<PostgresDisk>();
  let looking: NodeJS.Timeout | undefined;

  /** The engines of what there is: members of a cluster have one in common. */
  const held = () =>
    new Set(
      [...world.rds.databases.values(), ...world.rds.clusters.values()].flatMap(({ storage: { disk } }) =>
        disk instanceof PostgresDisk ? disk : [],
      ),
    );

  /** What happens by itself reaches idle clients as well. */
  const look = (): void => {
    world.settle();
    for (const session of sessions) session.look();
    const kept = held();
    for (const disk of disks) {
      if (kept.has(disk)) continue;
      disks.delete(disk);
      void disk.close();
    }
  };

  const listen = async (resourceId: string, from: string, language: () => Promise<Speak>): Promise<Server> => {
    const speak = await language();
    const server = createServer((socket) => {
      world.settle();
      writeUp(world);
      const database = world.rds.databases.get(resourceId);
      if (!database?.up || !letsIn(world, database.groupsInForce, from, database.settings.Port)) {
        socket.resetAndDestroy();
        return;
      }
      if (database.storage.disk instanceof PostgresDisk) disks.add(database.storage.disk);
      const session = speak(world, database, socket, from);
      sessions.add(session);
      socket.on('close', () => sessions.delete(session));
      looking ??= setInterval(look, lookEveryMs).unref();
    });
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, loopback, () => resolve(server));
    });
  };

  return {
    async resolve({ host, port, from = world.runner.split('/')[0] ?? '' }) {
      world.settle();
      const resourceId = leadsTo(world, host);
      const database = resourceId === undefined ? undefined : world.rds.databases.get(resourceId);
      if (resourceId === undefined || !database) return { code: 'ENOTFOUND', message: `getaddrinfo ENOTFOUND ${host}` };
      const language = languages[languageOf(database.engine)];
      if (!language)
        return { code: 'ECONNREFUSED', message: `the simulated account has no ${database.engine} on the wire` };
      if (database.settings.Port !== port)
        return { code: 'ECONNREFUSED', message: `connect ECONNREFUSED ${host}:${port}` };
      const name = `${resourceId} ${from}`;
      const listening = listeners.get(name) ?? listen(resourceId, from, language);
      listeners.set(name, listening);
      const address = (await listening).address();
      if (typeof address !== 'object' || address === null) throw new Error('a listener without a port');
      return { address: loopback, port: address.port };
    },
    async close() {
      clearInterval(looking);
      for (const listening of listeners.values()) (await listening).close();
      for (const session of sessions) session.end();
      // Also those that were only forked, and nobody has asked.
      await Promise.all([...new Set([...disks, ...held()])].map((disk) => disk.close()));
    },
  };
}
