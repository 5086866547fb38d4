import type { AwsServices } from '../../src/aws/services.ts';
import type { Account, Answer, Signed } from '../../src/simulator/account.ts';
import { travelled, withinLimits } from '../../src/simulator/handler.ts';
import { AwsError } from '../../src/simulator/wire/message.ts';
import type { ServiceName } from '../../src/simulator/wire/route.ts';

type Client = AwsServices['sts'];

// Taken before any test fakes the time: the class that it puts in the place of this one is ten times as slow.
const RealDate = Date;

/**
 * Has the clients call the account without a wire: no query string, no XML, no signature, which are half of a history's time.
 * A history is the same with and without it, call by call (test/sweep/seeds.test.ts).
 */
export function wireless(
  account: Account,
  clients: Readonly<Partial<Record<ServiceName, unknown>>>,
  {
    latencyMs,
    timeoutMs,
    carried,
  }: {
    latencyMs: number;
    timeoutMs: number | undefined;
    carried: <T>(send: () => Promise<T>, operation: string) => Promise<T>;
  },
): void {
  for (const [service, client] of Object.entries(clients) as [ServiceName, Client][]) {
    // A command's chain of middleware is put together once, not for every call: nothing in these keeps anything of a call.
    client.config.cacheMiddleware = true;
    const userAgent = (client.config.customUserAgent ?? []).map((pair) => pair.join('/')).join(' ');
    const by = { accessKey, userAgent };
    client.middlewareStack.add(
      (_next, context) =>
        async ({ input }) => {
          const operation = context.commandName?.replace(/Command$/, '') ?? '';
          const send = () =>
            withinLimits(
              travelled(latencyMs, () => answered(account, by, [service, operation, plain(input) as object])),
              {},
              timeoutMs,
            );
          const answer = await carried(send, operation);
          const date = new RealDate(account.world.time).toUTCString();
          if (answer instanceof AwsError) throw asThrown(answer, date);
          return { response: { headers: { date } }, output: { ...(plain(answer) as object), $metadata: {} } as never };
        },
      { step: 'initialize', name: 'wireless', priority: 'low' },
    );
  }
}

// As in the scope of a signed request.
const accessKey = 'AKIATEST';

/** A refusal is an answer, too: it travels back as one. */
function answered(
  account: Account,
  by: Signed,
  [service, operation, input]: readonly [ServiceName, string, object],
): Answer<object> {
  try {
    return account.call(service, operation, input, by);
  } catch (error) {
    if (error instanceof AwsError) return { kind: 'answer', response: error, delayMs: 0 };
    throw error;
  }
}

/** As the SDK throws what the account refuses. */
function asThrown({ code, message, status, reason }: AwsError, date: string): Error {
  const $response = { headers: { date } };
  const Reason = reason;
  return Object.assign(new Error(message), { name: code, $metadata: { httpStatusCode: status }, $response, Reason });
}

/** A copy, as a wire makes one: without what is undefined, and sharing nothing. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  const copy: Record<string, unknown> = {};
  // Half of all objects that a history makes are made here: no list of entries for each.
  for (const name in value) {
    const one = (value as Record<string, unknown>)[name];
    if (one !== undefined) copy[name] = plain(one);
  }
  return copy;
}
