import type { Operations } from '../operation.ts';
import { clusterOperations } from './cluster/operations.ts';
import { clusterModifyOperations } from './cluster-modify.ts';
import { clusterRestoreOperations } from './cluster-restore.ts';
import { dependentOperations } from './dependents.ts';
import { eventOperations } from './events.ts';
import { groupOperations } from './groups.ts';
import { instanceModifyOperations } from './instance-modify.ts';
import { instanceRestoreOperations } from './instance-restore.ts';
import { instanceOperations } from './instances.ts';
import { promoteOperations } from './promote.ts';
import { replicaOperations } from './replicas.ts';
import { roleOperations } from './roles.ts';
import { snapshotOperations } from './snapshots.ts';
import { tagOperations } from './tags.ts';

/** Every RDS operation of the simulated account. */
export const rdsOperations: Operations = {
  ...instanceOperations,
  ...instanceModifyOperations,
  ...clusterModifyOperations,
  ...instanceRestoreOperations,
  ...clusterRestoreOperations,
  ...replicaOperations,
  ...promoteOperations,
  ...snapshotOperations,
  ...roleOperations,
  ...eventOperations,
  ...tagOperations,
  ...groupOperations,
  ...dependentOperations,
  ...clusterOperations,
};
