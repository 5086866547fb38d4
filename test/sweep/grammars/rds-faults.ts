import { type CodeOfRds, faultOf, moreFaultsOf } from './rds-kinds-of-faults.ts';

// Frozen, like all lists that seeds draw from.
const mutating = [
  'AddTagsToResource',
  'CreateDBSnapshot',
  'CopyDBSnapshot',
  'ModifyDBInstance',
  'ModifyDBInstance',
  'ModifyDBInstance',
  'RebootDBInstance',
  'RestoreDBInstanceFromDBSnapshot',
  'AddRoleToDBInstance',
  'DeleteDBInstance',
  'DeleteDBSnapshot',
  'RemoveTagsFromResource',
  'StartDBInstance',
];
const reading = [
  'DescribeDBInstances',
  'DescribeDBInstances',
  'DescribeDBInstances',
  'DescribeDBSnapshots',
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
const changing = [
  'CreateDBSnapshot',
  'ModifyDBInstance',
  'RebootDBInstance',
  'AddRoleToDBInstance',
  'DeleteDBInstance',
  'StartDBInstance',
];

/** Error codes of RDS, each with what can meet it (facts §7). */
const codesOfRds: readonly CodeOfRds[] = [
  ...all(400, 'Throttling', 'ThrottlingException'),
  ...all(500, 'InternalFailure', 'InternalError', 'SomethingNobodyHasSeen'),
  ...all(503, 'ServiceUnavailable'),
  ...all(403, 'AccessDenied', 'InvalidClientTokenId'),
  ...all(400, 'ExpiredToken', 'InvalidParameterValue', 'InvalidParameterCombination', 'SomethingNobodyHasSeen'),
  { code: 'InvalidDBInstanceState', status: 400, on: changing },
  { code: 'InvalidDBInstanceState', status: 400, on: changing },
  { code: 'DBInstanceNotFound', status: 404, on: changing },
  {
    code: 'InvalidDBSnapshotState',
    status: 400,
    on: ['CopyDBSnapshot', 'RestoreDBInstanceFromDBSnapshot', 'DeleteDBSnapshot'],
  },
  {
    code: 'DBSnapshotNotFound',
    status: 404,
    on: ['CopyDBSnapshot', 'RestoreDBInstanceFromDBSnapshot', 'DeleteDBSnapshot'],
  },
  { code: 'SnapshotQuotaExceeded', status: 400, on: ['CreateDBSnapshot', 'CopyDBSnapshot', 'CopyDBSnapshot'] },
  { code: 'DBSnapshotAlreadyExists', status: 400, on: ['CreateDBSnapshot', 'CopyDBSnapshot'] },
  { code: 'DBInstanceAlreadyExists', status: 400, on: ['RestoreDBInstanceFromDBSnapshot', 'ModifyDBInstance'] },
  { code: 'DBInstanceRoleAlreadyExists', status: 400, on: ['AddRoleToDBInstance'] },
  {
    code: 'InsufficientDBInstanceCapacity',
    status: 400,
    on: ['RestoreDBInstanceFromDBSnapshot', 'ModifyDBInstance', 'StartDBInstance'],
  },
  {
    code: 'KMSKeyNotAccessibleFault',
    status: 400,
    on: ['CopyDBSnapshot', 'RestoreDBInstanceFromDBSnapshot', 'StartDBInstance'],
  },
  { code: 'InstanceQuotaExceeded', status: 400, on: ['RestoreDBInstanceFromDBSnapshot'] },
  { code: 'StorageQuotaExceeded', status: 400, on: ['RestoreDBInstanceFromDBSnapshot', 'ModifyDBInstance'] },
];

/** What goes wrong with a DB instance's calls; half of the errors are such as the operation can meet. */
export const faultOfRds = faultOf({ mutating, reading, codes: codesOfRds, ofReads: 'ModifyDBInstance' });

/** By a source of its own: storms, looks of the past, work that fails after it was accepted. */
export const moreFaultsOfRds = moreFaultsOf(codesOfRds, [
  'CreateDBSnapshot',
  'CopyDBSnapshot',
  'RestoreDBInstanceFromDBSnapshot',
  'ModifyDBInstance',
  'ModifyDBInstance',
  'RebootDBInstance',
]);
