import { describe, expect, it } from 'vitest';
import { classify } from '../../src/aws/outage.ts';
import type { OutageClass } from '../../src/contract/outage.ts';
import { problem } from '../../src/errors/index.ts';

function aws(name: string, message = 'said AWS', httpStatusCode = 400): Error {
  return Object.assign(new Error(message), { name, $fault: 'client', $metadata: { httpStatusCode } });
}

// Every code of reference facts §7 for EC2, EBS, KMS and STS.
const table: Record<OutageClass, string[]> = {
  retry: ['RequestLimitExceeded', 'Throttling', 'ThrottlingException', 'ConcurrentTagAccess', 'RetryableError'],
  'in-doubt': [
    'InternalError',
    'ServerInternal',
    'InternalFailure',
    'Unavailable',
    'ServiceUnavailable',
    'KMSInternalException',
    'DependencyTimeoutException',
    'KeyUnavailableException',
  ],
  wait: [
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
    'InsufficientInstanceCapacity',
    'InsufficientVolumeCapacity',
    'ConflictException',
    'InvalidVolume.NotFound',
    'InvalidSnapshot.NotFound',
    'InvalidInstanceID.NotFound',
  ],
  already: ['DryRunOperation', 'InvalidAttachment.NotFound', 'AlreadyExistsException'],
  permanent: [
    'UnauthorizedOperation',
    'AuthFailure',
    'OptInRequired',
    'Blocked',
    'CustomerKeyHasBeenRevoked',
    'EncryptedVolumesNotSupported',
    'IdempotentParameterMismatch',
    'InvalidParameter',
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
    'UnsupportedOperationException',
    'InvalidSnapshot.InUse',
    'AccessDeniedException',
    'DisabledException',
    'KMSInvalidStateException',
    'NotFoundException',
    'MalformedPolicyDocument',
    'LimitExceededException',
    'SomethingNobodyHasHeardOf',
  ],
  'stop-run': [
    'RequestExpired',
    'ExpiredToken',
    'ExpiredTokenException',
    'InvalidClientTokenId',
    'SignatureDoesNotMatch',
    'CredentialsProviderError',
  ],
};

describe('the table of what an error means', () => {
  for (const [meaning, codes] of Object.entries(table)) {
    it.each(codes)(`${meaning}: %s`, (code) => {
      expect(classify(aws(code))).toMatchObject({ class: meaning, code });
    });
  }

  it.each([
    ['IncorrectState', "Volume 'vol-1' is in the 'available' state.", 'already'],
    ['InvalidParameterValue', 'Invalid value. Attachment point /dev/sdf is already in use', 'wait'],
    ['AuthFailure', 'AWS was not able to validate the provided access credentials', 'stop-run'],
    ['KMSInvalidStateException', 'arn:… is creating.', 'wait'],
    ['KMSInvalidStateException', 'arn:… is pending deletion.', 'permanent'],
  ])('the wording decides: %s "%s" is %s', (code, message, meaning) => {
    expect(classify(aws(code, message))?.class).toBe(meaning);
  });

  it.each([
    ['ECONNREFUSED', 'retry'],
    ['ENOTFOUND', 'retry'],
    ['EAI_AGAIN', 'retry'],
    ['ECONNRESET', 'in-doubt'],
    ['EPIPE', 'in-doubt'],
    ['ETIMEDOUT', 'in-doubt'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'stop-run'],
  ])('on the way there: %s is %s', (code, meaning) => {
    expect(classify(Object.assign(new Error('socket'), { code }))).toMatchObject({ class: meaning, code });
  });

  it.each([
    ['InsufficientInstanceCapacity', 'wait', 'capacity'],
    ['InsufficientHostCapacity', 'wait', 'capacity'],
    ['InsufficientCapacityOnHost', 'wait', 'capacity'],
    ['InsufficientReservedInstanceCapacity', 'wait', 'capacity'],
    ['ReservationCapacityExceeded', 'wait', 'capacity'],
    ['InsufficientDBInstanceCapacityFault', 'wait', 'capacity'],
    ['VcpuLimitExceeded', 'wait', 'capacity'],
    ['InstanceLimitExceeded', 'wait', 'capacity'],
    ['UnauthorizedOperation', 'permanent', 'right'],
    ['AccessDenied', 'permanent', 'right'],
    ['AccessDeniedException', 'permanent', 'right'],
    ['CustomerKeyHasBeenRevoked', 'permanent', 'right'],
    ['AttachmentLimitExceeded', 'permanent', undefined],
    ['VolumeInUse', 'wait', undefined],
  ])('by its family: %s means %s, and wants %s', (code, meaning, wants) => {
    const outage = classify(aws(code));
    expect([outage?.class, outage?.wants]).toEqual([meaning, wants]);
  });

  it('a time-out is in doubt, however it is called', () => {
    const reset = Object.assign(new Error('read ECONNRESET'), { name: 'TimeoutError', code: 'ECONNRESET' });
    const expired = Object.assign(new Error('no answer'), { name: 'TimeoutError' });
    const aborted = Object.assign(new Error('aborted'), { name: 'AbortError' });
    expect([reset, expired, aborted].map((error) => classify(error)?.class)).toEqual(Array(3).fill('in-doubt'));
  });

  it('refused at every address of a host is refused', () => {
    const all = new AggregateError([Object.assign(new Error('a'), { code: 'ECONNREFUSED' })]);
    expect(classify(all)?.class).toBe('retry');
  });

  it('an unknown 5xx is in doubt, an unknown 429 is retried, an answer that could not be read is in doubt', () => {
    expect(classify(aws('Novel', 'x', 503))?.class).toBe('in-doubt');
    expect(classify(aws('Novel', 'x', 429))?.class).toBe('retry');
    expect(classify(aws('SyntaxError', 'Unexpected token', 200))?.class).toBe('in-doubt');
  });

  it('throttling is retried although it comes as a 503', () => {
    expect(classify(aws('RequestLimitExceeded', 'x', 503))?.class).toBe('retry');
  });

  it('what is not of AWS is not classified', () => {
    expect(classify(new TypeError('undefined is not a function'))).toBeUndefined();
    expect(classify(problem('usage', { what: 'x' }))).toBeUndefined();
    expect(classify('a string')).toBeUndefined();
  });

  it('no control character of a message reaches the terminal', () => {
    expect(classify(aws('Novel', 'a\u001b[2Jb\nc'))?.message).toBe('a\\u001b[2Jb\\u000ac');
  });
});
