import type { Call } from '../src/simulator/account.ts';
import type { ScenarioInput } from '../src/simulator/scenario.ts';
import { type Bench, onAccount } from './account.ts';
import { planIn, runToEnd, type Submitted } from './runs.ts';

const oldKey = 'alias/old';
const newKey = 'alias/new';
/** Which keys the plans of a bench move from and to. */
export const keySets: readonly string[] = [`keys.from=${oldKey}`, `keys.to=${newKey}`];
const instanceId = (at: number) => `i-${(at + 1).toString(16).padStart(17, '0')}`;
export const volumeId = (at: number) => `vol-${(at + 1).toString(16).padStart(17, '0')}`;

/** What the account has seen of many instances that one run moves side by side. */
export interface ManyInstances {
  /** Of each call that changes a target, in ms: how long before it the target was last looked at. */
  readonly lookAges: ReadonlyMap<string, readonly number[]>;
  /** Of each start, in ms: from its intent to its arrival. */
  readonly startsHeldMs: readonly number[];
  /** Of each instance, in ms: from the stop to the start. */
  readonly downMs: readonly number[];
  /** From the first call to the last start, in ms. */
  readonly untilStartedMs: number;
  readonly calls: number;
  /** Calls that were refused for their rate. */
  readonly refused: number;
}

export interface Many {
  readonly instances: number;
  readonly volumes: number;
  readonly seed: number;
  /** Every DescribeInstances shows what was so long ago. */
  readonly staleMs?: number;
}

/** One run of plans/ec2-instance.yaml for each of so many instances. Throws unless all of them are done. */
export function manyInstances({ instances, volumes, seed, staleMs }: Many): Promise<ManyInstances> {
  const plans = plansOfInstances(instances, ['steps.soak.with.for=10m']);
  const body = async (bench: Bench): Promise<ManyInstances> => {
    if (staleMs !== undefined)
      bench.account.faults.add({ kind: 'stale', operation: 'DescribeInstances', staleMs, share: 1 });
    const looks = new Looks(bench);
    const records = await runToEnd(bench, `${instances} instances`, plans);
    const intents = new Map(
      records.flatMap((one) =>
        one.t === 'intent' && one.key.step === 'start' ? [[one.key.plan, Date.parse(one.at)] as const] : [],
      ),
    );
    const ids = plans.map((_, at) => instanceId(at));
    const startedAt = (id: string) => looks.last('StartInstances', id);
    return {
      lookAges: looks.ages,
      startsHeldMs: ids.map((id, at) => startedAt(id) - (intents.get(`instance-${at}`) ?? 0)),
      downMs: ids.map((id) => startedAt(id) - looks.last('StopInstances', id)),
      untilStartedMs: Math.max(...ids.map(startedAt)) - looks.firstAt,
      calls: [...bench.calls.values()].reduce((sum, count) => sum + count, 0),
      refused: bench.refused.count,
    };
  };
  return onAccount(manyIn(instances, volumes, false), seed, body, { wireless: true });
}

/** One run of plans/ec2-instance.yaml for each of so many instances. */
export function plansOfInstances(instances: number, sets: readonly string[]): Submitted[] {
  return Array.from({ length: instances }, (_, at) =>
    planIn('plans/ec2-instance.yaml', [`name=instance-${at}`, `target.id=${instanceId(at)}`, ...keySets, ...sets]),
  );
}

/** An account with so many instances, each with so many volumes under the old key. */
export function manyIn(instances: number, volumes: number, throttling: boolean): ScenarioInput {
  return {
    keys: [{ alias: oldKey }, { alias: newKey }],
    limits: { throttling },
    instances: Array.from({ length: instances }, (_, at) => ({
      id: instanceId(at),
      type: 'm5.large',
      volumes: Array.from({ length: volumes }, (_, place) => ({
        device: place === 0 ? '/dev/xvda' : `/dev/sd${String.fromCharCode('e'.charCodeAt(0) + place)}`,
        id: volumeId(at * volumes + place),
        size: place === 0 ? 8 : 50,
        key: oldKey,
      })),
    })),
  };
}

const changing = /^(StopInstances|StartInstances|DetachVolume|AttachVolume|ModifyInstanceAttribute)$/;

/** When each instance was last looked at, as the account knows it. */
class Looks {
  readonly ages = new Map<string, number[]>();
  readonly firstAt = Date.now();
  private readonly looked = new Map<string, number>();
  private readonly done = new Map<string, number>();

  constructor({ hearers }: Bench) {
    hearers.add((call) => this.hear(call));
  }

  /** When the last such call about an instance was carried out, in ms. */
  last(operation: string, id: string): number {
    return this.done.get(`${operation} ${id}`) ?? Number.NaN;
  }

  private hear({ at, operation, input, outcome }: Call): void {
    if (operation === 'DescribeInstances') for (const id of filtered(input)) this.looked.set(id, at);
    if (!changing.test(operation)) return;
    for (const id of namedIn(input)) {
      if (outcome === 'done') this.done.set(`${operation} ${id}`, at);
      this.ages.set(operation, [...(this.ages.get(operation) ?? []), at - (this.looked.get(id) ?? 0)]);
    }
  }
}

function filtered(input: object): readonly string[] {
  const { Filters = [] } = input as { Filters?: readonly { Name?: string; Values?: readonly string[] }[] };
  return Filters.flatMap(({ Name, Values = [] }) => (Name === 'instance-id' ? Values : []));
}

function namedIn(input: object): readonly string[] {
  const { InstanceId, InstanceIds = [] } = input as { InstanceId?: string; InstanceIds?: readonly string[] };
  return InstanceId === undefined ? InstanceIds : [InstanceId];
}
