import { setMaxListeners } from 'node:events';
import type { AwsServices } from '../aws/services.ts';
import { clockOf } from '../contract/clock.ts';
import type { Plan } from '../contract/plan.ts';
import { problem } from '../errors/index.ts';
import { tell } from './screen.ts';
import type { Settings } from './settings.ts';

/** A way to AWS that has been tried, with the count of calls sent over it. */
export interface Session {
  readonly aws: AwsServices;
  readonly calls: ReadonlyMap<string, number>;
  /** Once aborted, nothing more is sent. */
  readonly stop: AbortController;
}

const tries = 3;
const pauseMs = 300;

/**
 * Connects to the account and region that all these plans name, and makes sure that it is them.
 * Throws `region-differs`, `wrong-account`, `endpoint-unreachable`, `credentials-absent`, `credentials-refused`, `identity-unknown`.
 */
export async function openSession(plans: readonly Plan[], settings: Settings): Promise<Session> {
  const [plan] = plans;
  if (!plan) throw problem('usage', { what: 'no plan is given' });
  const { region } = settings;
  if (region && region.value !== plan.region) {
    throw problem('region-differs', { plan: plan.name, region: plan.region, from: region.from, found: region.value });
  }
  const { connect } = await import('../aws/clients.ts');
  const calls = new Map<string, number>();
  const stop = new AbortController();
  // Everything that waits listens to it.
  setMaxListeners(0, stop.signal);
  const aws = await connect({
    region: plan.region,
    clock: settings.clock,
    signal: stop.signal,
    onCall: (call) => void calls.set(call, (calls.get(call) ?? 0) + 1),
    onWarning: (text) => tell(`note: ${text}`),
    ...(settings.profile === undefined ? {} : { profile: settings.profile }),
    ...(settings.endpoint === undefined ? {} : { endpoint: settings.endpoint }),
  });
  const { account, arn } = await askWho(aws, settings);
  if (account !== plan.account) throw problem('wrong-account', { expected: plan.account, found: account, arn });
  return { aws, calls, stop };
}

async function askWho(aws: AwsServices, settings: Settings): Promise<{ account: string; arn: string }> {
  const [{ whoAmI }, { classify }] = await Promise.all([import('../aws/clients.ts'), import('../aws/outage.ts')]);
  const wall = clockOf();
  for (let attempt = 1; ; attempt++) {
    try {
      return await whoAmI(aws);
    } catch (error) {
      const outage = classify(error);
      if (!outage) throw error;
      const { code, message: reason } = outage;
      const again = outage.class === 'retry' || outage.class === 'in-doubt' || outage.class === 'wait';
      if (again && attempt < tries) await wall.sleepUntil(wall.now() + pauseMs);
      else if (again) {
        const endpoint = settings.endpoint ?? `AWS in ${aws.region}`;
        throw problem(
          'endpoint-unreachable',
          { endpoint, reason: reason.includes(code) ? reason : `${code}: ${reason}` },
          error,
        );
      } else if (/Credentials|TokenProvider/.test(code)) throw problem('credentials-absent', { reason }, error);
      else if (outage.class === 'stop-run') throw problem('credentials-refused', { code, reason }, error);
      else throw problem('identity-unknown', { code, reason }, error);
    }
  }
}
