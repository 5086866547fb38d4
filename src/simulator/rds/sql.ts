import { digestOf } from '../bytes.ts';
import { contentBytes } from '../content.ts';
import { letsIn } from '../ec2/security-groups.ts';
import { letsLogIn } from '../secretsmanager/passwords.ts';
import type { World } from '../world.ts';
import { contentIn, sessionsIn, writeUp } from './clients.ts';
import type { Database } from './model/model.ts';
import { leadsTo } from './naming/names.ts';
import { logStatusOf, positionOf, positionRow } from './position.ts';
import { languageOf } from './rules/engines.ts';

/** What a connection to a database needs to know. */
interface Address {
  readonly engine: string;
  readonly host: string;
  readonly port: number;
}

/** A connection that did not come about, with the code that Node's sockets have for it. */
function unconnected(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

/** Whether a statement asks who is connected. */
export function asksForSessions(statement: string): boolean {
  return /pg_stat_activity|processlist/i.test(statement);
}

const asksForLog = (statement: string) => /^\s*SHOW\s+(MASTER|BINARY\s+LOG)\s+STATUS/i.test(statement);

/** What the engine of a database answers: to a question about sessions, all but `own`, and to any other a digest of the records. */
export function answerOf(
  world: World,
  database: Database,
  statement: string,
  own?: number,
): readonly (readonly (string | null)[])[] {
  if (asksForSessions(statement)) {
    const positions = statement.includes(`'${positionRow}'`) ? [positionOf(world, database)] : [];
    const sessions = [...sessionsIn(world, database), ...replicationOf(world, database)]
      .filter(({ pid, user }) => pid !== own && !statement.includes(`'${user}'`))
      .map(({ pid, user, address, application }) =>
        languageOf(database.engine) === 'mysql'
          ? [String(pid), user, `${address}:${50_000 + pid}`, application, 'Sleep']
          : [String(pid), user, application, address, 'client backend'],
      );
    return [...sessions, ...positions];
  }
  const status = logStatusOf(world, database, statement);
  if (status) return [status];
  if (asksForLog(statement)) throw unconnected('ER_PARSE_ERROR', 'You have an error in your SQL syntax');
  // RDS sets it to {TrueIfReplica}, unless a parameter group says otherwise.
  if (/^\s*SELECT\s+@@GLOBAL\.read_only\s*$/i.test(statement) && languageOf(database.engine) === 'mysql')
    return [[database.replicaOf === undefined ? '0' : '1']];
  const content = contentIn(world, database);
  return [[content ? digestOf(contentBytes(content)) : null]];
}

/** Replicas fetch what is written, by a user of RDS's own, whatever the security groups let in. */
function replicationOf(world: World, source: Database) {
  return [...world.rds.databases.values()]
    .filter((one) => one.replicaOf === source.resourceId && one.up)
    .map((one, i) => ({ pid: 900 + i, user: 'rdsrepladmin', address: one.ip, application: 'walreceiver' }));
}

/**
 * The engines of the account's databases, as a client at the runner's address reaches them: by host name as it leads
 * now, through the security groups in force.
 * Without a login whoever asks is let in. Statements about sessions list those of others: PostgreSQL's pg_stat_activity
 * by process, user, application, address and kind, MySQL's processlist by id, user, host, database and command. All others answer one row with a digest of the records.
 */
export function simulatedDatabases(account: { readonly world: World }) {
  return {
    async query(
      at: Address,
      statement: string,
      signal: AbortSignal,
      login?: { readonly user: string; readonly password: string },
    ): Promise<readonly (readonly (string | null)[])[]> {
      signal.throwIfAborted();
      const { world } = account;
      world.settle();
      writeUp(world);
      const resourceId = leadsTo(world, at.host);
      if (resourceId === undefined) throw unconnected('ENOTFOUND', `getaddrinfo ENOTFOUND ${at.host}`);
      const database = world.rds.databases.get(resourceId);
      const runner = world.runner.split('/')[0] ?? '';
      // A security group drops what it does not let in, so nobody answers.
      if (!database || !letsIn(world, database.groupsInForce, runner, at.port)) {
        throw unconnected('ETIMEDOUT', `connect ETIMEDOUT ${at.host}:${at.port}`);
      }
      if (!database.up || database.settings.Port !== at.port) {
        throw unconnected('ECONNREFUSED', `connect ECONNREFUSED ${at.host}:${at.port}`);
      }
      if (at.engine !== languageOf(database.engine))
        throw unconnected('ECONNRESET', `${at.host} does not speak ${at.engine}`);
      if (login && !letsLogIn(world, database.storage, login.user, login.password)) {
        const code = languageOf(database.engine) === 'mysql' ? 'ER_ACCESS_DENIED_ERROR' : '28P01';
        throw unconnected(code, `password authentication failed for user "${login.user}"`);
      }
      return answerOf(world, database, statement);
    },
  };
}
