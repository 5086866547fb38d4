// What two positions of the log of one original tell of who has written between them.
import { describe, expect, it } from 'vitest';
import { type LogPosition, writtenBetween } from '../../../src/steps/rds/fence/position.ts';

const postgres: LogPosition = {
  server: '10.0.2.11',
  started: '1700000000.123456',
  position: '725:725:',
  reset: '',
  counts: { 'rows of catalogs': 15, 'rows of tables': 100, 'rows in shop': 40, 'sessions in shop': 3 },
};
const mysql: LogPosition = {
  server: 'ip-10-0-2-11',
  started: '1700000000',
  position: '0-1-100',
  reset: 'start',
  counts: { 'last write to a table': 1_700_000_050, definitions: 2 },
};
const moved = (from: LogPosition, counts: object = {}, more: Partial<LogPosition> = {}): LogPosition => ({
  ...from,
  position: from.position && `${from.position}1`,
  counts: { ...from.counts, ...counts },
  ...more,
});
const later = { started: '1700009000' };

describe('between two positions of one original', () => {
  it.each<[string, LogPosition, LogPosition | undefined, string]>([
    ['a log that has not moved, across a restart', postgres, { ...postgres, ...later, counts: {} }, 'not'],
    ['a log that has moved, and nothing is counted that was not', postgres, moved(postgres), 'not'],
    ['rows in a table', postgres, moved(postgres, { 'rows of tables': 101 }), 'written'],
    ['rows of a table, across a restart', postgres, moved(postgres, { 'rows of tables': 101 }, later), 'written'],
    ['a definition', postgres, moved(postgres, { 'rows of catalogs': 16 }), 'written'],
    ['catalogs changed across a restart', postgres, moved(postgres, { 'rows of catalogs': 16 }, later), 'unknown'],
    ['rows in another database that nobody came to', postgres, moved(postgres, { 'rows in shop': 41 }), 'not'],
    ['a session in another database that wrote nothing', postgres, moved(postgres, { 'sessions in shop': 4 }), 'not'],
    [
      'a session in another database that wrote',
      postgres,
      moved(postgres, { 'sessions in shop': 4, 'rows in shop': 41 }),
      'written',
    ],
    ['statistics that were reset by somebody', postgres, moved(postgres, {}, { reset: '2026-11-30' }), 'written'],
    ['statistics that were reset without a word', postgres, moved(postgres, { 'rows of tables': 3 }), 'written'],
    [
      'statistics that were lost in a crash',
      postgres,
      moved(postgres, { 'rows of catalogs': 0, 'rows of tables': 0 }, later),
      'unknown',
    ],
    ['another server, by its address', postgres, moved(postgres, {}, { server: '10.0.2.99' }), 'unknown'],
    ['a server that tells nothing', postgres, undefined, 'unknown'],
    ['a write to a table of MariaDB', mysql, moved(mysql, { 'last write to a table': 1_700_000_060 }), 'written'],
    ['a table that MariaDB has forgotten', mysql, moved(mysql, { 'last write to a table': 0 }), 'not'],
    ['a definition in MariaDB', mysql, moved(mysql, { definitions: 3 }), 'written'],
    ['a start that is told a second later', mysql, moved(mysql, {}, { started: '1700000001' }), 'not'],
    ['a server that counts from its start, across one', mysql, moved(mysql, {}, later), 'unknown'],
    ['a server without a binary log', { ...mysql, position: null }, { ...mysql, position: null }, 'not'],
    [
      'a write to a server without a binary log',
      { ...mysql, position: null },
      moved({ ...mysql, position: null }, { 'last write to a table': 1_700_000_060 }),
      'written',
    ],
    [
      'a login that sees no tables, where the log has moved',
      { ...mysql, counts: { definitions: 2 } },
      moved({ ...mysql, counts: { definitions: 2 } }),
      'unknown',
    ],
  ])('%s', (_what, before, now, is) => {
    expect(writtenBetween(before, now).is).toBe(is);
  });
});
