import type { Classify, Outage, OutageClass, Want } from '../contract/outage.ts';
import { printable } from './printable.ts';

// The table of reference facts §7. A code that is not in it is permanent (4xx) or in doubt (5xx).
const byClass: { readonly [C in OutageClass]: readonly string[] } = {
  retry: [
    'RequestLimitExceeded',
    'Throttling',
    'ThrottlingException',
    'ThrottledException',
    'RequestThrottled',
    'RequestThrottledException',
    'EC2ThrottledException',
    'TooManyRequestsException',
    'SlowDown',
    'BandwidthLimitExceeded',
    'PriorRequestNotComplete',
    'ConcurrentTagAccess',
    'RetryableError',
    // Our own: it did not leave.
    'TurnOver',
  ],
  'in-doubt': [
    'InternalError',
    'ServerInternal',
    'InternalFailure',
    'Unavailable',
    'ServiceUnavailable',
    'KMSInternalException',
    'DependencyTimeoutException',
    'KeyUnavailableException',
    'TimeoutError',
    'RequestTimeout',
    'AbortError',
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
    'ConflictException',
    // Right after the creation a NotFound proves nothing; what is gone for good shows in the look.
    'InvalidVolume.NotFound',
    'InvalidSnapshot.NotFound',
    'InvalidInstanceID.NotFound',
    ...both('InvalidDBInstanceState', 'InvalidDBSnapshotState', 'SnapshotQuotaExceeded', 'DBInstanceNotReady'),
    ...both('DBInstanceNotFound', 'DBSnapshotNotFound'),
    ...both('InvalidDBClusterState', 'InvalidDBClusterSnapshotState', 'InvalidDBClusterEndpointState'),
    ...both('DBClusterNotFound', 'DBClusterSnapshotNotFound'),
    ...both('DBClusterEndpointNotFound'),
  ],
  already: [
    'DryRunOperation',
    'InvalidAttachment.NotFound',
    'AlreadyExistsException',
    // The name is the token: whose thing it is shows in the look, by its tags.
    ...both('DBInstanceAlreadyExists', 'DBSnapshotAlreadyExists', 'DBInstanceRoleAlreadyExists'),
    ...both('DBClusterAlreadyExists', 'DBClusterSnapshotAlreadyExists', 'DBClusterRoleAlreadyExists'),
    ...both('DBClusterEndpointAlreadyExists'),
  ],
  // Listed for their meaning only: unknown is permanent too.
  permanent: ['LimitExceededException'],
  'stop-run': [
    'RequestExpired',
    'ExpiredToken',
    'ExpiredTokenException',
    'InvalidClientTokenId',
    'UnrecognizedClientException',
    'SignatureDoesNotMatch',
    'InvalidSignatureException',
    'IncompleteSignature',
    'MissingAuthenticationToken',
    'MissingAuthenticationTokenException',
    'CredentialsProviderError',
    'TokenProviderError',
  ],
};
const classOf = new Map<string, OutageClass>(
  Object.entries(byClass).flatMap(([name, codes]) => codes.map((code) => [code, name as OutageClass] as const)),
);

const lacksRoot = /does not have a volume attached at root/i;

// Some codes mean two things, and only the wording tells which.
const byWording: readonly { code: string; says: RegExp; class: OutageClass }[] = [
  { code: 'IncorrectState', says: /is in the '?available'? state/i, class: 'already' },
  { code: 'InvalidParameterValue', says: /already in use/i, class: 'wait' },
  // Of a start: what has just been attached there may not count yet; or somebody has taken it off.
  { code: 'InvalidParameterValue', says: lacksRoot, class: 'retry' },
  { code: 'AuthFailure', says: /validate the provided access credentials/i, class: 'stop-run' },
  { code: 'KMSInvalidStateException', says: /is (creating|updating)/i, class: 'wait' },
];

