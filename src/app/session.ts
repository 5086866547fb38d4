import type { UserAgent } from '@smithy/types';
import type { AwsServices } from '../aws/services.ts';
import { agentOf } from '../aws/user-agent.ts';
import { clockOf } from '../contract/clock.ts';
import type { Outage } from '../contract/outage.ts';
import type { Plan } from '../contract/plan.ts';
import { mayPass, retry } from '../engine/retry.ts';
import { problem, type RekeyError } from '../errors/index.ts';
import type { Settings } from './settings.ts';
import { version } from './version.ts';

/** A way to AWS that has been tried, with the count of calls sent over it. */
export interface Session {
  readonly aws: AwsServices;
  readonly calls: ReadonlyMap<string, number>;
  /** Who is to hear what was warned of so far, and what is from now on. */
  onWarning(hear: (text: string) => void): void;
  /** From now on every call says that it is made for this run, for whoever reads CloudTrail. */
  workFor(run: string): void;
  /** From now on every changing call asks this right before it goes out: a rejection keeps it here. */
  fence(ask: () => Promise<void>): void;
}

const mostTries = 3;
const pauseMs = 300;

/**
 * Connects to the account and region that all these plans name, and makes sure that it is them. Once `signal` is aborted, nothing
 * more is sent.
 * Throws `region-differs`, `region-refused`, `wrong-account`, `endpoint-unreachable`, `credentials-absent`, `credentials-refused`, `identity-unknown`.
 */
export async function openSession(plans: readonly Plan[], settings: Settings, signal: AbortSignal): Promise<Session> {
  const [plan] = plans;
  if (!plan) throw problem('usage', { what: 'no plan is given' });
  const { region } = settings;
  if (region && region.value !== plan.region) {
    throw problem('region-differs', { plan: plan.name, region: plan.region, from: region.from, found: region.value });
  }
  const [{ connect }, { ownInstance }] = await Promise.all([
    import('../aws/clients.ts'),
    import('../aws/own-instance.ts'),
  ]);
  const calls = new Map<string, number>();
  let ask = async () => {};
  const userAgent: UserAgent = [['rekey', version()]];
  const warnings: string[] = [];
  let warn = (text: string): void => {
    warnings.push(text);
  };
  const aws = await connect({
    region: plan.region,
    userAgent,
    beforeSend: () => ask(),
    ownInstance: ownInstance(),
    clock: settings.clock,
    signal,
    onCall: (call) => void calls.set(call, (calls.get(call) ?? 0) + 1),
    onWarning: (text) => warn(text),
    ...(settings.profile === undefined ? {} : { profile: settings.profile }),
    ...(settings.endpoint === undefined ? {} : { endpoint: settings.endpoint }),
    ...settings.connection,
  });
  const { account, arn } = await askWho(aws, settings);
  if (account !== plan.account) throw problem('wrong-account', { expected: plan.account, found: account, arn });
  if (!region) await tryRegion(aws);
  const fence = (asked: () => Promise<void>) => {
    ask = asked;
  };
  const onWarning = (hear: (text: string) => void) => {
    warn = hear;
    for (const text of warnings.splice(0)) hear(text);
  };
  const workFor = (run: string) => void userAgent.push(agentOf(run));
  return { aws, calls, workFor, fence, onWarning };
}

// With these AWS says that credentials which it has just named are not taken in this Region.
const foreign = ['AuthFailure', 'OptInRequired', 'RegionDisabledException', 'UnrecognizedClientException'];

/** Where nothing but the plan names the Region: STS may answer in one that EC2 does not take the credentials for. */
async function tryRegion(aws: AwsServices): Promise<void> {
  const { classify } = await import('../aws/outage.ts');
  try {
    await aws.ec2.describeVolumes({ MaxResults: 5 });
  } catch (cause) {
    const { code = '', message: reason = '' } = classify(cause) ?? {};
    // Whatever else it is, it is told by the step that meets it.
    if (foreign.includes(code)) throw problem('region-refused', { region: aws.region, code, reason }, cause);
  }
}

async function askWho(aws: AwsServices, settings: Settings): Promise<{ account: string; arn: string }> {
  const [{ whoAmI }, { classify }] = await Promise.all([import('../aws/clients.ts'), import('../aws/outage.ts')]);
  const ports = { clock: clockOf(), signal: new AbortController().signal, classify };
  return retry<{ account: string; arn: string }>(
    ports,
    () => whoAmI(aws),
    (error, tries, cause) => {
      if (mayPass(error) && tries + 1 < mostTries) return { againInMs: pauseMs };
      throw whyUnknown(error, cause, settings, aws.region);
    },
  );
}

function whyUnknown(error: Outage, cause: unknown, settings: Settings, region: string): RekeyError {
  const endpoint = settings.endpoint ?? `AWS in ${region}`;
  const profile = settings.profile ?? (process.env['AWS_PROFILE'] || undefined);
  const { code, message: reason } = error;
  if (mayPass(error)) {
    const told = reason.includes(code) ? reason : `${code}: ${reason}`;
    return problem('endpoint-unreachable', { endpoint, reason: told }, cause);
  }
  if (/Credentials|TokenProvider/.test(code)) return problem('credentials-absent', { reason, profile }, cause);
  if (error.class === 'stop-run') return problem('credentials-refused', { code, reason }, cause);
  return problem('identity-unknown', { code, reason }, cause);
}
