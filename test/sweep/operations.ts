/** Operations of shipped plans and of the ways back from them that change something. Tests see that none is missing and none is too many. */
export const mutating = [
  'CreateTags',
  'DeleteTags',
  'CreateSnapshot',
  'StopInstances',
  'CreateVolume',
  'ModifyVolumeAttribute',
  'DetachVolume',
  'AttachVolume',
  'ModifyInstanceAttribute',
  'StartInstances',
  'DeleteVolume',
  'DeleteSnapshot',
  'AddTagsToResource',
  'RemoveTagsFromResource',
  'CreateDBSnapshot',
  'CopyDBSnapshot',
  'ModifyDBInstance',
  'RebootDBInstance',
  'RestoreDBInstanceFromDBSnapshot',
  'AddRoleToDBInstance',
  'DeleteDBInstance',
  'DeleteDBSnapshot',
  'CreateDBClusterSnapshot',
  'ModifyDBCluster',
  'RestoreDBClusterFromSnapshot',
  'AddRoleToDBCluster',
  'CreateDBInstance',
  'CreateDBClusterEndpoint',
  'DeleteDBClusterEndpoint',
  'DeleteDBCluster',
  'DeleteDBClusterSnapshot',
] as const;

/** Those that delete what the run has made: where AWS forbids one, the run is done all the same, and tells what it has left behind. */
export const discarding: readonly string[] = ['DeleteSnapshot', 'DeleteDBSnapshot', 'DeleteDBClusterSnapshot'];

/** Operations of shipped plans that only look. */
export const reading = [
  'DescribeVolumes',
  'DescribeInstances',
  'DescribeSnapshots',
  'DescribeInstanceStatus',
  'DescribeVolumeAttribute',
  'DescribeKey',
  'GenerateDataKeyWithoutPlaintext',
] as const;

/** What an error code means for a call that changes something. */
export type Meaning = 'retry' | 'in-doubt' | 'wait' | 'already' | 'permanent' | 'stop-run';

/** An error code as AWS would send it. */
export interface Code {
  readonly code: string;
  readonly status: number;
  readonly means: Meaning;
  /** Where the same code means different things, the words that tell which. */
  readonly message?: string;
  /** The operations that can meet it; all that change something, when it is left out. */
  readonly on?: readonly (typeof mutating)[number][];
}

const all = (means: Meaning, status: number, ...codes: readonly string[]): Code[] =>
  codes.map((code) => ({ code, status, means }));

/** A code that only these calls to RDS can meet. */
function onDatabases(means: Meaning, code: string, on: readonly (typeof mutating)[number][]): Code[] {
  return [{ code, status: 400, means, on }];
}