// By families, since AWS has a name for each kind of host, reservation and quota, and makes new ones.
const wants: { readonly [W in 'capacity' | 'right']: RegExp } = {
  capacity:
    /Insufficient\w*Capacity|CapacityExceeded|^(Vcpu|Instance|(Dedicated)?Host)LimitExceeded$|^MaxSpotInstanceCountExceeded$/,
  right:
    /Unauthorized|NotAuthorized|AccessDenied|^(AuthFailure|OptInRequired|Blocked|PendingVerification)$|KeyHasBeenRevoked|KMSKeyNotAccessible/,
};

/** What has to come before a call that was refused with this code can succeed, if it is one of those that come and go. */
export function wantOf(code: string): Want | undefined {
  return (['capacity', 'right'] as const).find((want) => wants[want].test(code));
}

// Nothing was sent, so sending it (again) can't double it.
const unsent = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];
const severed = ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED', 'ERR_STREAM_PREMATURE_CLOSE', 'UND_ERR_SOCKET'];
const untrusted = /^(CERT_|ERR_TLS_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT|UNABLE_TO_)/;

const inWords: { readonly [code: string]: string } = {
  'InvalidSnapshot.InUse': 'an AMI uses this snapshot: deregister the AMI, or keep both',
  OperationNotPermitted: 'a protection of the resource forbids it',
  CustomerKeyHasBeenRevoked: 'EC2 may not use the KMS key: look at the key policy (kms:CreateGrant) and its state',
};

/** RDS errors have two names: the code on the wire and, in the SDK, that of their class. */
function both(...codes: string[]): string[] {
  return codes.flatMap((code) => [code, `${code}Fault`]);
}

/** Names an error of AWS or of the way to it (EC2, EBS, RDS, KMS, Secrets Manager, STS); undefined for anything else. */
export const classify: Classify = (error) => {
  if (!(error instanceof Error)) return undefined;
  const { $metadata, $response, code } = error as Error & {
    $metadata?: { httpStatusCode?: number };
    $response?: unknown;
    code?: unknown;
  };
  const status = $metadata?.httpStatusCode;
  const transport = transportClass(error, code);
  const known = classOf.get(error.name) ?? (wantOf(error.name) === 'capacity' ? 'wait' : undefined);
  if (!transport && !known && $metadata === undefined && $response === undefined) return undefined;
  const worded = byWording.find((row) => row.code === error.name && row.says.test(error.message))?.class;
  const unknown: OutageClass =
    status === 429 ? 'retry' : status === undefined || status >= 500 || status < 400 ? 'in-doubt' : 'permanent';
  return told(error, code, worded ?? transport ?? known ?? unknown, status);
};

function transportClass(error: Error, code: unknown): OutageClass | undefined {
  // With several addresses to try, Node wraps the refusals of all in one error.
  const codes = [
    code,
    ...(error instanceof AggregateError ? error.errors.map((one: { code?: unknown }) => one.code) : []),
  ];
  const has = (list: readonly string[]) => codes.some((one) => typeof one === 'string' && list.includes(one));
  if (has(severed)) return 'in-doubt';
  if (has(unsent)) return 'retry';
  return codes.some((one) => typeof one === 'string' && untrusted.test(one)) ? 'stop-run' : undefined;
}

function told(error: Error, code: unknown, outageClass: OutageClass, status: number | undefined): Outage {
  // The SDK's own words about this are for its developers.
  if (error.message.includes('Deserialization error')) {
    const message = 'the answer is not one that AWS gives: a proxy, or an endpoint that does not know this call?';
    return { class: outageClass, code: `HTTP ${status}`, message };
  }
  const name = error.name === 'Error' && typeof code === 'string' ? code : error.name;
  const words = inWords[error.name];
  const named = outageClass === 'wait' || outageClass === 'permanent' ? wantOf(error.name) : undefined;
  const want = lacksRoot.test(error.message) ? 'part' : named;
  return {
    class: outageClass,
    ...(want && { wants: want }),
    code: printable(name, 100),
    message: printable(words ? `${error.message} (${words})` : error.message || name),
  };
}
