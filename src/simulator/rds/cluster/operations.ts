import type { Operations } from '../../operation.ts';
import { clusterOperations as ownOperations } from './clusters.ts';
import { clusterDependentOperations } from './dependents.ts';
import { clusterEndpointOperations } from './endpoints.ts';
import { clusterGroupOperations } from './groups.ts';
import { memberOperations } from './members.ts';
import { clusterRestoreOperations } from './restore.ts';

/** Every operation about DB clusters, and the one that gives them members. */
export const clusterOperations: Operations = {
  ...ownOperations,
  ...clusterRestoreOperations,
  ...clusterEndpointOperations,
  ...clusterGroupOperations,
  ...clusterDependentOperations,
  ...memberOperations,
};
