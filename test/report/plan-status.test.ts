import { beforeAll, describe, expect, test } from 'vitest';
import type { Plan } from '../../src/contract/plan.ts';
import type { JournalRecord } from '../../src/contract/record.ts';
import { unmetered } from '../../src/contract/turns.ts';
import { execute } from '../../src/engine/execute.ts';
import { fold } from '../../src/engine/state/fold.ts';
import { memoryJournal } from '../../src/journal/memory.ts';
import { processesHere } from '../../src/journal/processes.ts';
import { LiveStatus } from '../../src/report/live-status.ts';
import type { PlanStatus } from '../../src/report/plan-status.ts';
import { runStatus } from '../../src/report/run-status.ts';
import { registry } from '../../src/steps/registry.ts';
import { inWorld, type Life, planOf } from '../support/world.ts';
import { type Shipped, shipped, type Way } from '../sweep/shipped.ts';

interface History {
  readonly plan: Plan;
  /** Its processes, oldest first; the last one's disk holds the records of all. */
  readonly lives: readonly Life[];
  readonly disk: readonly JournalRecord[];
}

/** A shipped plan taken to its end, or by a way back. */
function live(one: Shipped, way?: Way): Promise<History> {
  return inWorld(
    one.scenario,
    async (world) => {
      if (way?.fault) world.account.faults.add(way.fault);
      const plans = [one.plan];
      const lives = [await world.process([], { plans })];
      if (way?.after) lives.push(await world.process(lives[0]?.disk, { plans, command: way.after }));
      return { plan: planOf(one.plan), lives, disk: lives.at(-1)?.disk ?? [] };
    },
    one.seed,
  );
}

function statusOf(plan: Plan, records: readonly JournalRecord[], alive = false): PlanStatus {
  const [status] = runStatus([plan], registry, fold(records), alive).plans;
  if (!status) throw new Error(`no status of ${plan.name}`);
  return status;
}

/** The status after each record from the submission on, with that record: what a process that died there leaves to be told. */
function statusesOf({ plan, disk }: History): { readonly record: JournalRecord; readonly status: PlanStatus }[] {
  const submitted = disk.findIndex((record) => record.t === 'submitted');
  return disk
    .slice(submitted)
    .map((record, at) => ({ record, status: statusOf(plan, disk.slice(0, submitted + at + 1)) }));
}

const isDisruptive = (uses: string) => {
  const step = registry.step(uses);
  return step?.kind === 'effect' && step.hazard === 'disruptive';
};

const letsServe = (uses: string) => {
  const step = registry.step(uses);
  return step?.kind === 'effect' && step.hazard === 'disruptive' && step.serves === true;
};

/** The step with which the cut-over of a plan is complete. */
const lastDisruptive = (plan: Plan) =>
  plan.steps.findLast((step) => step.kind === 'use' && isDisruptive(step.uses))?.id;

/** By what a rollback of these records is refused; undefined when it goes as far as to ask AWS. */
async function refusalOf(
  plan: Plan,
  records: readonly JournalRecord[],
  discardWrites: boolean,
): Promise<string | undefined> {
  const asked = new Error('asked AWS');
  const unreachable = new Proxy(
    {},
    {
      get: () => {
        throw asked;
      },
    },
  );
  const ports = {
    journal: memoryJournal('20260104T000000Z-aaaaaa', records),
    registry,
    aws: unreachable as never,
    clock: { now: () => Date.now(), speed: 1, sleepUntil: async () => {} },
    turns: unmetered,
    settle: { until: () => Promise.reject(asked) },
    processes: processesHere,
    classify: () => undefined,
    emit: () => {},
    signal: new AbortController().signal,
    slots: {},
    wait: false,
    replaceClaim: undefined,
  };
  const { plans } = await execute([plan], ports, { command: 'rollback', discardWrites });
  const error = plans[0]?.error;
  return error?.cause === asked ? undefined : (error?.code ?? 'not asked');
}

const histories = shipped.flatMap((one) => [
  { name: `${one.name}, to its end`, one },
  ...one.ways.map((way) => ({ name: `${one.name}, ${way.name}`, one, way })),
]);

