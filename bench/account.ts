import { EC2 } from '@aws-sdk/client-ec2';
import { connect } from '../src/aws/clients.ts';
import type { AwsServices } from '../src/aws/services.ts';
import { type Clock, clockOf } from '../src/contract/clock.ts';
import { type Account, type Call, createAccount } from '../src/simulator/account.ts';
import { requestHandler } from '../src/simulator/handler.ts';
import { simulatedDatabases } from '../src/simulator/rds/sql.ts';
import { type ScenarioInput, scenarioOf } from '../src/simulator/scenario.ts';
import { wireless } from '../test/support/wireless.ts';
import { inVirtualTime, type VirtualTime } from './virtual-time.ts';

const epoch = Date.UTC(2026, 0, 4);
const latencyMs = 50;
const credentials = { accessKeyId: 'AKIABENCH', secretAccessKey: 'bench' };

/** A simulated account in virtual time, and the ways to call it. */
export interface Bench {
  readonly time: VirtualTime;
  readonly account: Account;
  readonly clock: Clock;
  /** The services as a run has them: paced, sent once. Every call is counted, by its name in IAM. */
  readonly aws: AwsServices;
  readonly calls: ReadonlyMap<string, number>;
  /** A client as the SDK makes it by default, its calls counted by operation. */
  readonly plain: { readonly ec2: EC2; readonly calls: { count: number } };
  /** Calls that the account refused because they came too fast. */
  readonly refused: { count: number };
  /** Are told of every call that the account has answered. */
  readonly hearers: Set<(call: Call) => void>;
}

/** Runs `body` on a new account of this scenario. The same seed gives the same history, also `wireless`: without XML and signatures. */
export function onAccount<T>(
  scenario: ScenarioInput,
  seed: number,
  body: (bench: Bench) => Promise<T>,
  options: { readonly wireless?: boolean } = {},
): Promise<T> {
  return inVirtualTime({ epoch, seed }, async (time) => {
    const refused = { count: 0 };
    const hearers = new Set<(call: Call) => void>();
    const account = createAccount({
      scenario: scenarioOf(scenario),
      now: () => Date.now(),
      seed,
      observe: (call) => {
        if (/^(RequestLimitExceeded|Throttling|ThrottlingException)$/.test(call.outcome)) refused.count++;
        for (const hear of hearers) hear(call);
      },
    });
    const clock = clockOf();
    const calls = new Map<string, number>();
    const region = 'eu-west-1';
    const handler = requestHandler(account, { latency: () => latencyMs });
    const aws = await connect({
      region,
      clock,
      requestHandler: handler,
      credentials,
      databases: simulatedDatabases(account),
      onCall: (call) => void calls.set(call, (calls.get(call) ?? 0) + 1),
    });
    if (options.wireless) {
      await account.ready();
      const { cloudtrail, ec2, kms, rds, secretsmanager, sts } = aws;
      wireless(
        account,
        { cloudtrail: cloudtrail(), ec2, kms, rds, secretsmanager, sts },
        { latencyMs, timeoutMs: undefined, carried: (send) => send() },
      );
    }
    const plain = { ec2: new EC2({ region, requestHandler: handler, credentials }), calls: { count: 0 } };
    plain.ec2.middlewareStack.add(
      (next) => (args) => {
        plain.calls.count++;
        return next(args);
      },
      { step: 'initialize', name: 'benchCount' },
    );
    return body({ time, account, clock, aws, calls, plain, refused, hearers });
  });
}
