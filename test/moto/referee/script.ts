import type { EC2 } from '@aws-sdk/client-ec2';
import type { KMS } from '@aws-sdk/client-kms';
import type { RDS } from '@aws-sdk/client-rds';
import type { STS } from '@aws-sdk/client-sts';

/** What both accounts hold when a scenario begins. */
export interface Ground {
  /** A running EBS-backed t3.micro with an auto-assigned public IPv4 address, its root on /dev/sda1, in `zone`. */
  readonly instance: string;
  readonly root: string;
  readonly zone: string;
  readonly otherZone: string;
  /** An enabled key, and the alias that names it. The root is under it. */
  readonly key: { readonly id: string; readonly arn: string; readonly alias: string };
  /** Security groups of a scenario about databases: the one that they have, and another. */
  readonly groups: { readonly own: string; readonly other: string };
}

export interface Clients {
  readonly ec2: EC2;
  readonly kms: KMS;
  readonly rds: RDS;
  readonly sts: STS;
}

/** One of the two accounts, with a ground that no scenario has used before. */
export interface Side extends Clients {
  readonly ground: Ground;
  /** Lets so much of the account's time pass. */
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
}

/** What a call came to: its output, or how it was refused. */
export type Answer =
  | { readonly output: object }
  | { readonly refused: { readonly code: string; readonly status: number; readonly message: string } };

/** One call of a scenario and what it came to. */
export interface Step {
  /** The operation's name, or what the scenario told. */
  readonly of: string;
  readonly answer: Answer;
}

/** What a scenario speaks to: every call is sent once, and its answer recorded. A refused call gives an empty output. */
export interface Script extends Clients, Ground {
  /** Asks, unrecorded, until the answer holds, letting time pass in between: how long a state lasts is not compared. */
  until(holds: () => Promise<boolean>): Promise<void>;
  /** The clients for asking unrecorded. */
  readonly aside: Clients;
  /** The clients for calls that are told apart from others of the same operation by what is special about them. */
  when(special: string): Clients;
  /** Records what the scenario makes of unrecorded calls, or how one of them was refused. */
  tell(what: string, is: () => unknown): Promise<void>;
  pass(ms: number): Promise<void>;
}

export interface Scenario {
  readonly title: string;
  /** It asks for everything that there is, so what other scenarios left behind has to go first. */
  readonly alone?: true;
  /** It is about databases: those of databases.ts are there and, what is another's, alone; there is no instance of EC2. */
  readonly databases?: true;
  readonly play: (on: Script) => Promise<void>;
}

/** Plays a scenario against one account. Throws only what is no answer of an account. */
export async function played({ play }: Scenario, side: Side): Promise<readonly Step[]> {
  const steps: Step[] = [];
  const note = (of: string, answer: Answer) => void steps.push({ of, answer });
  const { ec2, kms, rds, sts, ground, pass } = side;
  const noting = (suffix: string): Clients => {
    const noted = (of: string, answer: Answer) => note(of + suffix, answer);
    return {
      ec2: recorded(ec2, noted),
      kms: recorded(kms, noted),
      rds: recorded(rds, noted),
      sts: recorded(sts, noted),
    };
  };
  await play({
    ...ground,
    ...noting(''),
    when: (special) => noting(` (${special})`),
    aside: { ec2, kms, rds, sts },
    pass,
    async tell(of, is) {
      try {
        note(of, { output: { is: await is() } });
      } catch (error) {
        note(of, { refused: refusal(error) });
      }
    },
    async until(holds) {
      for (let asked = 1; !(await holds()); asked++) {
        if (asked > 200) throw new Error('the account never came to what the scenario waits for');
        // What has not come soon takes minutes.
        await pass(asked < 10 ? 5_000 : 20_000);
      }
    },
  });
  return steps;
}

function recorded<C extends object>(client: C, note: (of: string, answer: Answer) => void): C {
  return new Proxy(client, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function' || typeof name !== 'string') return method;
      return async (input: object) => {
        const of = name.charAt(0).toUpperCase() + name.slice(1);
        try {
          const { $metadata, ...output } = (await method.call(target, input)) as { $metadata: unknown };
          note(of, { output });
          return output;
        } catch (error) {
          note(of, { refused: refusal(error) });
          return {};
        }
      };
    },
  });
}

/** `HTTP 500` for what is no error of AWS's. Throws what did not come from the other side. */
function refusal(error: unknown) {
  const { name, message, Code, $metadata, $response } = error as Partial<Error> & {
    // What is on the wire: RDS's classes have other names.
    Code?: string;
    $metadata?: { httpStatusCode?: number };
    $response?: { statusCode?: number };
  };
  const status = $metadata?.httpStatusCode ?? $response?.statusCode;
  if (status === undefined) throw error;
  const known = name !== undefined && name !== 'Error' && name !== 'SyntaxError';
  return known
    ? { code: Code ?? name, status, message: message ?? '' }
    : { code: `HTTP ${status}`, status, message: '' };
}
