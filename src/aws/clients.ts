import type { CloudTrail } from '@aws-sdk/client-cloudtrail';
import type { EBS } from '@aws-sdk/client-ebs';
import type { EC2 } from '@aws-sdk/client-ec2';
import type { KMS } from '@aws-sdk/client-kms';
import type { RDS } from '@aws-sdk/client-rds';
import type { SecretsManager } from '@aws-sdk/client-secrets-manager';
import type { STS, STSClientConfig } from '@aws-sdk/client-sts';
import type { FinalizeRequestMiddleware, HandlerExecutionContext, MiddlewareStack, UserAgent } from '@smithy/types';
import type { Clock } from '../contract/clock.ts';
import type { Databases } from '../contract/databases.ts';
import { AwsTime } from './aws-time.ts';
import { Budget, isReading } from './budget.ts';
import { createClusterSight } from './cluster-sight.ts';
import { createDatabaseSight } from './database-sight.ts';
import { secretReader } from './databases/secret.ts';
import { connectDatabases } from './databases.ts';
import { createKeySight } from './key-sight.ts';
import { sdk } from './sdk.ts';
import type { AwsServices } from './services.ts';
import { createSight } from './sight.ts';
import { Sightings } from './sightings.ts';
import { createStamps } from './stamps.ts';

/** How to reach AWS. What is left out follows the conventions of the AWS tools (AWS_* variables, shared files, SSO, roles). */
export interface ConnectOptions {
  readonly region: string;
  readonly profile?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly clock: Clock;
  /** Takes the place of HTTP, for a simulated account in the same process. */
  readonly requestHandler?: NonNullable<STSClientConfig['requestHandler']> | undefined;
  readonly credentials?: NonNullable<STSClientConfig['credentials']> | undefined;
  /** Takes the place of real connections to databases. */
  readonly databases?: Databases | undefined;
  /** Tells the EC2 instance that this process runs on; of none, when it is left out. */
  readonly ownInstance?: (() => Promise<string | undefined>) | undefined;
  /** Goes with every call, so that CloudTrail tells ours from those of others. What is added to it later goes with those from then on. */
  readonly userAgent?: UserAgent | undefined;
  /** Once aborted, nothing more is sent: what still waits for its turn rejects with an AbortError. */
  readonly signal?: AbortSignal | undefined;
  /** Asked after a changing call was signed, right before it goes out: a rejection keeps it here. */
  readonly beforeSend?: (() => Promise<void>) | undefined;
  /** Hears of every call as it is sent, named as in IAM: "ec2:CreateSnapshot". */
  readonly onCall?: ((operation: string) => void) | undefined;
  /** Hears what the operator ought to know about this machine, in words. */
  readonly onWarning?: ((text: string) => void) | undefined;
}

const connectionTimeoutMs = 10_000;
const requestTimeoutMs = 60_000;
const maxSockets = 500;
const nodeThatTheSdkWants = 22;

/** Makes the services of one account and region. Loads the SDK; sends nothing yet. */
export async function connect(options: ConnectOptions): Promise<AwsServices> {
  const credentials = options.credentials ?? (await profileCredentials(options));
  const config = {
    region: options.region,
    // The SDK resends by itself what has no token, and so makes it twice (facts §1.1).
    maxAttempts: 1,
    requestHandler: options.requestHandler ?? {
      connectionTimeout: connectionTimeoutMs,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
      // What has its turn must not stand in line once more, behind calls that hang.
      httpsAgent: { maxSockets },
    },
    ...(options.endpoint !== undefined && { endpoint: options.endpoint }),
    ...(options.profile !== undefined && { profile: options.profile }),
    ...(credentials !== undefined && { credentials }),
    ...(options.userAgent !== undefined && { customUserAgent: options.userAgent }),
  };
  const clients = inWords(options, () => ({
    ebs: new (sdk.ebs().EBS)(config),
    ec2: new (sdk.ec2().EC2)(config),
    kms: new (sdk.kms().KMS)(config),
    rds: new (sdk.rds().RDS)(config),
    secretsmanager: new (sdk.secretsmanager().SecretsManager)(config),
    sts: new (sdk.sts().STS)(config),
  }));
  const budget = new Budget(options.clock);
  const time = new AwsTime(options.clock);
  const { clock, signal = new AbortController().signal } = options;
  const sightings = new Sightings(time);
  const onAnswer = ({ operation, output, date }: Answered) => {
    time.note(date);
    if (output) sightings.answered(operation, output);
  };
  const leaving: Leaving = new WeakMap();
  const harness = (service: string, client: Client) => {
    pace(client, service, { budget, leaving }, options);
    hear(client, onAnswer);
    fence(client, leaving, options);
  };
  for (const [service, client] of Object.entries(clients)) harness(service, client);
  let trail: CloudTrail | undefined;
  // Asked once or twice in a run, or never: it is loaded then.
  const cloudtrail = () => {
    if (trail) return trail;
    trail = new (sdk.cloudtrail().CloudTrail)(config);
    harness('cloudtrail', trail);
    return trail;
  };
  const rds = () => clients.rds;
  const order = { clock, signal, sightings, time };
  const sight = {
    ...createSight(clients.ec2, order),
    ...createDatabaseSight(rds, order),
    ...createClusterSight(rds, order),
    ...createKeySight(() => clients.kms, order),
  };
  const stamp = createStamps(() => clients.ec2, order);
  const databases = options.databases ?? connectDatabases(process.env, undefined, secretReader(clients.secretsmanager));
  const ownInstance = options.ownInstance ?? (async () => undefined);
  const { region } = options;
  return { region, ...clients, cloudtrail, sight, stamp, sightings, time, ownInstance, databases, turns: budget };
}

