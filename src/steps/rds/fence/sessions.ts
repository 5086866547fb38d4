import type { DBInstance } from '@aws-sdk/client-rds';
import { DatabaseFailure } from '../../../aws/databases/failure.ts';
import { classify } from '../../../aws/outage.ts';
import { printable } from '../../../aws/printable.ts';
import type { AwsContext } from '../../../aws/services.ts';
import type { DatabaseAddress } from '../../../contract/databases.ts';
import { RekeyError } from '../../../errors/index.ts';
import type { Database } from '../domain.ts';
import { nameIn } from '../status.ts';
import { type LogPosition, logStatement, placeIn, positionIn, positionRow, positionStatements } from './position.ts';

// Who is connected besides this very session and RDS itself. A replication worker writes what another server sends; all
// other workers of the engine belong to it. AWS's own session is `rdsadmin` with every engine, and that of a read replica of RDS's `rdsrepladmin` [U]: it only reads. To who may not see them, both
// engines leave the sessions of others out without a word, so each statement also tells whether it sees them: PostgreSQL
// by its role, MySQL by the session of RDS, which is always there [U].
const blindness = 'nobody knows who, as';
const statements = {
  postgres: `SELECT pid::text, usename::text, application_name::text, client_addr::text, backend_type::text
FROM pg_stat_activity
WHERE pid <> pg_backend_pid() AND (usename IS NULL OR usename NOT IN ('rdsadmin', 'rdsrepladmin'))
  AND (backend_type IN ('client backend', 'walsender') OR backend_type LIKE 'logical replication%worker')
UNION ALL
SELECT '${blindness}', current_user::text, 'may not see the sessions of others:', 'pg_read_all_stats', 'is missing'
WHERE NOT pg_has_role('pg_read_all_stats', 'USAGE')
ORDER BY 1`,
  mysql: `SELECT id, user, host, db, command FROM information_schema.processlist
WHERE id <> CONNECTION_ID() AND user NOT IN ('rdsadmin', 'rdsrepladmin', 'event_scheduler', 'system user')
UNION ALL
SELECT '${blindness}', CURRENT_USER(), 'may not see the sessions of others:', 'PROCESS', 'is missing' FROM DUAL
WHERE NOT EXISTS (SELECT 1 FROM information_schema.processlist WHERE user <> SUBSTRING_INDEX(USER(), '@', 1))
ORDER BY 1`,
} as const;

/** What reading the login takes, where the plan names a secret. */
export const permissionsOfSql = ['secretsmanager:GetSecretValue', 'kms:Decrypt'] as const;

/** Where a DB instance answers SQL; undefined while it has no endpoint. */
export function addressOf(
  database: Pick<Database, 'engine' | 'database' | 'secret'>,
  instance: DBInstance,
): DatabaseAddress | undefined {
  const { Address: host, Port: port } = instance.Endpoint ?? {};
  if (host === undefined || port === undefined) return undefined;
  return {
    engine: database.engine,
    host,
    port,
    ...(database.database === undefined ? {} : { database: database.database }),
    ...(database.secret === undefined ? {} : { secret: database.secret }),
  };
}

/** Who else is connected, one sentence each, and where the log stood, if the server tells; or why that can't be told, and whether it never will be. */
export type Sessions =
  | { readonly seen: readonly string[]; readonly position: LogPosition | undefined }
  | { readonly seen?: undefined; readonly unknown: string; readonly error?: Error; readonly final: boolean };

/** Who is connected besides this runner and RDS itself. Rejects as `asked` does. */
export async function sessionsAt(ctx: AwsContext, at: DatabaseAddress): Promise<Sessions> {
  const answer = await askedWithPosition(ctx, at);
  if ('unknown' in answer) return answer;
  const blind = answer.rows.find(([first]) => first === blindness);
  if (blind) return { unknown: `${at.host}: ${inWords(blind)}`, final: true };
  const own = (await ctx.aws.databases.own?.()) ?? new Set();
  const others = answer.rows.filter(([id]) => id !== positionRow && !own.has(id ?? ''));
  const told = answer.rows.find(([first]) => first === positionRow);
  return {
    seen: others.map((row) => `still connected to ${at.host}: ${inWords(row)}`),
    position: told && (await positionBy(ctx, at, told)),
  };
}

