import type { DBInstance, DBSnapshot, RDS } from '@aws-sdk/client-rds';
import DataLoader from 'dataloader';
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
export function createDatabaseSight(rds: () => RDS): DatabaseSight {
  let seen: readonly DBInstance[] = [];
  const databases = shared<DBInstance>(async (Marker) => {
    const answer = await rds().describeDBInstances({ MaxRecords: thingsPerPage, ...(Marker && { Marker }) });
    return { things: answer.DBInstances, next: answer.Marker };
  });
  const snapshots = shared<DBSnapshot>(async (Marker) => {
    const answer = await rds().describeDBSnapshots({
      SnapshotType: 'manual',
      MaxRecords: thingsPerPage,
      ...(Marker && { Marker }),
    });
    return { things: answer.DBSnapshots, next: answer.Marker };
  });
  const all = async () => {
    seen = await databases.load('all');
    return seen;
  };
  return {
    databases: all,
    lastSeen: () => seen,
    database: async (id) => (await all()).find((one) => one.DbiResourceId === id),
    databaseNamed: async (name) => (await all()).find((one) => one.DBInstanceIdentifier === name),
    databaseSnapshot: async (name) => (await snapshots.load('all')).find((one) => one.DBSnapshotIdentifier === name),
  };
}

/** What asks in the same turn shares one list. */
export function shared<T>(page: (marker: string | undefined) => Promise<Page<T>>): DataLoader<string, readonly T[]> {
  const all = async () => {
    const things: T[] = [];
    let next: string | undefined;
    do {
      const found = await page(next);
      things.push(...(found.things ?? []));
      next = found.next;
    } while (next);
    return things;
  };
  // Looks that fall due on one beat ask in the same turn of the event loop, some of them a few promises later.
  return new DataLoader(
    async (asked) => {
      const things = await all();
      return asked.map(() => things);
    },
    { cache: false, batchScheduleFn: (send) => void setImmediate(send) },
  );
}
