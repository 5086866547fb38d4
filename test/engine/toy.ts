import * as z from 'zod';
import type { Clock } from '../../src/contract/clock.ts';
import type { RunEvent } from '../../src/contract/event.ts';
import type { Json } from '../../src/contract/json.ts';
import type { Outage } from '../../src/contract/outage.ts';
import type { Plan, Template } from '../../src/contract/plan.ts';
import type { JournalRecord } from '../../src/contract/record.ts';
import type { Settle } from '../../src/contract/settle.ts';
import { definersFor, registryOf, type Seen, type StepContext } from '../../src/contract/step.ts';
import { TurnOver, type Turns, unmetered } from '../../src/contract/turns.ts';
import { verdictShape } from '../../src/contract/verdict.ts';
import { type Command, execute, type RunResult, submission } from '../../src/engine/execute.ts';
import { type AppendFate, memoryJournal } from '../../src/journal/memory.ts';

/** A platform small enough to see through: one box with disks in slots, snapshots of disks, a workload that writes. */
export class Toy {
  now = Date.UTC(2026, 0, 1);
  readonly box = {
    running: true,
    starts: 1,
    changesAt: 0,
    slots: new Map([
      ['a', 'disk-a'],
      ['b', 'disk-b'],
    ]),
  };
  readonly disks = new Map<string, { data: number; from?: string; token?: string; readyAt: number }>([
    ['disk-a', { data: 5, readyAt: 0 }],
    ['disk-b', { data: 7, readyAt: 0 }],
  ]);
  readonly snapshots = new Map<
    string,
    { of: string; data: number; token: string; readyAt: number; starts: number; stopped: boolean }
  >();
  readonly ledger = new Map([
    ['a', 5],
    ['b', 7],
  ]);
  claims = new Set<string>();
  calls: string[] = [];
  /** Decides what happens to the nth call: nothing, an error before or after its effect, or the caller's death. */
  fate: (name: string, number: number) => Fate = () => 'ok';
  private made = 0;

  /** One API call. */
  call<T>(name: string, effect: () => T): Promise<T> {
    this.write();
    const number = this.calls.push(name);
    const fate = this.fate(name, number);
    if (fate === 'die-before') return new Promise(() => undefined);
    if (typeof fate === 'object' && fate.when === 'before') return Promise.reject(fate.error);
    let answer: T;
    try {
      answer = effect();
    } catch (error) {
      return Promise.reject(error);
    }
    if (fate === 'die-after') return new Promise(() => undefined);
    if (typeof fate === 'object') return Promise.reject(fate.error);
    return Promise.resolve(answer);
  }

  id(kind: string): string {
    return `${kind}-${++this.made}`;
  }

  /** The workload writes a record to each disk in a slot while the box runs, and remembers it. */
  write(): void {
    if (!this.box.running) return;
    for (const [slot, id] of this.box.slots) {
      const disk = this.disks.get(id);
      if (!disk) continue;
      disk.data++;
      this.ledger.set(slot, disk.data);
    }
  }

  start(): void {
    if (this.box.running) return;
    this.box.running = true;
    this.box.starts++;
  }
}

export type Fate = 'ok' | 'die-before' | 'die-after' | { when: 'before' | 'after'; error: ToyError };

export class ToyError extends Error {
  readonly outage: Outage['class'];
  constructor(outage: Outage['class'], message: string = outage) {
    super(message);
    this.outage = outage;
  }
}

const { defineEffect, defineRead, defineVerify, defineTarget } = definersFor<Toy>();
type Context = StepContext<Toy>;
const Disk = z.strictObject({ id: z.string(), slot: z.string() });
const Made = z.strictObject({ id: z.string() });
const Verdict = z.strictObject(verdictShape);
const none = z.strictObject({});
const common = { permissions: [], settleWithinMs: 30 * 60_000 };
const pendingMs = 20_000;

function seen<O>(ctx: Context, output: O, readyAt: number): Seen<O> {
  return ctx.aws.now >= readyAt ? { is: 'done', output } : { is: 'pending', output };
}

const read = defineRead({
  type: 'toy.read',
  permissions: [],
  input: none,
  output: z.strictObject({ disks: z.array(Disk), running: z.boolean() }),
  title: () => 'read the box',
  read: (ctx) =>
    ctx.aws.call('read', () => ({
      disks: [...ctx.aws.box.slots].map(([slot, id]) => ({ id, slot })),
      running: ctx.aws.box.running,
    })),
  claims: (output) => output.disks.map((disk) => disk.id),
});