/** The position in a row, with file and offset where there are no GTIDs. Who is not allowed to ask for them has none. */
async function positionBy(
  ctx: AwsContext,
  at: DatabaseAddress,
  row: readonly (string | null)[],
): Promise<LogPosition | undefined> {
  const position = positionIn(row);
  const statement = logStatement(row);
  if (!position || statement === undefined) return position;
  const answer = await asked(ctx, at, statement);
  return 'unknown' in answer ? position : { ...position, position: placeIn(answer.rows) };
}

/** Both in one statement, so that nobody comes in between and no connection is added. A server that refuses to tell the position is asked without. */
async function askedWithPosition(ctx: AwsContext, at: DatabaseAddress): Promise<Asked> {
  const [sessions, order] = statements[at.engine].split(/\n(?=ORDER BY)/);
  const answer = await asked(ctx, at, [sessions, 'UNION ALL', positionStatements[at.engine], order].join('\n'));
  const refused =
    'unknown' in answer && answer.final && answer.error instanceof DatabaseFailure && !answer.error.refusesLogin;
  return refused ? asked(ctx, at, statements[at.engine]) : answer;
}

const inWords = (row: readonly (string | null)[]) => printable(row.map((value) => value ?? '-').join(' '), 200);

/** What speaks against nobody else being connected, one sentence each: who is, or why that can't be told. */
export async function foreignSessions(
  ctx: AwsContext,
  at: DatabaseAddress,
): Promise<{ readonly seen: readonly string[]; readonly position: LogPosition | undefined }> {
  const answer = await sessionsAt(ctx, at);
  if (answer.seen) return answer;
  if (answer.error instanceof RekeyError) throw answer.error;
  return { seen: [answer.unknown], position: undefined };
}

/** The same of each of these, asked at once, and where the log of the first stands, which is the one that writes. */
export async function foreignSessionsOf(
  ctx: AwsContext,
  database: Pick<Database, 'engine' | 'database' | 'secret'>,
  parts: readonly DBInstance[],
): Promise<{ readonly seen: readonly string[]; readonly position: LogPosition | undefined }> {
  const answers = await Promise.all(
    parts.map((part) => {
      const at = addressOf(database, part);
      return at ? foreignSessions(ctx, at) : { seen: [`${nameIn(part)} has no endpoint`], position: undefined };
    }),
  );
  return { seen: answers.flatMap(({ seen }) => seen), position: answers[0]?.position };
}

/**
 * Whether the sessions can be asked for, before anything is touched. `nameless`: this machine can't resolve the name, which no fence
 * changes. `hopeless`: it will not pass by itself; else `doubt` may be no more than that the database lets this runner in only once
 * it is fenced. `connected`: somebody is.
 */
export async function askable(
  ctx: AwsContext,
  at: DatabaseAddress,
): Promise<{
  readonly nameless?: string;
  readonly hopeless?: string;
  readonly doubt?: string;
  readonly connected?: boolean;
}> {
  const answer = await sessionsAt(ctx, at);
  if (answer.seen) return { connected: answer.seen.length > 0 };
  if (answer.error instanceof DatabaseFailure && answer.error.namesNobody) return { nameless: answer.error.code };
  if (!answer.final) return { doubt: answer.unknown };
  return { hopeless: printable(answer.error?.message ?? answer.unknown, 300) };
}

type Asked =
  | { readonly rows: readonly (readonly (string | null)[])[] }
  | { readonly unknown: string; readonly error: Error; readonly final: boolean };

/** Throws what is wrong with this process and not with the database, like a password that was not given: nothing is taken back for that. */
export function notForgotten(answer: Asked): Asked {
  if ('unknown' in answer && answer.error instanceof RekeyError) throw answer.error;
  return answer;
}

/**
 * What a statement answers, or in words why it does not; `final` if asking again can't help. Rejects only when this process is
 * to end, or its AWS credentials have: that says nothing about the database.
 */
export async function asked(ctx: AwsContext, at: DatabaseAddress, statement: string): Promise<Asked> {
  try {
    return { rows: await ctx.aws.databases.query(at, statement, ctx.signal) };
  } catch (error) {
    if (ctx.signal.aborted || !(error instanceof Error)) throw error;
    if (!('final' in error) && classify(error)?.class === 'stop-run') throw error;
    const final = error instanceof RekeyError || ('final' in error && error.final === true);
    return { unknown: `${at.host}:${at.port} does not answer: ${printable(error.message, 200)}`, error, final };
  }
}
