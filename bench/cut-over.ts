import type { Call } from '../src/simulator/account.ts';
import { hostOf } from '../src/simulator/rds/views.ts';
import type { ScenarioInput } from '../src/simulator/scenario.ts';
import { type Bench, onAccount } from './account.ts';
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
  /** What the account took over the changes, one after the other: nobody could be faster with these steps. */
  readonly leastMs: number;
}

const oldKey = 'alias/old';
const newKey = 'alias/new';
const ownGroup = 'sg-0aaaaaaaaaaaaaaa1';
const fence = 'sg-0fe0ce00000000001';
const sets = [
  'target.id=orders',
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
  const plan = planIn('plans/rds-instance.yaml', sets, warmUp ? undefined : withoutWarmUp);
  return onAccount(scenario(sizeGiB), seed, (bench) => lived(bench, `database of ${sizeGiB} GiB`, plan));
}

function scenario(storage: number): ScenarioInput {
  return {
    keys: [{ alias: oldKey }, { alias: newKey }],
    securityGroups: [
      { id: ownGroup, inbound: ['10.0.0.0/8:5432'], outbound: [] },
      { id: fence, inbound: ['10.9.0.7/32:5432'], outbound: [] },
    ],
    databases: [
      {
        id: 'orders',
        class: 'db.m6g.large',
        storage,
        key: oldKey,
        securityGroups: [ownGroup],
        parameterGroup: 'orders-16',
        deletionProtection: true,
        // Far from every cut-over: RDS's own backup would hold up the next change.
        backupWindow: '22:00-22:30',
        workload: { everySeconds: 7 },
      },
    ],
  };
}

/** The plan without its first snapshot, the copy of it, and what discards them: comments and order stay. */
function withoutWarmUp(text: string): string {
  return text.replace(/^ {2}- (?:\{ id: (?:discard-)?warm-up|id: (?:discard-)?warm-up)[^\n]*\n(?: {4}[^\n]*\n)*/gm, '');
}

async function lived(bench: Bench, name: string, plan: Submitted): Promise<CutOver> {
  const watch = new Watch(bench);
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
    leastMs: changes.reduce((sum, { neededMs }) => sum + neededMs, 0),
  };
}

interface Span {
  readonly at: number;
  /** NaN until then. */
  doneAt: number;
  readonly isDone: () => boolean;
}

/** Knows the moment at which each change of a database was really done, whether or not anybody asked. */
class Watch {
  readonly spans: Span[] = [];
  private readonly bench: Bench;
  private armedAt = Number.POSITIVE_INFINITY;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(bench: Bench) {
    this.bench = bench;
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
    const isDone = this.endOf(call);
    if (isDone) this.spans.push({ at: call.at, doneAt: Number.NaN, isDone });
  }

  private look(): void {
    for (const span of this.spans) if (Number.isNaN(span.doneAt) && span.isDone()) span.doneAt = Date.now();
  }

  /** When what a call has asked for is there; undefined of calls that nothing waits for. */
  private endOf({ operation, input }: Call): (() => boolean) | undefined {
    const { world } = this.bench.account;
    const { rds } = world;
    const named = input as Readonly<Record<string, string>>;
    const byName = () => [...rds.databases.values()].find((one) => one.identifier === named['DBInstanceIdentifier']);
    switch (operation) {
      case 'CreateDBSnapshot':
        return () => rds.snapshots.get(named['DBSnapshotIdentifier'] ?? '')?.status !== 'creating';
      case 'CopyDBSnapshot':
        return () => rds.snapshots.get(named['TargetDBSnapshotIdentifier'] ?? '')?.status !== 'copying';
      case 'ModifyDBInstance':
      case 'RebootDBInstance':
      case 'RestoreDBInstanceFromDBSnapshot': {
        const database = byName();
        const name = named['NewDBInstanceIdentifier'];
        const host = name === undefined ? undefined : hostOf(world, name);
        // A rename is over when the address has followed; before clients are let in, both are asked by their new names.
        const followed = () => host === undefined || database?.address === host;
        const lead = () =>
          name !== 'orders' ||
          [...rds.databases.values()].every((one) => rds.names.get(one.address ?? '') === one.resourceId);
        return () => database?.busy === false && followed() && lead();
      }
      default:
        return undefined;
    }
  }
}
