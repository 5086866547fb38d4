import { AwsError } from '../wire/message.ts';
import type { ServiceName } from '../wire/route.ts';
import type { World } from '../world.ts';
import type { Caller, Resource } from './trail.ts';

/** A changing call as it is put down. */
interface Made {
  readonly service: ServiceName;
  readonly name: string;
  readonly input: object;
}

// The rest changes nothing that anybody here looks up.
const kept: readonly ServiceName[] = ['ec2', 'rds'];
const isReading = (name: string) => /^(?:Describe|Get|List)/.test(name);

/** Whoever calls with this access key, by the role of rekey. */
export function callerOf(world: World, accessKey: string, userAgent: string): Caller {
  return { arn: `arn:aws:sts::${world.account}:assumed-role/rekey/rekey`, user: 'rekey', accessKey, userAgent };
}

/** A person of the account at a terminal. */
export function somebody(world: World): Caller {
  return {
    arn: `arn:aws:iam::${world.account}:user/alex`,
    user: 'alex',
    accessKey: 'AKIASOMEBODYELSE',
    userAgent: 'aws-cli/2.27.50 md/awscrt#0.26.1 ua/2.1 os/linux#6.1.0 md/arch#x86_64 lang/python#3.13.4',
  };
}

/** Carries a call out, and has CloudTrail put down that it was made, or refused. */
export function recorded(world: World, made: Made, caller: Caller, carryOut: () => object): object {
  if (!kept.includes(made.service) || isReading(made.name)) return carryOut();
  try {
    const output = carryOut();
    note(world, made, caller, { output });
    return output;
  } catch (error) {
    if (error instanceof AwsError) note(world, made, caller, { error });
    throw error;
  }
}

/** Puts down a call. */
export function note(
  world: World,
  { service, name, input }: Made,
  caller: Caller,
  { output, error }: { readonly output?: object; readonly error?: AwsError },
): void {
  const source = `${service}.amazonaws.com`;
  const requestParameters = worded(input);
  const responseElements = output === undefined ? null : answerIn(output);
  const resources = [...resourcesIn(requestParameters), ...resourcesIn(responseElements)];
  const once = [...new Map(resources.map((one) => [JSON.stringify(one), one])).values()];
  world.trail.add(world.time, { source, name, caller, resources: once }, (eventID, eventTime) => ({
    eventVersion: '1.11',
    userIdentity: {
      type: caller.arn.includes(':assumed-role/') ? 'AssumedRole' : 'IAMUser',
      arn: caller.arn,
      accountId: world.account,
      accessKeyId: caller.accessKey,
      ...(caller.arn.includes(':user/') && { userName: caller.user }),
    },
    eventTime,
    eventSource: source,
    eventName: name,
    awsRegion: world.region,
    sourceIPAddress: world.runner,
    userAgent: caller.userAgent,
    ...(error && {
      errorCode: service === 'ec2' ? `Client.${error.code}` : error.code,
      errorMessage: error.message,
    }),
    requestParameters,
    responseElements,
    eventID,
    readOnly: false,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: world.account,
    eventCategory: 'Management',
  }));
}

/** As CloudTrail words what the SDK has: `DBInstanceIdentifier` is `dBInstanceIdentifier` there. */
function worded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(worded);
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(members.map(([name, one]) => [lowered(name), worded(one)]));
}

const lowered = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

// What is looked up there; the rest of an answer would only cost memory.
const answered = [
  'DBInstanceIdentifier',
  'DbiResourceId',
  'DBInstanceArn',
  'DBInstanceStatus',
  'DBClusterIdentifier',
  'DbClusterResourceId',
  'DBClusterArn',
  'VpcSecurityGroups',
];

/** The answers of RDS hold one thing, whose members CloudTrail shows at the top. */
function answerIn(output: object): unknown {
  const { DBInstance, DBCluster } = output as { DBInstance?: object; DBCluster?: object };
  const one = DBInstance ?? DBCluster;
  if (!one) return null;
  return worded(Object.fromEntries(Object.entries(one).filter(([name]) => answered.includes(name))));
}

const types: Readonly<Record<string, string>> = {
  dBInstanceIdentifier: 'AWS::RDS::DBInstance',
  newDBInstanceIdentifier: 'AWS::RDS::DBInstance',
  dBClusterIdentifier: 'AWS::RDS::DBCluster',
  newDBClusterIdentifier: 'AWS::RDS::DBCluster',
  dBSnapshotIdentifier: 'AWS::RDS::DBSnapshot',
  dBClusterSnapshotIdentifier: 'AWS::RDS::DBClusterSnapshot',
  groupId: 'AWS::EC2::SecurityGroup',
  volumeId: 'AWS::EC2::Volume',
  snapshotId: 'AWS::EC2::Snapshot',
  instanceId: 'AWS::EC2::Instance',
};

/** What a call names, by the members that AWS gives names in. */
function resourcesIn(parameters: unknown): Resource[] {
  if (typeof parameters !== 'object' || parameters === null) return [];
  return Object.entries(parameters).flatMap(([name, value]) => {
    const ResourceType = types[name];
    return ResourceType !== undefined && typeof value === 'string' ? [{ ResourceType, ResourceName: value }] : [];
  });
}
