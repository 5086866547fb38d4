/** An error code that a fault may bear, and the operations that it may strike. */
export interface EarlyCode {
  readonly code: string;
  readonly status: number;
  readonly message?: string;
  readonly on: readonly string[];
}

/** Those of EC2 and EBS that change something, in the order in which seeds draw them. */
export const operationsOfEc2 = [
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
];
const ofRds = [
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
];
const both = [...operationsOfEc2, ...ofRds];

const all = (status: number, ...codes: readonly string[]): EarlyCode[] =>
  codes.map((code) => ({ code, status, on: both }));
const only = (code: string, on: readonly string[], message?: string): EarlyCode => ({
  code,
  status: 400,
  on,
  ...(message !== undefined && { message }),
});

/**
 * The codes of histories of EC2 and EBS. Frozen, unlike those of operations.ts: what a named seed means hangs on their
 * order and on that of the operations, among which there were some of RDS, which strike nothing here.
 */
export const earlyCodes: readonly EarlyCode[] = [
  ...all(503, 'RequestLimitExceeded'),
  ...all(400, 'Throttling', 'ThrottlingException', 'ConcurrentTagAccess', 'RetryableError'),
  ...all(500, 'InternalError', 'ServerInternal', 'InternalFailure', 'SomethingNobodyHasSeen'),
  ...all(503, 'Unavailable', 'ServiceUnavailable'),
  ...all(
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
  ...all(500, 'InsufficientInstanceCapacity', 'InsufficientVolumeCapacity'),
  only(
    'InvalidParameterValue',
    ['AttachVolume'],
    'Invalid value for unixDevice. Attachment point /dev/sdf is already in use',
  ),
  only('IncorrectState', ['DetachVolume'], "Volume is in the 'available' state."),
  only('InvalidAttachment.NotFound', ['DetachVolume']),
  only('InvalidDBInstanceState', [
    'CreateDBSnapshot',
    'ModifyDBInstance',
    'RebootDBInstance',
    'AddRoleToDBInstance',
    'DeleteDBInstance',
  ]),
  only('InvalidDBSnapshotState', ['CopyDBSnapshot', 'RestoreDBInstanceFromDBSnapshot']),
  only('SnapshotQuotaExceeded', ['CreateDBSnapshot', 'CopyDBSnapshot']),
  only('InsufficientDBInstanceCapacity', ['RestoreDBInstanceFromDBSnapshot']),
  only('DBInstanceNotFound', ['ModifyDBInstance', 'RebootDBInstance', 'CreateDBSnapshot']),
  only('DBSnapshotAlreadyExists', ['CreateDBSnapshot', 'CopyDBSnapshot']),
  only('DBInstanceAlreadyExists', ['RestoreDBInstanceFromDBSnapshot']),
  only('DBInstanceRoleAlreadyExists', ['AddRoleToDBInstance']),
  only('KMSKeyNotAccessibleFault', ['CopyDBSnapshot', 'RestoreDBInstanceFromDBSnapshot']),
  only('StorageQuotaExceeded', ['RestoreDBInstanceFromDBSnapshot']),
  ...all(403, 'UnauthorizedOperation', 'AuthFailure', 'Blocked'),
  ...all(401, 'OptInRequired'),
  ...all(
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
  only(
    'InvalidSnapshot.InUse',
    both.filter((name) => name !== 'DeleteSnapshot'),
  ),
  ...all(400, 'RequestExpired', 'ExpiredToken', 'ExpiredTokenException'),
  ...all(403, 'InvalidClientTokenId', 'SignatureDoesNotMatch'),
];

/** Those of them that strike here, for seeds that were not named when RDS's could be drawn. */
export const codesOfEc2: readonly EarlyCode[] = earlyCodes.flatMap((one) => {
  const on = one.on.filter((operation) => operationsOfEc2.includes(operation));
  return on.length > 0 ? [{ ...one, on }] : [];
});
