import { EC2 } from '@aws-sdk/client-ec2';
import { KMS } from '@aws-sdk/client-kms';
import { STS } from '@aws-sdk/client-sts';
import { type Call, createAccount } from '../../src/simulator/account.ts';
import { type HandlerOptions, requestHandler } from '../../src/simulator/handler.ts';
import { type ScenarioInput, scenarioOf } from '../../src/simulator/scenario.ts';

/** One running instance with a root and a data volume under `alias/old`, a loose volume, and `alias/new`. */
export function fleet(changes: ScenarioInput = {}): ScenarioInput {
  return {
    keys: [{ alias: 'alias/old' }, { alias: 'alias/new' }, { alias: 'alias/disabled', state: 'Disabled' }],
    instances: [
      {
        id: 'i-00000000000000001',
        volumes: [
          { id: 'vol-00000000000000001', device: '/dev/xvda', size: 8, key: 'alias/old' },
          { id: 'vol-00000000000000002', device: '/dev/xvdf', size: 20, key: 'alias/old' },
        ],
        workload: { everySeconds: 60 },
      },
    ],
    volumes: [{ id: 'vol-00000000000000003', size: 10, key: 'alias/old', tags: { Name: 'loose' } }],
    ...changes,
  };
}

/** Real SDK clients of a simulated account in process, whose clock only `pass` moves. */
export function clients(
  input: ScenarioInput = fleet(),
  options: HandlerOptions & { seed?: number; observe?: (call: Call) => void } = {},
) {
  let time = Date.UTC(2026, 0, 1);
  const { seed, observe, ...handling } = options;
  const account = createAccount({
    scenario: scenarioOf(input),
    now: () => time,
    ...(seed === undefined ? {} : { seed }),
    ...(observe ? { observe } : {}),
  });
  const config = {
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' },
    requestHandler: requestHandler(account, handling),
    maxAttempts: 1,
  };
  const pass = (ms: number) => {
    time += ms;
  };
  const until = async (test: () => Promise<boolean>, limitMs = 3_600_000) => {
    for (let passed = 0; passed < limitMs; passed += 5000) {
      if (await test()) return;
      pass(5000);
    }
    throw new Error('it did not come about within an hour');
  };
  return { account, ec2: new EC2(config), kms: new KMS(config), sts: new STS(config), pass, until, now: () => time };
}

/** The wire code that a call is refused with. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'accepted';
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}
