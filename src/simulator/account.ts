import { type Action, act } from './action.ts';
import { callerOf, recorded } from './cloudtrail/record.ts';
import { failLater } from './ec2/failing.ts';
import { Faults, type Strike } from './faults.ts';
import { foundWorld } from './found.ts';
import { operationNames, operations } from './operations.ts';
import { randomOf } from './random.ts';
import type { Scenario } from './scenario.ts';
import { isRead } from './seeded.ts';
import { type AccountState, stateOf } from './state.ts';
import { Throttle } from './throttle.ts';
import { checkDate, dated } from './wire/date.ts';
import { AwsError, type WireRequest, type WireResponse } from './wire/message.ts';
import { fallbackProtocol, type ServiceName, scopeOf, serviceNames, serviceOf } from './wire/route.ts';
import type { World } from './world.ts';

/** What comes back for a request: an answer, perhaps a late one, or none at all. */
export type Answer<T> =
  | { readonly kind: 'answer'; readonly response: T; readonly delayMs: number }
  | { readonly kind: 'silence' }
  | { readonly kind: 'reset' };

/** Who calls, as a request tells it. */
export interface Signed {
  readonly accessKey: string;
  readonly userAgent: string;
}

/** One call as the account saw it. */
export interface Call {
  readonly at: number;
  readonly service: ServiceName;
  readonly operation: string;
  readonly input: object;
  /** What it came to in the account, whatever became of the answer: `done`, or the code it was refused with. */
  readonly outcome: string;
}

/** What somebody else was to do at some time, and what came of it. */
interface EventOutcome {
  readonly at: string;
  readonly do: string;
  readonly outcome: string;
}

export interface Account {
  /** Loads the SDK's schemas; without it the first call to each service does, and so takes turns of the event loop. */
  ready(): Promise<void>;
  /** Answers one request. Time passes only by the account's clock: whoever carries the answer waits `delayMs`. */
  handle(request: WireRequest): Promise<Answer<WireResponse>>;
  /** Answers one call that came without a wire: input and output are as the SDK has them. Throws AwsError when it is refused. */
  call(service: ServiceName, operation: string, input: object, caller?: Partial<Signed>): Answer<object>;
  state(): AccountState & { calls: Record<string, number>; events: EventOutcome[]; faults: ReturnType<Faults['list']> };
  readonly faults: Faults;
  /** Shifts the account's time by `ms` on top of its clock. */
  advance(ms: number): void;
  /** Has `happen` called when the account's time reaches `atMs`, in order with everything else that happens. */
  schedule(atMs: number, happen: () => void): void;
  /** Does at once what another person would. Throws AwsError when the account refuses it. */
  act(action: Action): void;
  /** By the account's clock, when the next thing happens by itself, or undefined. */
  nextAt(): number | undefined;
  /** Everything that exists, for whoever has to judge it. */
  readonly world: World;
}

