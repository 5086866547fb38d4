import type { World } from '../world.ts';
import { contentIn } from './clients.ts';
import type { Database } from './model/model.ts';
import { languageOf } from './rules/engines.ts';

/** What a statement that asks for the position, too, calls the row with it. */
export const positionRow = 'position of the log';

// The heartbeat of RDS and autovacuum's analyze each write a little, all the time.
const backgroundEveryMs = 60_000;

/**
 * Where the log of a database stands, in the columns that rekey asks for: server, start, position, and what its statistics count. The
 * position moves with each write that was acknowledged and, in tables that nobody counts, by the work of the engine and of RDS. It is
 * in the storage, so that restarts and snapshots leave it alone. PostgreSQL keeps its statistics through a restart, MySQL begins anew.
 * MySQL has no GTIDs: gtid-mode is OFF_PERMISSIVE, unless a parameter group says otherwise ([D mysql-concepts.GTID]).
 */
export function positionOf(world: World, database: Database): readonly (string | null)[] {
  const content = contentIn(world, database);
  const { writes, log } = logOf(world, database);
  const { at: startedAt } = database.started;
  const row = (position: string | null, reset: string, counts: object) =>
    [positionRow, database.ip, String(startedAt / 1000), position, JSON.stringify({ reset, counts })] as const;
  if (languageOf(database.engine) === 'postgres')
    return row(`${log}:${log}:`, '', { 'rows of catalogs': 100, 'rows of tables': writes });
  if (database.engine !== 'mariadb') {
    const counts = { 'rows of tables': writes - database.started.writes, definitions: 0 };
    const by = { log: logs(database) ? statusStatement(database) : 'none', reset: 'start', counts };
    return [positionRow, database.ip, String(startedAt / 1000), null, JSON.stringify(by)];
  }
  const last = Date.parse(content?.log.at(-1)?.split(' ')[1] ?? '');
  const lastWrite = last >= startedAt ? Math.floor(last / 1000) : 0;
  return row(logs(database) ? `0-1-${log}` : null, 'start', { 'last write to a table': lastWrite, definitions: 0 });
}

function logOf(world: World, database: Database) {
  const writes = (contentIn(world, database)?.count ?? 0) + (database.storage.disk?.written ?? 0);
  return { writes, log: 1_000 + writes + Math.floor(world.time / backgroundEveryMs) };
}

/** RDS keeps a binary log where it keeps backups, Aurora only when it is told to. */
const logs = ({ member, settings }: Database) => !member && (settings.BackupRetentionPeriod ?? 0) > 0;

/** By which word a version knows the statement that tells file and offset: MASTER, or from 8.2 on BINARY LOG. */
function statusStatement({ settings: { EngineVersion = '' } }: Database): 'master' | 'binary' {
  const [major = 0, minor = 0] = EngineVersion.split('.').map(Number);
  return major > 8 || (major === 8 && minor >= 2) ? 'binary' : 'master';
}

// RDS has the log begin a new file every five minutes, and so does each start ([U]).
const fileEveryMs = 5 * 60_000;
const bytesOfEvent = 300;

/**
 * What the statement for file and offset answers; undefined where this is none of them, or one that the version does not know: MySQL
 * 8.2 and 8.3 take both ([D show-binary-log-status]).
 */
export function logStatusOf(
  world: World,
  database: Database,
  statement: string,
): readonly (string | null)[] | undefined {
  const asked = /^\s*SHOW\s+(MASTER|BINARY\s+LOG)\s+STATUS\s*$/i.exec(statement)?.[1];
  if (asked === undefined || languageOf(database.engine) !== 'mysql' || !logs(database)) return undefined;
  const knows = database.engine === 'mysql' ? statusStatement(database) : 'master';
  const old = /^MASTER$/i.test(asked);
  if (old ? /^(8\.[4-9]|9)/.test(database.settings.EngineVersion ?? '') : knows === 'master') return undefined;
  const files = Math.floor(world.time / fileEveryMs) + Math.floor(database.started.at / 1000);
  const { log } = logOf(world, database);
  return [`mysql-bin-changelog.${files}`, String(157 + log * bytesOfEvent), '', '', ''];
}
