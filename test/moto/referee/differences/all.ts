import { attachments } from './attachments.ts';
import { calls } from './calls.ts';
import { clusters } from './clusters.ts';
import { databaseCalls } from './database-calls.ts';
import { databaseSnapshots } from './database-snapshots.ts';
import { databases } from './databases.ts';
import type { Difference } from './difference.ts';
import { instances } from './instances.ts';
import { keys } from './keys.ts';
import { snapshots } from './snapshots.ts';
import { volumes } from './volumes.ts';

/** Every known difference between the answers of the simulated account and those of moto. */
export const differences: readonly Difference[] = [
  ...volumes,
  ...snapshots,
  ...attachments,
  ...instances,
  ...calls,
  ...keys,
  ...databases,
  ...databaseSnapshots,
  ...databaseCalls,
  ...clusters,
];
