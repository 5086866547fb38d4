import { Socket } from 'node:net';
import type { DatabaseAddress, Databases } from '../contract/databases.ts';
import { RekeyError } from '../errors/index.ts';
import { DatabaseFailure, failureOf } from './databases/failure.ts';
import { type Login, loggedIn, type ReadSecret } from './databases/login.ts';
import { Rows } from './databases/rows.ts';
import type { LogIn, Session } from './databases/session.ts';
import { wayTo } from './databases/way.ts';

interface Limits {
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
}

const usual: Limits = { connectTimeoutMs: 10_000, statementTimeoutMs: 60_000 };

/**
 * Connections to databases of the account, one for each question, read-only and over TLS (not on the loopback interface).
 * Logs in with the secret of the address, or with REKEY_DB_USER and REKEY_DB_PASSWORD. Loads a driver when one is first asked for.
 */
export function connectDatabases(
  env: NodeJS.ProcessEnv = process.env,
  limits: Limits = usual,
  secrets?: ReadSecret,
): Databases {
  const own = new OwnSessions();
  return {
    async query(at, statement, signal) {
      signal.throwIfAborted();
      return loggedIn(at, env, secrets, signal, (login) => asked({ at, login, env, limits, statement, signal, own }));
    },
    own: () => own.ids(),
  };
}

// A server lists a session for a moment after its goodbye.
const listedForMs = 10_000;

/** The sessions of this process, by what the servers call them. */
class OwnSessions {
  readonly #ids = new Set<string>();
  readonly #logins = new Set<Promise<unknown>>();

  /** A server lists a session before who logs in knows its name. */
  async ids(): Promise<ReadonlySet<string>> {
    await Promise.allSettled(this.#logins);
    return this.#ids;
  }

  /** What `login` comes to, with the session put down before anybody goes on. */
  async begin(login: Promise<Session>): Promise<Session> {
    const noted = login.then((session) => {
      this.#ids.add(session.id);
      return session;
    });
    this.#logins.add(noted);
    try {
      return await noted;
    } finally {
      this.#logins.delete(noted);
    }
  }

  ended(id: string): void {
    setTimeout(() => this.#ids.delete(id), listedForMs).unref();
  }
}

interface Question {
  readonly at: DatabaseAddress;
  readonly login: Login;
  readonly env: NodeJS.ProcessEnv;
  readonly limits: Limits;
  readonly statement: string;
  readonly signal: AbortSignal;
  readonly own: OwnSessions;
}

/** One question, on a connection of its own. */
async function asked({ at, login, env, limits, statement, signal, own }: Question) {
  const socket = new Socket();
  let id: string | undefined;
  const within = <T>(ms: number, doing: string, work: Promise<T>) =>
    limited(work, ms, new DatabaseFailure('ETIMEDOUT', `${doing} took longer than ${ms} ms`, false), signal);
  try {
    const way = await within(limits.connectTimeoutMs, `finding ${at.host}`, wayTo(at, login, env, signal));
    const logIn = await driverOf(at);
    const session = await within(
      limits.connectTimeoutMs,
      `connecting to ${at.host}:${at.port}`,
      own.begin(logIn(way, socket, limits)),
    );
    id = session.id;
    return await answers(session, statement, (work) => within(limits.statementTimeoutMs, 'the statement', work));
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof RekeyError) throw error;
    throw failureOf(error, at, login);
  } finally {
    socket.destroy();
    if (id !== undefined) own.ended(id);
  }
}

async function answers(session: Session, statement: string, within: <T>(work: Promise<T>) => Promise<T>) {
  const rows = new Rows();
  await within(session.ask(statement, (row) => rows.take(row)));
  await within(session.end());
  return rows.all;
}

async function driverOf({ engine }: DatabaseAddress): Promise<LogIn> {
  return engine === 'mysql'
    ? (await import('./databases/mysql.ts')).logInToMysql
    : (await import('./databases/postgres.ts')).logInToPostgres;
}

/** `work`, unless it takes too long or is not wanted any more. */
async function limited<T>(work: Promise<T>, ms: number, late: Error, signal: AbortSignal): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let stop = (): void => undefined;
  try {
    return await new Promise<T>((resolve, reject) => {
      timer = setTimeout(() => reject(late), ms);
      stop = () => reject(signal.reason);
      signal.addEventListener('abort', stop, { once: true });
      work.then(resolve, reject);
    });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}
