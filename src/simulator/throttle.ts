import { AwsError } from './wire/message.ts';
import type { ServiceName } from './wire/route.ts';

type Rate = readonly [burst: number, perSecond: number];

// Facts §6.1: per account, Region and action.
const reads: Rate = [100, 20];
const unpagedReads: Rate = [50, 10];
const writes: Rate = [50, 5];
const creates: Rate = [100, 5];
const ec2: Readonly<Record<string, Rate>> = {
  CreateSnapshot: creates,
  CreateVolume: creates,
  DeleteSnapshot: creates,
  DeleteVolume: creates,
  CreateTags: [100, 10],
  DeleteTags: [100, 10],
  StartInstances: [5, 2],
};
// The second bucket of two operations counts instances.
const instances: Readonly<Record<string, Rate>> = {
  StopInstances: [1000, 20],
  TerminateInstances: [1000, 20],
  StartInstances: [1000, 2],
};
// Facts §6.5; a burst of one second, which is not published [U].
const kms: Readonly<Record<string, number>> = {
  CreateKey: 5,
  CreateAlias: 5,
  UpdateAlias: 5,
  DisableKey: 5,
  EnableKey: 5,
  CancelKeyDeletion: 5,
  ScheduleKeyDeletion: 15,
  ListGrants: 100,
  ListResourceTags: 100,
  GetKeyPolicy: 1000,
  DescribeKey: 2000,
  ListAliases: 500,
  ListKeys: 500,
};

// Facts: quotas of the direct APIs, for each List operation.
const ebsRate: Rate = [50, 50];

// Two a second in an account and Region [D LookupEvents].
const trailRate: Rate = [2, 2];

// RDS publishes none [U].
const rdsRate: Rate = [60, 10];

/** How a service refuses a call that comes too soon. */
export function throttledBy(service: string): AwsError {
  if (service === 'ec2') return new AwsError('RequestLimitExceeded', 'Request limit exceeded.');
  if (service === 'ebs') return new AwsError('RequestThrottledException', 'Rate exceeded', 400, 'ACCOUNT_THROTTLED');
  const json = ['cloudtrail', 'kms', 'secretsmanager'].includes(service);
  return new AwsError(json ? 'ThrottlingException' : 'Throttling', 'Rate exceeded');
}

/** AWS's published token buckets. A call that is then refused for another reason has still been counted. */
export class Throttle {
  private readonly buckets = new Map<string, { left: number; at: number }>();

  /** Throws RequestLimitExceeded (EC2) or ThrottlingException (KMS) when `time` is too early for one more call. */
  count(time: number, service: ServiceName, action: string, input: object): void {
    // Secrets Manager gives 10,000 a second, which nobody here reaches.
    if (service === 'sts' || service === 'secretsmanager') return;
    if (service === 'kms') {
      const rate = kms[action] ?? 5;
      if (!this.take(time, `kms:${action}`, [rate, rate], 1)) throw throttledBy(service);
      return;
    }
    if (service === 'ebs') {
      if (!this.take(time, `ebs:${action}`, ebsRate, 1)) throw throttledBy(service);
      return;
    }
    if (service === 'rds' || service === 'cloudtrail') {
      const rate = service === 'rds' ? rdsRate : trailRate;
      if (!this.take(time, `${service}:${action}`, rate, 1)) throw throttledBy(service);
      return;
    }
    const perInstance = instances[action];
    const asked = (input as { InstanceIds?: readonly string[] }).InstanceIds?.length ?? 0;
    const fits =
      this.take(time, action, rateOf(action, input), 1) &&
      (perInstance === undefined || this.take(time, `${action} instances`, perInstance, asked));
    if (!fits) throw throttledBy(service);
  }

  private take(time: number, name: string, [burst, perSecond]: Rate, count: number): boolean {
    const bucket = this.buckets.get(name) ?? { left: burst, at: time };
    this.buckets.set(name, bucket);
    bucket.left = Math.min(burst, bucket.left + ((time - bucket.at) / 1000) * perSecond);
    bucket.at = time;
    if (bucket.left < count) return false;
    bucket.left -= count;
    return true;
  }
}

function rateOf(action: string, input: object): Rate {
  if (!/^(?:Describe|Get|List)/.test(action)) return ec2[action] ?? writes;
  // A read that names nothing, filters nothing and pages nothing draws on a smaller bucket.
  const narrowed = Object.values(input).some((value) =>
    Array.isArray(value) ? value.length > 0 : value !== undefined,
  );
  return narrowed || !/^Describe(?:Volumes|Snapshots|Instances|InstanceStatus|NetworkInterfaces)$/.test(action)
    ? reads
    : unpagedReads;
}
