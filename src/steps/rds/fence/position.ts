import * as z from 'zod';

/**
 * Where the log of a server stood, and what its statistics had counted by then. `server` and `started` (seconds since 1970) tell which
 * server answered, whatever name led to it. `position` survives restarts; null where the server keeps none. `counts` rise with what
 * somebody writes, and are of one epoch as long as `reset` is the same: `start` is that of the server.
 */
export const LogPosition = z
  .strictObject({
    server: z.string().meta({ description: 'which server answered' }),
    started: z.string().meta({ description: 'when it was started, in seconds since 1970' }),
    position: z.string().nullable().meta({ description: 'where its log stood; null: it keeps none' }),
    reset: z.string().meta({ description: 'from when on it has counted' }),
    counts: z.record(z.string(), z.number()).meta({ description: 'what it has counted of writes, by name' }),
  })
  .meta({
    id: 'LogPosition',
    description: 'where the log of a server stood, and what its statistics had counted by then',
  });
export type LogPosition = z.infer<typeof LogPosition>;

/** What stands first in the row that tells the position. */
export const positionRow = 'position of the log';

const rowsOfTables = 'rows of tables';
const rowsIn = 'rows in ';
const sessionsIn = 'sessions in ';
const definitions = 'definitions';
// In seconds: it is forgotten with a table that nobody has used for long, and counts only where it has come later.
const lastWrite = 'last write to a table';
// The statistics of a server that forgets them when it stops.
const fromStart = 'start';
// Nobody writes in these: a planner's statistics come from autovacuum's analyze (PostgreSQL: "The Autovacuum Daemon"), and RDS changes
// the password of a role where it manages it [U].
const notWritten = "('pg_statistic', 'pg_statistic_ext_data', 'pg_authid')";

/**
 * One more row for the statement that asks who is connected. Each engine's statistics are such that neither what this runner asks, nor
 * what AWS or the engine does by itself, is counted:
 * - PostgreSQL: rows written in the tables and catalogs of the database that is asked (pg_stat_all_tables), and for each of the others
 *   the rows written and the sessions begun (pg_stat_database; `sessions` from 14 on, background workers not among them). The heartbeat
 *   of RDS is in the database rdsadmin [U]. `txid_current_snapshot` is what 13 calls `pg_current_snapshot`: RDS has servers before it.
 *   It tells of a prepared transaction that is committed, too, which `xmax` alone does not.
 * - MySQL and MariaDB: rows written in InnoDB tables; MySQL counts those of its own schemas, where the heartbeat of RDS is
 *   (mysql.rds_heartbeat2: dba.stackexchange.com/questions/59360), apart (Innodb_system_rows_* [U]). MariaDB counts none from 10.6 on, but knows when each table that the
 *   login may see was last written to. And statements that define. MariaDB passes over comments for MySQL from 5.7 on, MySQL over those
 *   for MariaDB. Without GTIDs, which MySQL on RDS has only when it is told to, file and offset are asked for by the statement that
 *   `logStatement` gives; without a binary log there is no position, and statistics are all there is. Tried on MariaDB alone.
 */
