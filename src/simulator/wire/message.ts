/** One request as it stands on the wire, whatever carried it. */
export interface WireRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One answer as it stands on the wire. */
export interface WireResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** A refusal in AWS's own words: wire code, message and HTTP status. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  /** Which of several causes it is, where a service tells that apart. */
  readonly reason: string | undefined;
  constructor(code: string, message: string, status = statusOf(code), reason?: string) {
    super(message);
    this.code = code;
    this.status = status;
    this.reason = reason;
  }
}

// Everything not listed is a client error of status 400, as EC2 and KMS have it (facts §1.3, §6, §7).
const statuses: Readonly<Record<string, number>> = {
  AuthFailure: 401,
  UnauthorizedOperation: 403,
  ExpiredToken: 403,
  InvalidClientTokenId: 403,
  SignatureDoesNotMatch: 403,
  MissingAuthenticationToken: 403,
  DryRunOperation: 412,
  InternalError: 500,
  InternalFailure: 500,
  ServerInternal: 500,
  InsufficientInstanceCapacity: 500,
  InsufficientVolumeCapacity: 500,
  KMSInternalException: 500,
  KeyUnavailableException: 500,
  RequestLimitExceeded: 503,
  Unavailable: 503,
  ServiceUnavailable: 503,
  DependencyTimeoutException: 503,
};

/** The HTTP status that AWS sends with an error code. */
function statusOf(code: string): number {
  return statuses[code] ?? 400;
}