const snapshot = defineEffect({
  ...common,
  type: 'toy.snapshot',
  hazard: 'additive',
  call: 'toy:CreateSnapshot',
  creates: (output) => [output.id],
  repeat: 'none',
  input: z.strictObject({ disk: z.string() }),
  output: Made,
  title: (input) => `snapshot ${input.disk}`,
  look: (ctx, _input, known) =>
    ctx.aws.call('look-snapshot', () => {
      const own = [...ctx.aws.snapshots].filter(([id, one]) => (known ? id === known.id : one.token === ctx.token));
      const [first, ...surplus] = own;
      if (!first) return { is: 'absent' };
      return { ...seen(ctx, { id: first[0] }, first[1].readyAt), surplus: surplus.map(([id]) => ({ id })) };
    }),
  run: (ctx, input) =>
    ctx.aws.call('snapshot', () => {
      const id = ctx.aws.id('snapshot');
      const data = ctx.aws.disks.get(input.disk)?.data ?? Number.NaN;
      const { starts, running } = ctx.aws.box;
      ctx.aws.snapshots.set(id, {
        of: input.disk,
        data,
        token: ctx.token,
        readyAt: ctx.aws.now + pendingMs,
        starts,
        stopped: !running,
      });
      return { id };
    }),
  undo: (_input, output) => (output ? [{ uses: 'toy.discard-snapshot', with: { snapshot: output.id } }] : []),
});

const stop = defineEffect({
  ...common,
  type: 'toy.stop',
  hazard: 'disruptive',
  call: 'toy:StopBox',
  repeat: 'convergent',
  input: none,
  output: z.strictObject({ starts: z.number() }),
  title: () => 'stop the box',
  look: (ctx) =>
    ctx.aws.call('look-stop', () =>
      ctx.aws.box.running ? { is: 'absent', before: true } : { is: 'done', output: { starts: ctx.aws.box.starts } },
    ),
  run: (ctx) =>
    ctx.aws.call('stop', () => {
      ctx.aws.box.running = false;
      return undefined;
    }),
  expect: (observation) => ({ ...observation, life: { ...observation.life, running: false } }),
  undo: (_input, _output, before) => (before === true ? [{ uses: 'toy.start', with: { ran: true } }] : []),
});

const create = defineEffect({
  ...common,
  type: 'toy.create',
  hazard: 'additive',
  call: 'toy:CreateDisk',
  creates: (output) => [output.id],
  repeat: 'token',
  input: z.strictObject({ original: z.string(), snapshot: z.string() }),
  output: Made,
  title: (input) => `create a disk from ${input.snapshot}`,
  look: (ctx, _input, known) =>
    ctx.aws.call('look-create', () => {
      const own = [...ctx.aws.disks].find(([id, one]) => (known ? id === known.id : one.token === ctx.token));
      return own ? seen(ctx, { id: own[0] }, own[1].readyAt) : { is: 'absent' };
    }),
  run: (ctx, input) =>
    ctx.aws.call('create', () => {
      const known = [...ctx.aws.disks].find(([, one]) => one.token === ctx.token);
      if (known) return { id: known[0] };
      const id = ctx.aws.id('disk');
      const data = ctx.aws.snapshots.get(input.snapshot)?.data ?? Number.NaN;
      ctx.aws.disks.set(id, { data, from: input.snapshot, token: ctx.token, readyAt: ctx.aws.now + pendingMs });
      return { id };
    }),
  replaces: (input, output) => ({ original: input.original, replacement: output.id }),
  undo: (_input, output) => (output ? [{ uses: 'toy.discard-disk', with: { disk: output.id } }] : []),
});