export const positionStatements = {
  postgres: `SELECT '${positionRow}', coalesce(host(inet_server_addr()), ''),
  extract(epoch FROM pg_postmaster_start_time())::text, txid_current_snapshot()::text,
  json_build_object(
    'reset', (SELECT coalesce(stats_reset::text, '') FROM pg_stat_database WHERE datname = current_database()),
    'counts', (SELECT json_object_agg(what, n) FROM (
      SELECT CASE WHEN relid < 16384 THEN 'rows of catalogs' ELSE '${rowsOfTables}' END AS what,
        sum(n_tup_ins + n_tup_upd + n_tup_del) AS n
      FROM pg_stat_all_tables
      WHERE relid NOT IN (SELECT unnest(ARRAY[oid, reltoastrelid]) FROM pg_class
        WHERE relnamespace = 'pg_catalog'::regnamespace AND relname IN ${notWritten})
      GROUP BY 1
      UNION ALL
      SELECT '${rowsIn}' || datname, tup_inserted + tup_updated + tup_deleted FROM pg_stat_database
      WHERE datname NOT IN ('rdsadmin', current_database())
      UNION ALL
      SELECT '${sessionsIn}' || datname, (to_jsonb(d) ->> 'sessions')::numeric FROM pg_stat_database d
      WHERE datname NOT IN ('rdsadmin', current_database()) AND to_jsonb(d) ? 'sessions') counted))::text`,
  mysql: `SELECT '${positionRow}', @@hostname,
  CAST(UNIX_TIMESTAMP() - SUM(IF(VARIABLE_NAME = 'UPTIME', VARIABLE_VALUE, 0)) AS CHAR),
  IF(@@GLOBAL.log_bin, NULLIF(/*!50700 @@GLOBAL.gtid_executed */ /*M!100000 @@GLOBAL.gtid_binlog_pos */, ''), NULL),
  CONCAT('{"log":"', IF(@@GLOBAL.log_bin, ELT(1 /*!80200 + 1 */, 'master', 'binary'), 'none'),
    '","reset":"${fromStart}","counts":{',
    IF(SUM(VARIABLE_NAME = 'INNODB_ROWS_INSERTED') = 0, '', CONCAT('"${rowsOfTables}":',
      CAST(SUM(IF(VARIABLE_NAME LIKE 'INNODB_ROWS_%', VARIABLE_VALUE, 0)) AS UNSIGNED), ',')),
    /*M!100000 (SELECT IF(COUNT(*) = 0, '', CONCAT('"${lastWrite}":', COALESCE(MAX(UNIX_TIMESTAMP(UPDATE_TIME)), 0), ','))
      FROM information_schema.tables
      WHERE TABLE_SCHEMA NOT IN ('mysql', 'sys', 'performance_schema', 'information_schema')), */
    '"${definitions}":', CAST(SUM(IF(VARIABLE_NAME LIKE 'COM_%', VARIABLE_VALUE, 0)) AS UNSIGNED), '}}')
FROM (SELECT UPPER(VARIABLE_NAME) AS VARIABLE_NAME, VARIABLE_VALUE
  FROM /*!50700 performance_schema.global_status */ /*M!100000 information_schema.global_status */) counted
WHERE VARIABLE_NAME RLIKE '^(UPTIME|INNODB_ROWS_(INSERTED|UPDATED|DELETED)|COM_TRUNCATE)$|^COM_(CREATE|ALTER|DROP|RENAME)_(TABLE|DB|VIEW|INDEX|PROCEDURE|FUNCTION|TRIGGER|EVENT)$'`,
} as const;

/** The field of a proof or of a snapshot that has one. */
export function positioned(position: LogPosition | undefined): { readonly position?: LogPosition } {
  return position === undefined ? {} : { position };
}

/** The position in a row of the answer; undefined if it is none. */
export function positionIn(row: readonly (string | null)[]): LogPosition | undefined {
  const [, server, started, position, counted] = row;
  const { reset, counts } = statisticsIn(counted ?? '{}');
  const parsed = LogPosition.safeParse({ server, started, position, reset, counts });
  return parsed.success ? parsed.data : undefined;
}

// MySQL 8.4 has no longer the one, and has the other since 8.2; each takes REPLICATION CLIENT (MariaDB: BINLOG MONITOR).
const logStatements = { master: 'SHOW MASTER STATUS', binary: 'SHOW BINARY LOG STATUS' } as const;

/** What a server that keeps a binary log without GTIDs is asked for file and offset by; undefined for any other. */
export function logStatement([, , , position, counted]: readonly (string | null)[]): string | undefined {
  const { log } = statisticsIn(counted ?? '{}');
  return position === null && (log === 'master' || log === 'binary') ? logStatements[log] : undefined;
}

