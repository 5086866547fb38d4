import type { Call } from '../src/simulator/account.ts';
import type { ScenarioInput } from '../src/simulator/scenario.ts';
import { type Bench, onAccount } from './account.ts';
import { endOf, type IsDone } from './ends-of-changes.ts';
import { planIn, runToEnd, type Submitted } from './runs.ts';

/** One change of the cut-over: how long the account took over it, and how long it was until the next one was asked for. */
export interface Change {
  readonly step: string;
  readonly neededMs: number;
  readonly untilNextMs: number;
}

/** A cut-over, from the moment at which clients are kept out until they are let in. */
export interface CutOver {
  readonly changes: readonly Change[];
  readonly totalMs: number;
  /** How long the account had at least one of the changes under way: nobody could be faster with these steps in this order. */
  readonly leastMs: number;
}

const oldKey = 'alias/old';
const newKey = 'alias/new';
const ownGroup = 'sg-0aaaaaaaaaaaaaaa1';
const fence = 'sg-0fe0ce00000000001';
const sets = [
  `keys.from=${oldKey}`,
  `keys.to=${newKey}`,
  `steps.read.with.fence.securityGroup=${fence}`,
  'steps.read.with.fence.inbound=[10.9.0.7/32]',
  'steps.soak.with.for=1h',
];

/** One run of plans/rds-instance.yaml on a database of so many GiB, four tenths of it data, with clients that write. */
export function databaseCutOver(
  sizeGiB: number,
  { warmUp, seed }: { warmUp: boolean; seed: number },
): Promise<CutOver> {
  const plan = planIn('plans/rds-instance.yaml', ['target.id=orders', ...sets], warmUp ? undefined : withoutWarmUp);
  const name = `database of ${sizeGiB} GiB`;
  return onAccount(oneDatabase(sizeGiB), seed, (bench) => lived(bench, name, plan, ['orders']));
}

/** One run of plans/rds-cluster.yaml on an Aurora cluster of two members with so many GiB of data, whose clients write. */
export function clusterCutOver(sizeGiB: number, seed: number): Promise<CutOver> {
  const plan = planIn('plans/rds-cluster.yaml', ['target.id=shop', ...sets]);
  const name = `cluster of ${sizeGiB} GiB`;
  return onAccount(oneCluster(sizeGiB), seed, (bench) => lived(bench, name, plan, ['shop', ...members]));
}

const members = ['shop-1', 'shop-2'];
const keysAndGroups = {
  keys: [{ alias: oldKey }, { alias: newKey }],
  securityGroups: [
    { id: ownGroup, inbound: ['10.0.0.0/8:5432'], outbound: [] },
    { id: fence, inbound: ['10.9.0.7/32:5432'], outbound: [] },
  ],
};
// Far from every cut-over: RDS's own backup would hold up the next change.
const backupWindow = '22:00-22:30';

function oneCluster(storage: number): ScenarioInput {
  return {
    ...keysAndGroups,
    clusters: [
      {
        id: 'shop',
        storage,
        key: oldKey,
        port: 5432,
        securityGroups: [ownGroup],
        deletionProtection: true,
        backupWindow,
        members: members.map((id) => ({ id, class: 'db.r6g.large' })),
        endpoints: [{ id: 'shop-reports', type: 'READER', static: ['shop-2'] }],
        workload: { everySeconds: 7 },
      },
    ],
  };
}

function oneDatabase(storage: number): ScenarioInput {
  return {
    ...keysAndGroups,
    databases: [
      {
        id: 'orders',
        class: 'db.m6g.large',
        storage,
        key: oldKey,
        securityGroups: [ownGroup],
        parameterGroup: 'orders-16',
        deletionProtection: true,
        backupWindow,
        workload: { everySeconds: 7 },
      },
    ],
  };
}

/** The plan without its first snapshot, the copy of it, and what discards them: comments and order stay. */
function withoutWarmUp(text: string): string {
  return text.replace(/^ {2}- (?:\{ id: (?:discard-)?warm-up|id: (?:discard-)?warm-up)[^\n]*\n(?: {4}[^\n]*\n)*/gm, '');
}

async function lived(bench: Bench, name: string, plan: Submitted, atStake: readonly string[]): Promise<CutOver> {
  const watch = new Watch(bench, atStake);
  const records = await runToEnd(bench, name, [plan], () => watch.arm());
  const spans = watch.spans;
  // Each call by its step: of the intents before it, the last one.
  const intents = records.flatMap((one) =>
    one.t === 'intent' ? [{ step: one.key.step ?? 'claim', at: Date.parse(one.at) }] : [],
  );
  const stepOf = (at: number) => intents.findLast((one) => one.at <= at)?.step ?? '';
  const named = spans.map((span) => ({ ...span, step: stepOf(span.at) }));
  const from = named.findIndex(({ step }) => step === 'fence');
  const to = named.findIndex(({ step }) => step === 'admit');
  const cutOver = named.slice(from, to + 1);
  const changes = cutOver.map(({ step, at, doneAt }, index) => ({
    step,
    neededMs: doneAt - at,
    untilNextMs: Math.max(0, (cutOver[index + 1]?.at ?? doneAt) - doneAt),
  }));
  const [first, last] = [cutOver[0], cutOver.at(-1)];
  if (!first || !last || spans.some(({ doneAt }) => Number.isNaN(doneAt)))
    throw new Error(`${name}: no whole cut-over`);
  return {
    changes,
    totalMs: last.doneAt - first.at,
    leastMs: covered(cutOver),
  };
}

/** How much time lies in at least one of the spans, which begin one after the other. */
function covered(spans: readonly { readonly at: number; readonly doneAt: number }[]): number {
  let [sum, until] = [0, 0];
  for (const { at, doneAt } of spans) {
    sum += Math.max(0, doneAt - Math.max(at, until));
    until = Math.max(until, doneAt);
  }
  return sum;
}

interface Span {
  readonly at: number;
  /** NaN until then. */
  doneAt: number;
  readonly isDone: IsDone;
}

/** Knows the moment at which each change of a database or cluster was really done, whether or not anybody asked. */
class Watch {
  readonly spans: Span[] = [];
  private readonly bench: Bench;
  private armedAt = Number.POSITIVE_INFINITY;
  private timer: ReturnType<typeof setTimeout> | undefined;

  private readonly atStake: readonly string[];

  constructor(bench: Bench, atStake: readonly string[]) {
    this.bench = bench;
    this.atStake = atStake;
    bench.hearers.add((call) => this.hear(call));
  }

  /** Has the account's next event happen at its own time: it has no timers, and would not notice before it is called. */
  arm(): void {
    const at = this.bench.account.nextAt() ?? Number.POSITIVE_INFINITY;
    if (at === this.armedAt || !this.spans.some(({ doneAt }) => Number.isNaN(doneAt))) return;
    clearTimeout(this.timer);
    this.armedAt = at;
    if (at === Number.POSITIVE_INFINITY) return;
    this.timer = setTimeout(
      () => {
        this.bench.account.world.settle();
        this.look();
      },
      Math.max(0, at - Date.now()),
    );
  }

  private hear(call: Call): void {
    if (call.service !== 'rds' || call.outcome !== 'done') return;
    this.look();
    const isDone = endOf(this.bench.account, call, this.atStake);
    if (isDone) this.spans.push({ at: call.at, doneAt: Number.NaN, isDone });
  }

  private look(): void {
    for (const span of this.spans) if (Number.isNaN(span.doneAt) && span.isDone()) span.doneAt = Date.now();
  }
}