/** The error codes of EC2, EBS and RDS (reference facts §7), and one that nobody has seen. */
export const codes: readonly Code[] = [
  ...all('retry', 503, 'RequestLimitExceeded'),
  ...all('retry', 400, 'Throttling', 'ThrottlingException', 'ConcurrentTagAccess', 'RetryableError'),
  ...all('in-doubt', 500, 'InternalError', 'ServerInternal', 'InternalFailure', 'SomethingNobodyHasSeen'),
  ...all('in-doubt', 503, 'Unavailable', 'ServiceUnavailable'),
  ...all(
    'wait',
    400,
    'ResourceLimitExceeded',
    'CopyVolumesLimitExceeded',
    'ConcurrentCopyVolumeLimitExceeded',
    'ConcurrentSnapshotLimitExceeded',
    'SnapshotCreationPerVolumeRateExceeded',
    'PendingSnapshotLimitExceeded',
    'IncorrectState',
    'IncorrectInstanceState',
    'IncorrectModificationState',
    'VolumeInUse',
    'InvalidVolume.NotFound',
    'InvalidSnapshot.NotFound',
    'InvalidInstanceID.NotFound',
  ),
  ...all('wait', 500, 'InsufficientInstanceCapacity', 'InsufficientVolumeCapacity'),
  {
    code: 'InvalidParameterValue',
    status: 400,
    means: 'wait',
    message: 'Invalid value for unixDevice. Attachment point /dev/sdf is already in use',
    on: ['AttachVolume'],
  },
  {
    code: 'IncorrectState',
    status: 400,
    means: 'already',
    message: "Volume is in the 'available' state.",
    on: ['DetachVolume'],
  },
  { code: 'InvalidAttachment.NotFound', status: 400, means: 'already', on: ['DetachVolume'] },
  ...onDatabases('wait', 'InvalidDBInstanceState', [
    'CreateDBSnapshot',
    'ModifyDBInstance',
    'RebootDBInstance',
    'AddRoleToDBInstance',
    'DeleteDBInstance',
  ]),
  ...onDatabases('wait', 'InvalidDBSnapshotState', ['CopyDBSnapshot', 'RestoreDBInstanceFromDBSnapshot']),
  ...onDatabases('wait', 'SnapshotQuotaExceeded', ['CreateDBSnapshot', 'CopyDBSnapshot']),
  ...onDatabases('wait', 'InsufficientDBInstanceCapacity', ['RestoreDBInstanceFromDBSnapshot', 'CreateDBInstance']),
  ...onDatabases('wait', 'DBInstanceNotFound', ['ModifyDBInstance', 'RebootDBInstance', 'CreateDBSnapshot']),
  ...onDatabases('wait', 'InvalidDBClusterStateFault', [
    'CreateDBClusterSnapshot',
    'ModifyDBCluster',
    'AddRoleToDBCluster',
    'CreateDBInstance',
    'CreateDBClusterEndpoint',
    'DeleteDBCluster',
  ]),
  ...onDatabases('wait', 'InvalidDBClusterSnapshotStateFault', ['RestoreDBClusterFromSnapshot']),
  ...onDatabases('wait', 'DBClusterNotFoundFault', ['CreateDBClusterSnapshot', 'ModifyDBCluster', 'CreateDBInstance']),
  ...onDatabases('already', 'DBClusterSnapshotAlreadyExistsFault', ['CreateDBClusterSnapshot']),
  ...onDatabases('already', 'DBClusterAlreadyExistsFault', ['RestoreDBClusterFromSnapshot']),
  ...onDatabases('already', 'DBClusterRoleAlreadyExists', ['AddRoleToDBCluster']),
  ...onDatabases('already', 'DBClusterEndpointAlreadyExistsFault', ['CreateDBClusterEndpoint']),
  ...onDatabases('permanent', 'DBClusterQuotaExceededFault', ['RestoreDBClusterFromSnapshot']),
  ...onDatabases('already', 'DBSnapshotAlreadyExists', ['CreateDBSnapshot', 'CopyDBSnapshot']),
  ...onDatabases('already', 'DBInstanceAlreadyExists', ['RestoreDBInstanceFromDBSnapshot', 'CreateDBInstance']),
  ...onDatabases('already', 'DBInstanceRoleAlreadyExists', ['AddRoleToDBInstance']),
  ...onDatabases('permanent', 'KMSKeyNotAccessibleFault', ['CopyDBSnapshot', 'RestoreDBInstanceFromDBSnapshot']),
  ...onDatabases('permanent', 'StorageQuotaExceeded', ['RestoreDBInstanceFromDBSnapshot']),
  ...all('permanent', 403, 'UnauthorizedOperation', 'AuthFailure', 'Blocked'),
  ...all('permanent', 401, 'OptInRequired'),
  ...all(
    'permanent',
    400,
    'CustomerKeyHasBeenRevoked',
    'EncryptedVolumesNotSupported',
    'IdempotentParameterMismatch',
    'InvalidParameterValue',
    'InvalidParameterCombination',
    'InvalidVolumeID.ZoneMismatch',
    'VolumeTypeNotAvailableInZone',
    'AttachmentLimitExceeded',
    'VolumeLimitExceeded',
    'MaxIOPSLimitExceeded',
    'SnapshotLimitExceeded',
    'TagLimitExceeded',
    'TagPolicyViolation',
    'OperationNotPermitted',
    'UnsupportedOperation',
    'SomethingNobodyHasSeen',
  ),
  { code: 'InvalidSnapshot.InUse', status: 400, means: 'permanent' },
  ...all('stop-run', 400, 'RequestExpired', 'ExpiredToken', 'ExpiredTokenException'),
  ...all('stop-run', 403, 'InvalidClientTokenId', 'SignatureDoesNotMatch'),
];

/** The kinds of faults that a sweep can inject, by the names under which they are counted. */
export const faultKinds = [
  'error before',
  'error after',
  'silence before',
  'silence after',
  'reset before',
  'reset after',
  'slow after',
  'throttle before',
  'stale before',
  'fail after',
  'crash at a call, before',
  'crash at a call, after',
  'crash at a call, answered',
  'crash at a record, before',
  'crash at a record, after',
] as const;
