import { AwsError, type WireRequest, type WireResponse } from './message.ts';
import type { ServiceName } from './route.ts';

/** Refuses a request whose date stamp is further than `farthestMs` from the account's time, as a wrong clock makes it. */
export function checkDate(request: WireRequest, service: ServiceName, time: number, farthestMs: number): void {
  const stamp = request.headers['x-amz-date'] ?? '';
  const iso = stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  if (Math.abs(Date.parse(iso) - time) <= farthestMs) return;
  if (service === 'ec2') throw new AwsError('RequestExpired', 'Request has expired.');
  const code = /^(cloudtrail|ebs|kms|secretsmanager)$/.test(service)
    ? 'InvalidSignatureException'
    : 'SignatureDoesNotMatch';
  throw new AwsError(code, `Signature expired: ${stamp} is too far from ${new Date(time).toISOString()}.`);
}

/** The response with the account's time, by which the SDK finds out that its clock is wrong. */
export function dated(response: WireResponse, time: number): WireResponse {
  return { ...response, headers: { ...response.headers, date: new Date(time).toUTCString() } };
}