const place = z.strictObject({ disk: z.string(), slot: z.string(), ran: z.boolean().optional() });
const detach = defineEffect({
  ...common,
  type: 'toy.detach',
  hazard: 'disruptive',
  call: 'toy:DetachDisk',
  repeat: 'convergent',
  input: place,
  output: none,
  title: (input) => `detach ${input.disk}`,
  look: (ctx, input) =>
    ctx.aws.call('look-detach', () =>
      ctx.aws.box.slots.get(input.slot) === input.disk ? { is: 'absent' } : { is: 'done', output: {} },
    ),
  run: (ctx, input) =>
    ctx.aws.call('detach', () => {
      if (ctx.aws.box.slots.get(input.slot) === input.disk) ctx.aws.box.slots.delete(input.slot);
      return undefined;
    }),
  expect: (observation, input) => {
    const { [input.slot]: _gone, ...shape } = observation.shape;
    return { ...observation, shape };
  },
  undo: (input) => [{ uses: 'toy.attach', with: { disk: input.disk, slot: input.slot } }],
});

const attach = defineEffect({
  ...common,
  type: 'toy.attach',
  hazard: 'disruptive',
  call: 'toy:AttachDisk',
  repeat: 'convergent',
  input: place,
  output: none,
  title: (input) => `attach ${input.disk}`,
  look: (ctx, input) =>
    ctx.aws.call('look-attach', () =>
      ctx.aws.box.slots.get(input.slot) === input.disk ? { is: 'done', output: {} } : { is: 'absent' },
    ),
  run: (ctx, input) =>
    ctx.aws.call('attach', () => {
      if (ctx.aws.box.slots.has(input.slot) || !ctx.aws.disks.has(input.disk))
        throw new ToyError('permanent', 'slot in use');
      ctx.aws.box.slots.set(input.slot, input.disk);
      return undefined;
    }),
  expect: (observation, input) => ({ ...observation, shape: { ...observation.shape, [input.slot]: input.disk } }),
  writePoint: (input) => input.ran === false,
  undo: (input) => [{ uses: 'toy.detach', with: { disk: input.disk, slot: input.slot } }],
});

const start = defineEffect({
  ...common,
  type: 'toy.start',
  hazard: 'disruptive',
  call: 'toy:StartBox',
  repeat: 'convergent',
  input: z.strictObject({ ran: z.boolean() }),
  output: z.strictObject({ starts: z.number() }),
  title: () => 'start the box',
  look: (ctx, input) =>
    ctx.aws.call('look-start', () =>
      ctx.aws.box.running || !input.ran ? { is: 'done', output: { starts: ctx.aws.box.starts } } : { is: 'absent' },
    ),
  run: (ctx) =>
    ctx.aws.call('start', () => {
      ctx.aws.start();
      return undefined;
    }),
  expect: (observation, _input, output) => ({ ...observation, life: { running: true, starts: output.starts } }),
  writePoint: (input) => input.ran,
  serves: true,
  undo: () => [{ uses: 'toy.stop', with: {} }],
});

const verify = defineVerify({
  type: 'toy.verify',
  permissions: [],
  settleWithinMs: 60_000,
  input: z.strictObject({ original: z.string(), replacement: z.string(), snapshot: z.string(), starts: z.number() }),
  output: Verdict,
  title: (input) => `verify ${input.replacement}`,
  check: (ctx, input) =>
    ctx.aws.call('verify', () => {
      const made = ctx.aws.snapshots.get(input.snapshot);
      const good =
        ctx.aws.disks.get(input.replacement)?.from === input.snapshot &&
        made?.of === input.original &&
        made.stopped &&
        made.starts === input.starts &&
        ctx.aws.box.starts === input.starts;
      return { is: 'done', output: judged(input, good ? 'SUCCESSFUL' : 'FAILED', good ? [] : ['lineage']) };
    }),
  conclude: (input, status, reason) => judged(input, status, [reason]),
  verdicts: (output) => [output],
});

function judged(
  pair: { original: string; replacement: string },
  status: 'SUCCESSFUL' | 'FAILED' | 'TIMED_OUT',
  findings: string[],
) {
  return { id: pair.original, original: pair.original, replacement: pair.replacement, status, findings };
}

