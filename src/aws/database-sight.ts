import type { DBInstance, DBSnapshot, RDS } from '@aws-sdk/client-rds';
import type { Patience } from '../contract/wait.ts';
import { createSharedReader } from './reader.ts';
import type { DatabaseSight } from './services.ts';

// RDS gives 100 things on a page (facts §6.4).
export const thingsPerPage = 100;

interface Page<T> {
  readonly things: readonly T[] | undefined;
  readonly next: string | undefined;
}

/**
 * Reads that go out together. Always the whole list: RDS has no filter for tags, a name leads nowhere for a moment of each
 * rename, and one list of an account's databases answers for all of them at once.
 */
export function createDatabaseSight(rds: () => RDS, patience: Patience): DatabaseSight {
  const databases = shared<DBInstance>(patience, async (Marker) => {
    const answer = await rds().describeDBInstances({ MaxRecords: thingsPerPage, ...(Marker && { Marker }) });
    return { things: answer.DBInstances, next: answer.Marker };
  });
  const snapshots = shared<DBSnapshot>(patience, async (Marker) => {
    const answer = await rds().describeDBSnapshots({
      SnapshotType: 'manual',
      MaxRecords: thingsPerPage,
      ...(Marker && { Marker }),
    });
    return { things: answer.DBSnapshots, next: answer.Marker };
  });
  const { all, last } = latest(databases);
  return {
    databases: all,
    lastSeen: last,
    database: async (id) => (await all()).find((one) => one.DbiResourceId === id),
    databaseNamed: async (name) => (await all()).find((one) => one.DBInstanceIdentifier === name),
    databaseSnapshot: async (name) => (await snapshots()).find((one) => one.DBSnapshotIdentifier === name),
  };
}

/** What asks for the same batch shares one list. */
export function shared<T>(
  patience: Patience,
  page: (marker: string | undefined) => Promise<Page<T>>,
): () => Promise<readonly T[]> {
  const list = createSharedReader<readonly T[]>(patience, async () => {
    const things: T[] = [];
    let next: string | undefined;
    do {
      const found = await page(next);
      things.push(...(found.things ?? []));
      next = found.next;
    } while (next);
    return things;
  });
  return () => list('all');
}

/** Keeps the list that was asked for last: an older one that was longer on its way does not take its place. */
export function latest<T>(list: () => Promise<readonly T[]>): {
  readonly all: () => Promise<readonly T[]>;
  readonly last: () => readonly T[];
} {
  let kept: readonly T[] = [];
  let asked = 0;
  let keptOf = 0;
  const all = async () => {
    const mine = ++asked;
    const found = await list();
    if (mine > keptOf) {
      kept = found;
      keptOf = mine;
    }
    return found;
  };
  return { all, last: () => kept };
}
