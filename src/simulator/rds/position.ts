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
 */
export function positionOf(world: World, database: Database): readonly (string | null)[] {
  const content = contentIn(world, database);
  const writes = (content?.count ?? 0) + (database.storage.disk?.written ?? 0);
  const log = 1_000 + writes + Math.floor(world.time / backgroundEveryMs);
  const { at: startedAt } = database.started;
  const row = (position: string | null, reset: string, counts: object) =>
    [positionRow, database.ip, String(startedAt / 1000), position, JSON.stringify({ reset, counts })] as const;
  if (languageOf(database.engine) === 'postgres')
    return row(`${log}:${log}:`, '', { 'rows of catalogs': 100, 'rows of tables': writes });
  // RDS keeps a binary log where it keeps backups, Aurora only when it is told to.
  const logs = !database.member && (database.settings.BackupRetentionPeriod ?? 0) > 0;
  if (database.engine !== 'mariadb') {
    const counts = { 'rows of tables': writes - database.started.writes, definitions: 0 };
    return row(logs ? `00000000-0000-0000-0000-000000000001:1-${log}` : null, 'start', counts);
  }
  const last = Date.parse(content?.log.at(-1)?.split(' ')[1] ?? '');
  const lastWrite = last >= startedAt ? Math.floor(last / 1000) : 0;
  return row(logs ? `0-1-${log}` : null, 'start', { 'last write to a table': lastWrite, definitions: 0 });
}
