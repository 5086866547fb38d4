import { AwsError } from './wire/message.ts';
import type { ServiceName } from './wire/route.ts';

/** The access keys that callers sign with, and which of them have expired. */
export class Credentials {
  private readonly used = new Set<string>();
  private expired: ReadonlySet<string> = new Set();

  /** Throws what a service says of expired credentials: RequestExpired (EC2), ExpiredTokenException (KMS), ExpiredToken. */
  check(service: ServiceName, accessKey: string): void {
    this.used.add(accessKey);
    if (!this.expired.has(accessKey)) return;
    if (service === 'ec2') throw new AwsError('RequestExpired', 'Request has expired.');
    const code = /^(cloudtrail|ebs|kms|secretsmanager)$/.test(service) ? 'ExpiredTokenException' : 'ExpiredToken';
    throw new AwsError(code, 'The security token included in the request is expired');
  }

  /** Expires every access key that has been used so far; another one is good. */
  expire(): void {
    this.expired = new Set(this.used);
  }

  /** Makes all that have expired good again. */
  renew(): void {
    this.expired = new Set();
  }
}