const remove = defineEffect({
  ...common,
  type: 'toy.delete',
  hazard: 'destructive',
  call: 'toy:DeleteDisk',
  verdict: (input) => input.verdict,
  deletes: (input) => input.verdict.original,
  repeat: 'convergent',
  input: z.strictObject({ verdict: Verdict }),
  output: none,
  title: (input) => `delete ${input.verdict.original}`,
  look: (ctx, input) =>
    ctx.aws.call('look-delete', () =>
      ctx.aws.disks.has(input.verdict.original) ? { is: 'absent' } : { is: 'done', output: {} },
    ),
  run: (ctx, input) =>
    ctx.aws.call('delete', () => {
      ctx.aws.disks.delete(input.verdict.original);
      return undefined;
    }),
  prove: (ctx, input) =>
    ctx.aws.call('prove', () => {
      const held = [...ctx.aws.box.slots.values()];
      const findings = held.includes(input.verdict.replacement) ? [] : ['not attached'];
      return { findings, stale: held.includes(input.verdict.original) };
    }),
  undo: 'impossible',
});

const discards = (kind: 'disk' | 'snapshot') =>
  defineEffect({
    ...common,
    type: `toy.discard-${kind}`,
    hazard: 'discard',
    call: kind === 'disk' ? 'toy:DeleteDisk' : 'toy:DeleteSnapshot',
    repeat: 'convergent',
    input: z.strictObject({ [kind]: z.string() }),
    output: none,
    title: (input) => `discard ${input[kind]}`,
    look: (ctx, input) =>
      ctx.aws.call('look-discard', () =>
        stock(ctx.aws, kind).has(input[kind] ?? '') ? { is: 'absent' } : { is: 'done', output: {} },
      ),
    run: (ctx, input) =>
      ctx.aws.call('discard', () => {
        stock(ctx.aws, kind).delete(input[kind] ?? '');
        return undefined;
      }),
    discards: (input) => input[kind] ?? '',
    undo: 'impossible',
  });

const stock = (toy: Toy, kind: 'disk' | 'snapshot'): Map<string, unknown> =>
  kind === 'disk' ? toy.disks : toy.snapshots;

const claims = (type: 'toy.claim' | 'toy.release') =>
  defineEffect({
    ...common,
    type,
    hazard: 'additive',
    call: type === 'toy.claim' ? 'toy:Claim' : 'toy:Release',
    creates: 'nothing',
    repeat: 'convergent',
    input: z.strictObject({ resources: z.array(z.string()) }),
    output: none,
    title: () => type,
    look: (ctx) =>
      ctx.aws.call(`look-${type}`, () =>
        ctx.aws.claims.has(ctx.run) === (type === 'toy.claim') ? { is: 'done', output: {} } : { is: 'absent' },
      ),
    run: (ctx) =>
      ctx.aws.call(type, () => {
        if (type === 'toy.claim') ctx.aws.claims.add(ctx.run);
        else ctx.aws.claims.delete(ctx.run);
        return undefined;
      }),
    undo: 'unneeded',
  });

const target = defineTarget({
  type: 'toy-box',
  id: z.string(),
  observe: (ctx) =>
    ctx.aws.call('observe', () => ({
      observation: {
        shape: Object.fromEntries(ctx.aws.box.slots),
        life: { running: ctx.aws.box.running, starts: ctx.aws.box.starts },
      },
      claims: [...ctx.aws.claims].map((run) => ({ run, on: 'box' })),
      missing: [],
    })),
  serving: (observation) => ({
    running: observation.life['running'] === true,
    on: Object.values(observation.shape).filter((id): id is string => typeof id === 'string'),
  }),
  claim: 'toy.claim',
  unreadable: async () => [],
  halt: () => [{ uses: 'toy.stop', with: {} }],
  release: 'toy.release',
});

export const toyRegistry = registryOf<Toy>(
  [
    read,
    snapshot,
    stop,
    create,
    detach,
    attach,
    start,
    verify,
    remove,
    discards('disk'),
    discards('snapshot'),
    claims('toy.claim'),
    claims('toy.release'),
  ] as never,
  [target],
);

const ref = (path: string): Template => ({ ref: path.split('.') });
const each = ['steps', 'read', 'disks'];
const use = (
  id: string,
  uses: string,
  map: Record<string, Template>,
  more: { each?: readonly string[]; inOrder?: boolean } = {},
) => ({ kind: 'use', id, uses, inOrder: false, with: { map }, ...more }) as const;
const disk = { disk: ref('item.id'), slot: ref('item.slot') };