describe.each(histories)('the status of $name, after each record of its journal', ({
  one,
  way,
}: {
  one: Shipped;
  way?: Way;
}) => {
  let history: History;
  beforeAll(async () => {
    history = await live(one, way);
  }, 60_000);

  test('is the same whether it is told of what is on disk or of what each process has seen come', async () => {
    const { plan, lives, disk } = history;
    for (const { events, disk } of lives) {
      const begun = disk.findLastIndex((record) => record.t === 'command');
      const status = new LiveStatus([plan], registry, disk.slice(0, begun));
      let known = begun;
      for (const event of events) {
        status.take(event);
        if (event.type !== 'record') continue;
        expect(status.of(plan.name)).toEqual(statusOf(plan, disk.slice(0, ++known), true));
      }
      expect(known).toBe(disk.length);
    }
    const end = statusOf(plan, disk);
    expect(JSON.parse(JSON.stringify(end))).toEqual(end);
    expect(end.lastSeen).toBeDefined();
  });

  test('says since when the target is down from its first disruptive call on, until the last is done, or it serves again on the way back', async () => {
    const told = statusesOf(history);
    const { plan } = history;
    const disrupts = plan.steps.some((step) => step.kind === 'use' && isDisruptive(step.uses));
    let since: number | undefined;
    let spells = 0;
    for (const { record, status } of told) {
      if (since === undefined && status.downSince !== undefined) {
        expect(record).toMatchObject({ t: 'intent', at: new Date(status.downSince).toISOString() });
        expect(record.t === 'intent' && isDisruptive(record.uses) && record.key.undo).toBe(undefined);
        spells++;
      } else if (status.downSince === undefined && since !== undefined) {
        if (record.t === 'done' && record.key.undo !== undefined) expect(letsServe(record.uses)).toBe(true);
        else if (record.t !== 'retired')
          expect(record).toMatchObject({ t: 'done', key: { step: lastDisruptive(plan) } });
        // Steps are retired one by one, and those that are left began later.
      } else if (record.t !== 'retired') expect(status.downSince).toBe(since);
      if (record.t === 'intent' && record.key.undo === undefined && isDisruptive(record.uses))
        expect(status.downSince).toBeDefined();
      since = status.downSince;
    }
    expect(since).toBeUndefined();
    expect(spells).toBe(disrupts ? 1 : 0);
  });

  test('says when a target that is being taken back serves again, until all is taken back', () => {
    let again: number | undefined;
    for (const { record, status } of statusesOf(history)) {
      if (record.t === 'done' && record.key.undo !== undefined && letsServe(record.uses)) again = Date.parse(record.at);
      if (!status.unwinding || record.t === 'unwinding') again = undefined;
      if (record.t !== 'retired') expect(status.servesAgainSince).toBe(again);
    }
    expect(again).toBeUndefined();
  });

  test('names resume as next until the plan has ended, and rollback exactly where it is not refused', async () => {
    const { plan, disk } = history;
    const submitted = disk.findIndex((record) => record.t === 'submitted');
    for (let records = submitted + 1; records <= disk.length; records++) {
      const past = disk.slice(0, records);
      const { status, nextSteps } = statusOf(plan, past);
      const names = nextSteps.map(({ command }) => command);
      const ended = status === 'done' || status === 'rolled-back';
      expect(names[0]).toBe(ended ? 'status' : 'resume');
      const rollback = nextSteps.find(({ command }) => command === 'rollback');
      const refusal = await refusalOf(plan, past, true);
      expect(refusal, `${records} records`).toBe(rollback ? undefined : ended ? 'already-finished' : 'originals-gone');
      if (rollback) {
        const unsaid = rollback.losesWritesSince === undefined ? undefined : 'past-write-point';
        expect(await refusalOf(plan, past, false), `${records} records`).toBe(unsaid);
      }
      expect(statusOf(plan, past, true).nextSteps.map(({ command }) => command)).toEqual(['status']);
    }
  });

  test('has seen what the last look on record showed, or what a step has brought about, when it was seen', async () => {
    const type = registry.target(history.plan.target.type);
    let seenAt: number | undefined;
    let running: boolean | undefined;
    for (const { record, status } of statusesOf(history)) {
      const looked = record.t === 'observed' || record.t === 'looked' ? record.observation : undefined;
      const seen = record.t === 'done' ? record.expected : looked;
      if (seen) {
        seenAt = Date.parse(record.at);
        running = type?.serving(seen).running;
      }
      expect(status.lastSeen?.running).toBe(running);
      expect(status.lastSeen?.at).toBe(seenAt);
    }
    expect(seenAt).toBeDefined();
    expect(history.disk.findLast((record) => record.t === 'looked')).toBeDefined();
  });

  test('waits for a gate exactly while that is reached and not passed', async () => {
    let reached: { step: string; until: number } | undefined;
    let waits = 0;
    for (const { record, status } of statusesOf(history)) {
      if (record.t === 'gate') reached = { step: record.step, until: record.until };
      const isReached = reached !== undefined && 'step' in record && record.step === reached.step;
      if (isReached && (record.t === 'passed' || record.t === 'retired')) reached = undefined;
      if (record.t === 'finished') reached = undefined;
      expect(status.waitsFor === undefined).toBe(reached === undefined);
      if (reached) expect(status.waitsFor).toMatchObject(reached);
      if (reached) waits++;
    }
    expect(waits > 0).toBe(history.disk.some(({ t }) => t === 'gate'));
  });

  test('names each thing that was created once, as existing, discarded or perhaps deleted, and leaves no delete under way at the end', async () => {
    let known = 0;
    let under = 0;
    for (const { status } of statusesOf(history)) {
      const { existing, discarded, deleting, deleted, inDoubt } = status;
      const perhaps = inDoubt.flatMap(({ id }) => id ?? []);
      const created = [...existing.map(({ id }) => id), ...discarded, ...perhaps];
      expect(new Set(created).size).toBe(created.length);
      expect(created.length).toBeGreaterThanOrEqual(known);
      known = created.length;
      expect([...deleting, ...deleted].filter((id) => created.includes(id))).toEqual([]);
      under = deleting.length;
    }
    expect(under).toBe(0);
    expect(known).toBeGreaterThan(0);
  });
});