/** File and offset in its answer, which begin anew with each start, so that they are the same only where nothing was written. */
export function placeIn(rows: readonly (readonly (string | null)[])[]): string | null {
  const [file, offset] = rows[0] ?? [];
  return file && offset ? `${file}:${offset}` : null;
}

function statisticsIn(text: string): {
  readonly reset?: unknown;
  readonly counts?: unknown;
  readonly log?: unknown;
} {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** Whether somebody has written between two positions: with how, or why nobody can tell. */
export type Written =
  | { readonly is: 'not' }
  | { readonly is: 'written'; readonly how: string }
  | { readonly is: 'unknown'; readonly why: string };

// A server tells its start in seconds of its clock, or as how long it is up.
const sameStartSeconds = 5;

/**
 * What two positions of one original tell. Where they are equal nobody has written. Where they are not, it is somebody's write unless the
 * statistics of the same epoch explain it. A restart ends MySQL's, and with PostgreSQL RDS may see to the catalogs then [U]: only tables
 * count across one, and what else has changed is not known.
 */
export function writtenBetween(before: LogPosition | undefined, now: LogPosition | undefined): Written {
  if (!before || !now) return { is: 'unknown', why: 'the server shows no position of its log' };
  if (before.server !== now.server)
    return { is: 'unknown', why: `another server answers (${now.server}, before ${before.server})` };
  if (before.position !== null && before.position === now.position) return { is: 'not' };
  const restarted = !(Math.abs(Number(before.started) - Number(now.started)) <= sameStartSeconds);
  if (Object.keys(now.counts).every((name) => name === definitions))
    return { is: 'unknown', why: 'the server does not show what was written' };
  const changed = changedCounts(before, now);
  const how = changed.map((name) => `${name}: ${before.counts[name] ?? 0}, then ${now.counts[name] ?? 0}`).join('; ');
  if (!isOneEpoch(before, now, restarted)) {
    return restarted
      ? { is: 'unknown', why: 'the server was restarted, and its statistics began again' }
      : { is: 'written', how: 'its log has moved, and its statistics began again' };
  }
  if (changed.length === 0) return { is: 'not' };
  if (restarted && !changed.includes(rowsOfTables)) return { is: 'unknown', why: `the server was restarted (${how})` };
  return { is: 'written', how };
}

/** The same in words: what was found, and what is not known. */
export function writtenSince(
  before: LogPosition | undefined,
  now: LogPosition | undefined,
): { readonly found: readonly string[]; readonly told: readonly string[] } {
  const written = writtenBetween(before, now);
  if (written.is === 'not') return { found: [], told: [] };
  if (written.is === 'written')
    return { found: [`somebody has written to it behind its fence (${written.how})`], told: [] };
  const instead = 'only the sessions that were seen, its fence and its groups show that nobody has written';
  return { found: [], told: [`${written.why}: ${instead}`] };
}

function isOneEpoch(before: LogPosition, now: LogPosition, restarted: boolean): boolean {
  if (before.reset !== now.reset || (restarted && now.reset === fromStart)) return false;
  return Object.entries(now.counts).every(([name, count]) => name === lastWrite || count >= (before.counts[name] ?? 0));
}

/** What counts otherwise. In a database of which nobody was asked, rows come from autovacuum too: not without a session. */
function changedCounts(before: LogPosition, now: LogPosition): string[] {
  const names = [...new Set([...Object.keys(before.counts), ...Object.keys(now.counts)])];
  const differs = (name: string) => before.counts[name] !== now.counts[name];
  return names.filter((name) => {
    if (name.startsWith(sessionsIn)) return false;
    if (name === lastWrite) return (now.counts[name] ?? 0) > (before.counts[name] ?? 0);
    const sessions = name.startsWith(rowsIn) ? `${sessionsIn}${name.slice(rowsIn.length)}` : name;
    return differs(name) && (!names.includes(sessions) || differs(sessions));
  });
}
