import type { FaultRule } from '../../../src/simulator/faults.ts';
import type { Choices } from '../choices.ts';

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

interface CodeOfRds {
  readonly code: string;
  readonly status: number;
  /** The operations that can meet it. */
  readonly on: readonly string[];
}

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
export const codesOfRds: readonly CodeOfRds[] = [
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

/** What goes wrong with a call; half of the errors are such as this operation can meet. */
export function faultOfRds(choices: Choices): FaultRule {
  const operation = choices.chance(0.75) ? choices.one(mutating) : choices.one(reading);
  const read = !mutating.includes(operation);
  const aim = { operation, times: 1 + choices.below(3), skip: choices.below(read ? 40 : 4) };
  const when = choices.one(['before', 'after'] as const);
  const kind = choices.below(10);
  if (kind < 6) {
    const fitting = codesOfRds.filter(({ on }) => on.includes(read ? 'ModifyDBInstance' : operation));
    const { code, status } = choices.one(fitting);
    return { ...aim, kind: 'error', when: status >= 500 ? when : 'before', code, status };
  }
  if (kind < 8) return { ...aim, kind: 'reset', when };
  return kind < 9
    ? { ...aim, kind: 'silence', when }
    : { ...aim, kind: 'slow', delayMs: 1_000 * (1 + choices.below(90)) };
}