/** A simulated AWS account. `now` is its clock in ms since 1970; the same seed, clock and calls give the same history. */
export function createAccount(options: {
  scenario: Scenario;
  now: () => number;
  seed?: number;
  /** Told of each call right before it is carried out, and by which access key it comes. */
  arrive?: (operation: string, accessKey: string) => void;
  observe?: (call: Call) => void;
}): Account {
  const { scenario, now, seed = 1, arrive, observe } = options;
  const world = foundWorld(scenario, { now, seed });
  const throttle = scenario.limits.throttling ? new Throttle() : undefined;
  const faults = new Faults({
    operations: operationNames(),
    now: () => world.time,
    settle: () => world.settle(),
    seed,
    remember: (ms) => world.remember(ms),
  });
  faults.add(...scenario.faults);
  const requestIds = randomOf(seed, 'requests');
  const calls = new Map<string, number>();
  const events: EventOutcome[] = [];

  for (const { at, ...action } of scenario.events) {
    world.after(at, () => {
      events.push({
        at: new Date(world.time).toISOString(),
        do: action.do,
        outcome: outcomeOf(() => act(world, action)),
      });
    });
  }

  const call = (service: ServiceName, name: string, input: object, by: Partial<Signed> = {}): Answer<object> => {
    const { accessKey = '', userAgent = '' } = by;
    world.settle();
    const told = (outcome: string) => {
      const counted = `${service}:${name}`;
      calls.set(counted, (calls.get(counted) ?? 0) + 1);
      observe?.({ at: world.time, service, operation: name, input, outcome });
    };
    let output: object;
    try {
      world.credentials.check(service, accessKey);
      throttle?.count(world.time, service, name, input);
      const struck = faults.strike('before', service, name, input);
      if (struck && struck.kind !== 'error' && struck.kind !== 'stale') {
        told(struck.kind);
        return met(struck, {});
      }
      if (struck?.kind === 'error') throw struck.error;
      const known = operations[service];
      const operation = Object.hasOwn(known, name) ? known[name] : undefined;
      if (!operation)
        throw new AwsError('UnsupportedOperation', `The simulated account does not model the operation ${name}.`);
      operation.check(input);
      arrive?.(name, accessKey);
      if (service === 'ec2' && 'DryRun' in input && input.DryRun === true) {
        throw new AwsError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.');
      }
      const shown = struck ? world.ago(struck.staleMs) : world;
      const caller = callerOf(world, accessKey, userAgent);
      output = recorded(world, { service, name, input }, caller, () => operation.run(shown, input));
    } catch (error) {
      if (error instanceof AwsError) told(error.code);
      throw error;
    }
    const struck = faults.strike('after', service, name, input);
    if (struck?.kind === 'fail') failLater(world, name, input, output, struck.code);
    if (!isRead(name)) world.changed();
    told('done');
    return met(struck, output);
  };

  return {
    world,
    faults,
    async ready() {
      for (const name of serviceNames) serviceOf(name);
    },
    async handle(raw) {
      const request = { ...raw, headers: lowerCased(raw.headers) };
      const id = [8, 4, 4, 4, 12].map((digits) => requestIds.hex(digits)).join('-');
      let protocol = fallbackProtocol;
      const { requestAgeSeconds } = world.limits;
      const answer = (response: WireResponse, delayMs = 0) =>
        ({ kind: 'answer', response: dated(response, world.time), delayMs }) as const;
      try {
        const scope = scopeOf(request);
        const service = serviceOf(scope.service);
        protocol = service.protocol;
        if (scope.region !== world.region && scope.service !== 'sts') {
          throw new AwsError('AuthFailure', `Credential should be scoped to a valid Region, not '${scope.region}'.`);
        }
        if (requestAgeSeconds) {
          world.settle();
          checkDate(request, scope.service, world.time, requestAgeSeconds * 1000);
        }
        const { action, raw: parameters } = protocol.call(request);
        const schema = service.operation(action);
        if (!schema) throw unknownAction(scope.service, action);
        const answered = call(scope.service, action, protocol.input(schema.input, parameters), {
          accessKey: scope.accessKey,
          userAgent: request.headers['user-agent'] ?? '',
        });
        if (answered.kind !== 'answer') return answered;
        return answer(protocol.answer(action, schema.output, answered.response, id), answered.delayMs);
      } catch (error) {
        if (error instanceof AwsError) return answer(protocol.refusal(error, id));
        throw error;
      }
    },
    call,
    state() {
      world.settle();
      return { ...stateOf(world), calls: Object.fromEntries(calls), events: [...events], faults: faults.list() };
    },
    advance: (ms) => world.advance(ms),
    schedule: (atMs, happen) => world.at(atMs, happen),
    act(action) {
      world.settle();
      act(world, action);
    },
    nextAt: () => world.nextAt(),
  };
}

/** What becomes of an answer that a fault meets on its way. */
function met(strike: Strike | undefined, output: object): Answer<object> {
  if (strike?.kind === 'error') throw strike.error;
  if (strike?.kind === 'silence' || strike?.kind === 'reset') return { kind: strike.kind };
  return { kind: 'answer', response: output, delayMs: strike?.kind === 'slow' ? strike.delayMs : 0 };
}

function outcomeOf(happen: () => void): string {
  try {
    happen();
    return 'done';
  } catch (error) {
    if (error instanceof AwsError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

function unknownAction(service: ServiceName, action: string): AwsError {
  return /^(cloudtrail|ebs|kms|secretsmanager)$/.test(service)
    ? new AwsError('UnknownOperationException', `${action} is not an operation of ${service}.`)
    : new AwsError('InvalidAction', `The action ${action} is not valid for this web service.`);
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
