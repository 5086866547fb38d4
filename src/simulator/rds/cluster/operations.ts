import type { Operations } from '../../operation.ts';
import { clusterOperations as ownOperations } from './clusters.ts';
import { clusterDependentOperations } from './dependents.ts';
import { clusterEndpointOperations } from './endpoints.ts';
import { memberOperations } from './members.ts';

/** Every operation about DB clusters, and the one that gives them members. */
export const clusterOperations: Operations = {
  ...ownOperations,
  ...clusterEndpointOperations,
  ...clusterDependentOperations,
  ...memberOperations,
};
