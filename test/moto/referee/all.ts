import { attachments } from './scenarios/attachments.ts';
import { calls } from './scenarios/calls.ts';
import { clusters } from './scenarios/clusters.ts';
import { databaseCalls } from './scenarios/database-calls.ts';
import { databaseRestores } from './scenarios/database-restores.ts';
import { databaseSnapshots } from './scenarios/database-snapshots.ts';
import { databases } from './scenarios/databases.ts';
import { instances } from './scenarios/instances.ts';
import { keys } from './scenarios/keys.ts';
import { snapshots } from './scenarios/snapshots.ts';
import { volumes } from './scenarios/volumes.ts';
import type { Scenario } from './script.ts';

/** Everything that both accounts are asked. */
export const scenarios: readonly Scenario[] = [
  ...volumes,
  ...snapshots,
  ...attachments,
  ...instances,
  ...calls,
  ...keys,
  ...databases,
  ...databaseSnapshots,
  ...databaseRestores,
  ...databaseCalls,
  ...clusters,
];