export const toyPlan: Plan = {
  name: 'toy',
  account: '111122223333',
  region: 'eu-west-1',
  target: { type: 'toy-box', id: 'box' },
  keys: { to: 'k' },
  steps: [
    use('read', 'toy.read', {}),
    use('warm-up', 'toy.snapshot', { disk: ref('item.id') }, { each }),
    use('stop', 'toy.stop', {}),
    use('snapshot', 'toy.snapshot', { disk: ref('item.id') }, { each }),
    use('create', 'toy.create', { original: ref('item.id'), snapshot: ref('steps.snapshot.id') }, { each }),
    use('detach', 'toy.detach', disk, { each }),
    use(
      'attach',
      'toy.attach',
      { disk: ref('steps.create.id'), slot: ref('item.slot'), ran: ref('steps.read.running') },
      { each, inOrder: true },
    ),
    use(
      'verify',
      'toy.verify',
      {
        original: ref('item.id'),
        replacement: ref('steps.create.id'),
        snapshot: ref('steps.snapshot.id'),
        starts: ref('steps.stop.starts'),
      },
      { each },
    ),
    use('start', 'toy.start', { ran: ref('steps.read.running') }),
    { kind: 'gate', id: 'soak', gate: 'hold', forMs: 3_600_000 },
    use('delete', 'toy.delete', { verdict: ref('item') }, { each: ['steps', 'verify'] }),
    use('discard-snapshot', 'toy.discard-snapshot', { snapshot: ref('steps.snapshot.id') }, { each }),
    use('discard-warm-up', 'toy.discard-snapshot', { snapshot: ref('steps.warm-up.id') }, { each }),
  ],
};

/** A clock that jumps to whatever is waited for. */
const jumpingClock = (toy: Toy): Clock => ({
  speed: 1,
  now: () => toy.now,
  sleepUntil: async (at) => {
    toy.now = Math.max(toy.now, at);
  },
});

const pollingSettle = (toy: Toy): Settle => ({
  async until(wait, check) {
    for (;;) {
      const answer = await check();
      if ('done' in answer) return { done: answer.done };
      if (wait.signal.aborted) return 'aborted';
      if (toy.now >= wait.deadlineAt) return 'expired';
      toy.now += 5_000;
      await Promise.resolve();
    }
  },
});

export interface Life {
  readonly result: RunResult | 'died';
  readonly disk: readonly JournalRecord[];
  readonly events: readonly RunEvent[];
}

export interface LifeOptions {
  readonly plan?: Plan;
  readonly command?: Command;
  readonly onAppend?: (record: JournalRecord, number: number) => AppendFate;
  readonly wait?: boolean;
  readonly turns?: Turns;
  readonly options?: { readonly [name: string]: Json };
}

/** One process: from a new run or from what an earlier one left on disk, to its end or its death. */
export async function live(toy: Toy, past: readonly JournalRecord[] = [], how: LifeOptions = {}): Promise<Life> {
  const plan = how.plan ?? toyPlan;
  const hooks = { now: () => toy.now, ...(how.onAppend ? { onAppend: how.onAppend } : {}) };
  const journal = memoryJournal('run-1', past, hooks);
  const events: RunEvent[] = [];
  const ports = {
    journal,
    registry: toyRegistry,
    aws: toy,
    clock: jumpingClock(toy),
    turns: how.turns ?? unmetered,
    settle: pollingSettle(toy),
    classify: (error: unknown) => {
      if (error instanceof TurnOver) return { class: 'retry' as const, code: error.name, message: error.message };
      return error instanceof ToyError ? { class: error.outage, code: 'Toy', message: error.message } : undefined;
    },
    emit: (event: RunEvent) => events.push(event),
    signal: new AbortController().signal,
    slots: {},
    wait: how.wait ?? true,
    replaceClaim: undefined,
  };
  const whole = async () => {
    if (!past.length)
      await journal.append(submission('run-1', '0', [{ file: 'toy.yaml', text: '', sets: [], hash: 'h' }]));
    return execute(
      [plan],
      ports,
      how.command ?? (past.length ? { command: 'resume', again: true } : { command: 'run' }),
    );
  };
  const result = await Promise.race([whole(), death()]);
  return { result, disk: journal.disk, events };
}

/** When the process can do nothing more, it is dead: everything here runs on promises, so an idle loop means a call that never answers. */
async function death(): Promise<'died'> {
  for (let turn = 0; turn < 60; turn++) await new Promise((resolve) => setImmediate(resolve));
  return 'died';
}