/** Whose credentials these are: the 12-digit account id and the ARN of the user or role. */
export async function whoAmI(services: Pick<AwsServices, 'sts'>): Promise<{ account: string; arn: string }> {
  const { Account, Arn } = await services.sts.getCallerIdentity({});
  return { account: Account ?? '', arn: Arn ?? '' };
}

async function profileCredentials({ profile, region }: ConnectOptions) {
  if (profile === undefined) return undefined;
  const { fromNodeProviderChain } = await import('@aws-sdk/credential-providers');
  return fromNodeProviderChain({ profile, clientConfig: { region } });
}

type Client = CloudTrail | EBS | EC2 | KMS | RDS | SecretsManager | STS;

/** Of each call on its way, what is asked right before it leaves. */
type Leaving = WeakMap<HandlerExecutionContext, () => void>;
interface Paced {
  readonly budget: Budget;
  readonly leaving: Leaving;
}

/** Counts each call, and holds it back until the account's budget allows it. */
function pace(client: Client, service: string, { budget, leaving }: Paced, { signal, onCall }: ConnectOptions): void {
  // The stacks differ only in the types of what they carry.
  const { middlewareStack } = client as STS;
  // It filters every input and output for a log that nobody keeps.
  middlewareStack.remove('loggerMiddleware');
  middlewareStack.add(
    (next, context) => async (args) => {
      const call = callOf(service, context);
      leaving.set(context, await budget.take(call, signal));
      if (signal?.aborted) throw aborted();
      onCall?.(call);
      return next(args);
    },
    { step: 'initialize', name: 'rekeyPace', priority: 'low' },
  );
}

/** What came back of a call, and when by AWS's own clock: the Date of the answer, to the second. A refusal has no output. */
interface Answered {
  readonly operation: string;
  readonly output: object | undefined;
  readonly date: unknown;
}

const dateIn = (response: unknown) =>
  (response as { readonly headers?: Readonly<Record<string, unknown>> } | undefined)?.headers?.['date'];

/** Has every answer heard, before whoever has asked gets it. */
function hear(client: Client, onAnswer: (answered: Answered) => void): void {
  (client as STS).middlewareStack.add(
    (next, context) => async (args) => {
      const operation = context.commandName?.replace(/Command$/, '') ?? '';
      try {
        const result = await next(args);
        onAnswer({ operation, output: result.output, date: dateIn(result.response) });
        return result;
      } catch (error) {
        const { $response } = error as { readonly $response?: unknown };
        onAnswer({ operation, output: undefined, date: dateIn($response) });
        throw error;
      }
    },
    { step: 'initialize', name: 'rekeyHear', priority: 'high' },
  );
}

/** As in IAM: "ec2:CreateSnapshot". */
function callOf(service: string, { commandName }: HandlerExecutionContext): string {
  return `${service}:${commandName?.replace(/Command$/, '') ?? 'unknown'}`;
}

/**
 * A process that was frozen, or cut off from its journal, must not wake up and send what it has signed: the last questions are asked
 * after the signature, which AWS takes for five minutes (General Reference, "Elements of an AWS API request signature").
 */
function fence(client: Client, leaving: Leaving, { beforeSend }: ConnectOptions): void {
  const ask: FinalizeRequestMiddleware<object, object> = (next, context) => async (args) => {
    if (!isReading(context.commandName ?? '')) await beforeSend?.();
    leaving.get(context)?.();
    return next(args);
  };
  const { middlewareStack } = client as unknown as { middlewareStack: MiddlewareStack<object, object> };
  middlewareStack.addRelativeTo(ask, {
    relation: 'after',
    toMiddleware: 'httpSigningMiddleware',
    name: 'rekeyFence',
  });
}

function aborted(): Error {
  const error = new Error('this process is ending: the call was not sent');
  error.name = 'AbortError';
  return error;
}

/** Makes the clients without the SDK's eight-line warning about the Node version; says it in one line instead. */
function inWords<T>({ onWarning }: ConnectOptions, make: () => T): T {
  const name = 'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED';
  const before = process.env[name];
  // The SDK has no other switch, and looks at it only while a client is made.
  process.env[name] = 'true';
  try {
    return make();
  } finally {
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
    const major = Number.parseInt(process.versions.node, 10);
    if (before === undefined && major < nodeThatTheSdkWants) {
      onWarning?.(
        `Node ${process.versions.node} works, but AWS SDK releases from 2027 on need Node ${nodeThatTheSdkWants}`,
      );
    }
  }
}
