import { type CodeOfRds, faultOf, moreFaultsOf } from './rds-kinds-of-faults.ts';

// Frozen, like all lists that seeds draw from.
const mutating = [
  'AddTagsToResource',
  'CreateDBClusterSnapshot',
  'ModifyDBCluster',
  'ModifyDBCluster',
  'ModifyDBCluster',
  'ModifyDBInstance',
  'ModifyDBInstance',
  'RebootDBInstance',
  'RestoreDBClusterFromSnapshot',
  'AddRoleToDBCluster',
  'CreateDBInstance',
  'CreateDBInstance',
  'CreateDBClusterEndpoint',
  'DeleteDBClusterEndpoint',
  'DeleteDBInstance',
  'DeleteDBCluster',
  'DeleteDBClusterSnapshot',
  'RemoveTagsFromResource',
  'StartDBCluster',
];
const reading = [
  'DescribeDBClusters',
  'DescribeDBClusters',
  'DescribeDBInstances',
  'DescribeDBInstances',
  'DescribeDBClusterEndpoints',
  'DescribeDBClusterSnapshots',
  'DescribeEvents',
  'DescribeSecurityGroups',
  'DescribeKey',
  'GenerateDataKeyWithoutPlaintext',
  'DescribePendingMaintenanceActions',
  'DescribeDBProxies',
  'DescribeAccountAttributes',
];

const all = (status: number, ...codes: readonly string[]): CodeOfRds[] =>
  codes.map((code) => ({ code, status, on: mutating }));
const ofClusters = [
  'CreateDBClusterSnapshot',
  'ModifyDBCluster',
  'AddRoleToDBCluster',
  'CreateDBInstance',
  'CreateDBClusterEndpoint',
  'DeleteDBCluster',
  'StartDBCluster',
];
const ofMembers = ['ModifyDBInstance', 'RebootDBInstance', 'DeleteDBInstance'];

/** Error codes of RDS, each with what can meet it (facts §7). */
const codes: readonly CodeOfRds[] = [
  ...all(400, 'Throttling', 'ThrottlingException'),
  ...all(500, 'InternalFailure', 'InternalError', 'SomethingNobodyHasSeen'),
  ...all(503, 'ServiceUnavailable'),
  ...all(403, 'AccessDenied', 'InvalidClientTokenId'),
  ...all(400, 'ExpiredToken', 'InvalidParameterValue', 'InvalidParameterCombination', 'SomethingNobodyHasSeen'),
  { code: 'InvalidDBClusterStateFault', status: 400, on: ofClusters },
  { code: 'InvalidDBClusterStateFault', status: 400, on: ofClusters },
  { code: 'DBClusterNotFoundFault', status: 404, on: ofClusters },
  { code: 'InvalidDBInstanceState', status: 400, on: ofMembers },
  { code: 'DBInstanceNotFound', status: 404, on: ofMembers },
  {
    code: 'InvalidDBClusterSnapshotStateFault',
    status: 400,
    on: ['CreateDBClusterSnapshot', 'RestoreDBClusterFromSnapshot', 'DeleteDBClusterSnapshot'],
  },
  {
    code: 'DBClusterSnapshotNotFoundFault',
    status: 404,
    on: ['RestoreDBClusterFromSnapshot', 'DeleteDBClusterSnapshot'],
  },
  { code: 'SnapshotQuotaExceeded', status: 400, on: ['CreateDBClusterSnapshot'] },
  { code: 'DBClusterSnapshotAlreadyExistsFault', status: 400, on: ['CreateDBClusterSnapshot'] },
  { code: 'DBClusterAlreadyExistsFault', status: 400, on: ['RestoreDBClusterFromSnapshot', 'ModifyDBCluster'] },
  { code: 'DBInstanceAlreadyExists', status: 400, on: ['CreateDBInstance', 'ModifyDBInstance'] },
  { code: 'DBClusterRoleAlreadyExists', status: 400, on: ['AddRoleToDBCluster'] },
  { code: 'DBClusterEndpointAlreadyExistsFault', status: 400, on: ['CreateDBClusterEndpoint'] },
  { code: 'InvalidDBClusterEndpointStateFault', status: 400, on: ['DeleteDBClusterEndpoint'] },
  { code: 'InsufficientDBInstanceCapacity', status: 400, on: ['CreateDBInstance'] },
  { code: 'KMSKeyNotAccessibleFault', status: 400, on: ['RestoreDBClusterFromSnapshot', 'CreateDBInstance'] },
  { code: 'InstanceQuotaExceeded', status: 400, on: ['CreateDBInstance'] },
  { code: 'DBClusterQuotaExceededFault', status: 403, on: ['RestoreDBClusterFromSnapshot'] },
];

/** What goes wrong with a cluster's calls; half of the errors are such as the operation can meet. */
export const faultOfCluster = faultOf({ mutating, reading, codes, ofReads: 'ModifyDBCluster' });

/** By a source of its own: storms, looks of the past, work that fails after it was accepted. */
export const moreFaultsOfCluster = moreFaultsOf(codes, [
  'CreateDBClusterSnapshot',
  'RestoreDBClusterFromSnapshot',
  'ModifyDBCluster',
  'ModifyDBCluster',
  'CreateDBInstance',
  'RebootDBInstance',
]);
