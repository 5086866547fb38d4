import type { Operations } from '../operation.ts';
import { clusterDependentOperations } from './operations/cluster-dependents.ts';
import { clusterModifyOperations } from './operations/cluster-modify.ts';
import { clusterRestoreOperations } from './operations/cluster-restore.ts';
import { clusterOperations } from './operations/clusters.ts';
import { dependentOperations } from './operations/dependents.ts';
import { clusterEndpointOperations } from './operations/endpoints.ts';
import { eventOperations } from './operations/events.ts';
import { groupOperations } from './operations/groups.ts';
import { instanceModifyOperations } from './operations/instance-modify.ts';
import { instanceRestoreOperations } from './operations/instance-restore.ts';
import { instanceOperations } from './operations/instances.ts';
import { memberOperations } from './operations/members.ts';
import { promoteOperations } from './operations/promote.ts';
import { replicaOperations } from './operations/replicas.ts';
import { roleOperations } from './operations/roles.ts';
import { snapshotOperations } from './operations/snapshots.ts';
import { tagOperations } from './operations/tags.ts';

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
  ...clusterEndpointOperations,
  ...clusterDependentOperations,
  ...memberOperations,
};
