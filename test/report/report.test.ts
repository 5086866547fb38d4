import { beforeAll, describe, expect, test } from 'vitest';
import type { JournalRecord } from '../../src/contract/record.ts';
import { fold } from '../../src/engine/state/fold.ts';
import type { RunReport } from '../../src/report/document/schema.ts';
import { comparisons } from '../../src/report/render/comparisons.ts';
import { runStatus } from '../../src/report/run-status.ts';
import { registry } from '../../src/steps/registry.ts';
import { databasePlan, original as oldDatabase, oneDatabase } from '../support/rds.ts';
import { instancePlan, inWorld, type Life, twoVolumes } from '../support/world.ts';
import { type Shipped, shipped, type Way } from '../sweep/shipped.ts';
import { onlyTarget, reported, sourced } from './reported.ts';

const at = (record: JournalRecord | undefined) => record?.at ?? 'not there';

async function recordsOf(one: Shipped, way?: Way): Promise<readonly JournalRecord[]> {
  return inWorld(
    one.scenario,
    async (world) => {
      if (way?.fault) world.account.faults.add(way.fault);
      const plans = [one.plan];
      const first = await world.process([], { plans });
      return way?.after ? (await world.process(first.disk, { plans, command: way.after })).disk : first.disk;
    },
    one.seed,
  );
}

/** The same by asking how the plan stands after each record, as `status` would. */
function downByStatus(one: Shipped, records: readonly JournalRecord[]): { since: string; until: string | null }[] {
  const { plan } = sourced(one.plan);
  const begun = records.findIndex(({ t }) => t === 'submitted');
  const spells: { since: string; until: string | null }[] = [];
  for (let count = begun + 1; count <= records.length; count++) {
    const [status] = runStatus([plan], registry, fold(records.slice(0, count)), false).plans;
    const open = spells.at(-1)?.until === null ? spells.at(-1) : undefined;
    if (status?.downSince !== undefined && !open)
      spells.push({ since: new Date(status.downSince).toISOString(), until: null });
    if (status?.downSince === undefined && open) open.until = at(records[count - 1]);
  }
  return spells;
}

describe('the report of an instance that was moved', () => {
  let records: readonly JournalRecord[];
  let report: RunReport;
  beforeAll(async () => {
    records = await inWorld(twoVolumes, async (world) => (await world.process()).disk);
    report = reported(records, [sourced(instancePlan)]);
  });

  test('says that it is done, in one sentence with the down time, what was deleted and what is left', () => {
    expect(report.summary).toMatch(
      /^Run 20260104T000000Z-aaaaaa, from 2026-.*Z to 2026-.*Z: 1 target is done; i-0123456789abcdef0 was out of service for .* (min|s).*; 2 originals deleted after proof; nothing .* under the old key\.$/,
    );
    expect(report.targets).toMatchObject([{ status: 'done', headline: 'done', target: 'i-0123456789abcdef0' }]);
    expect(report.warnings).toEqual([]);
    expect(report.inDoubt).toEqual([]);
  });

  test('has it down from the intent of the stop until the start was seen done', () => {
    const stop = records.find((one) => one.t === 'intent' && one.key.step === 'stop');
    const start = records.find((one) => one.t === 'done' && one.key.step === 'start');
    const ms = Date.parse(at(start)) - Date.parse(at(stop));
    expect(onlyTarget(report)).toMatchObject({ downMs: ms, down: [{ since: at(stop), until: at(start), ms }] });
    expect(ms).toBeGreaterThan(0);
  });

  test('has for every delete its verdict, a proof of right before it, and the comparison of blocks', () => {
    const { deletes } = onlyTarget(report);
    const sent = records.filter((one) => one.t === 'intent' && one.uses === 'ebs.delete-volume');
    expect(deletes.flatMap(({ sentAt }) => sentAt)).toEqual(sent.map(at));
    expect(sent).toHaveLength(2);
    for (const one of deletes) {
      expect(one.verdict).toEqual({ status: 'SUCCESSFUL', findings: [] });
      expect(one.judgedBy.map(({ step, status }) => [step, status])).toEqual([
        ['verify', 'SUCCESSFUL'],
        ['serve', 'SUCCESSFUL'],
      ]);
      const evidence = records.find(
        (record) => record.t === 'done' && record.key.step === '@evidence' && record.key.item === one.id,
      );
      const { id } = (evidence?.t === 'done' ? evidence.output : {}) as { id: string };
      const final = records.find(
        (record) => record.t === 'done' && record.key.step === 'snapshot' && record.key.item === one.id,
      );
      const { id: comparedWith } = (final?.t === 'done' ? final.output : {}) as { id: string };
      expect(one.snapshots).toMatchObject([{ id, comparedWith }]);
      expect(Date.parse(one.sentAt[0] ?? '')).toBeGreaterThanOrEqual(Date.parse(at(evidence)));
      const gone = records.find(
        (record) => record.t === 'done' && record.uses === 'ebs.delete-volume' && record.key.item === one.item,
      );
      expect(one.goneAt).toBe(at(gone));
    }
  });

  test('has each volume before and after: another key, and else the same', () => {
    const { resources } = onlyTarget(report);
    const data = resources.find(({ original }) => original === 'vol-00000000000000002');
    expect(resources.map(({ originalIs, replacementIs }) => [originalIs, replacementIs])).toEqual([
      ['deleted', 'there'],
      ['deleted', 'there'],
    ]);
    const keys = records.find((one) => one.t === 'done' && one.uses === 'kms.check-key');
    const { from, to } = (keys?.t === 'done' ? keys.output : {}) as { from: string; to: string };
    expect(data?.attributes.filter(({ changed }) => changed)).toEqual([
      { name: 'key', before: from, after: to, changed: true },
    ]);
    const same = Object.fromEntries((data?.attributes ?? []).map(({ name, after }) => [name, after]));
    expect(same).toMatchObject({
      type: 'gp3',
      sizeGiB: '50',
      iops: '4000',
      throughput: '200',
      device: '/dev/sdf',
      'tag role': 'data',
    });
    expect(data?.attributes.find(({ name }) => name === 'as read')?.before).toBe(
      `gp3 of 50 GiB, 4000 IOPS, 200 MiB/s, under ${from}`,
    );
  });

  test('counts the calls by operation as the intents do', () => {
    const intents = records.filter(({ t }) => t === 'intent').length;
    expect(report.calls.reduce((sum, { sent }) => sum + sent, 0)).toBe(intents);
    expect(report.calls.find(({ operation }) => operation === 'ec2:StopInstances')).toMatchObject({
      sent: 1,
      inDoubt: 0,
    });
  });

  test('has every step and the hold once, each with when it began and ended', () => {
    const { timeline } = onlyTarget(report);
    const { plan } = sourced(instancePlan);
    for (const { id } of plan.steps.filter((step) => step.kind === 'use' || step.gate === 'hold'))
      expect(
        timeline.filter(({ step, kind }) => step === id && kind !== 'undo'),
        id,
      ).toHaveLength(1);
    expect(timeline.every(({ endedAt, begunAt }) => endedAt !== null && endedAt >= begunAt)).toBe(true);
    expect(timeline.find(({ step }) => step === 'soak')).toMatchObject({ kind: 'gate', outcome: 'passed' });
  });

  test('leaves nothing under the old key but what it names', () => {
    expect(onlyTarget(report).stands.map(({ what, key }) => [what, key])).toEqual([
      ['replacement', 'new'],
      ['replacement', 'new'],
    ]);
  });

  test('at each record is one that its schema takes, and never shorter on deletes', async () => {
    const { RunReport: schema } = await import('../../src/report/document/schema.ts');
    const begun = records.findIndex(({ t }) => t === 'submitted');
    let deletes = 0;
    for (let count = begun + 1; count <= records.length; count += 5) {
      const one = schema.parse(reported(records.slice(0, count), [sourced(instancePlan)]));
      const known = onlyTarget(one).deletes.length;
      expect(known).toBeGreaterThanOrEqual(deletes);
      deletes = known;
    }
  });
});

const ways = shipped.flatMap((one) =>
  [undefined, ...one.ways].map((way) => ({ title: `${one.name}${way ? `, ${way.name}` : ''}`, one, way })),
);

describe.each(ways)('the report of $title', ({ one, way }) => {
  let records: readonly JournalRecord[];
  let report: RunReport;
  beforeAll(async () => {
    records = await recordsOf(one, way);
    report = reported(records, [sourced(one.plan)]);
  });

  test('measures the down time as status tells it record by record', () => {
    const { down, downMs } = onlyTarget(report);
    expect(down.map(({ since, until }) => ({ since, until }))).toEqual(downByStatus(one, records));
    expect(downMs).toBe(down.reduce((sum, { since, until }) => sum + Date.parse(until ?? '') - Date.parse(since), 0));
  });

  test('has a good verdict and a time for every delete that was sent, and no other delete', () => {
    const { deletes } = onlyTarget(report);
    const sent = records.filter((record) => {
      const definition = record.t === 'intent' ? registry.step(record.uses) : undefined;
      return definition?.kind === 'effect' && definition.hazard === 'destructive' && definition.deletes !== 'nothing';
    });
    expect(deletes.flatMap(({ sentAt }) => sentAt).sort()).toEqual(sent.map(at).sort());
    for (const { verdict, judgedBy, goneAt } of deletes) {
      expect(verdict.status).toBe('SUCCESSFUL');
      expect(judgedBy.at(-1)?.status).toBe('SUCCESSFUL');
      expect(goneAt).not.toBeNull();
    }
  });

  test('has each original before and, where something was made for it, after, with the keys', () => {
    const { resources } = onlyTarget(report);
    expect(resources.length).toBeGreaterThan(0);
    for (const { attributes, replacement, readAt, verdicts } of resources) {
      expect(readAt).not.toBeNull();
      expect(attributes.length).toBeGreaterThan(3);
      if (replacement === null || verdicts.length === 0) continue;
      expect(attributes.find(({ name }) => name === 'key')).toMatchObject({ changed: true });
    }
  });
});

describe('the report of a run that was taken back', () => {
  const denied = {
    operation: 'StartInstances',
    times: 1,
    kind: 'error',
    code: 'UnauthorizedOperation',
    status: 403,
  } as const;
  let failed: Life;
  beforeAll(async () => {
    failed = await inWorld(twoVolumes, async (world) => {
      world.account.faults.add(denied);
      return world.process();
    });
  });

  test('says what stopped it, that the originals are back, and for how long it was down', () => {
    const report = reported(failed.disk, [sourced(instancePlan)]);
    const target = onlyTarget(report);
    expect(target).toMatchObject({ status: 'failed', headline: 'stopped, and taken back', deletes: [] });
    expect(target.stop?.message).toContain('UnauthorizedOperation');
    expect(target.down).toHaveLength(1);
    expect(target.down[0]?.until).not.toBeNull();
    expect(target.stands.filter(({ what }) => what === 'original').map(({ why }) => why)).toEqual([
      'it was put back, or never taken out',
      'it was put back, or never taken out',
    ]);
    expect(report.summary).toContain('stopped by a failure');
    expect(report.summary).toContain('no original was deleted');
    expect(report.history.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['unwinding', 'unwound', 'stopped']));
    expect(target.timeline.some(({ kind }) => kind === 'undo')).toBe(true);
    expect(report.next.length).toBeGreaterThan(0);
  });

  test('tells of each replacement that it was discarded', () => {
    const { resources } = onlyTarget(reported(failed.disk, [sourced(instancePlan)]));
    expect(resources.map(({ replacementIs, originalIs }) => [originalIs, replacementIs])).toEqual([
      ['there', 'discarded'],
      ['there', 'discarded'],
    ]);
  });
});

describe('the report of a run', () => {
  test('of which AWS refuses the stop says that the target was never down', () =>
    inWorld(twoVolumes, async (world) => {
      world.account.faults.add({
        operation: 'StopInstances',
        times: 1,
        kind: 'error',
        code: 'UnauthorizedOperation',
        status: 403,
      });
      const { disk } = await world.process();
      expect(disk.some((one) => one.t === 'intent' && one.key.step === 'stop')).toBe(true);
      const report = reported(disk, [sourced(instancePlan)]);
      expect(onlyTarget(report).down).toEqual([]);
      expect(report.summary).toContain('nothing was out of service because of it');
    }));

  test('claims no comparison that was refused, and gives the words in which that was said', () =>
    inWorld(twoVolumes, async (world) => {
      world.account.faults.add({
        operation: 'ListChangedBlocks',
        kind: 'error',
        code: 'AccessDeniedException',
        status: 403,
      });
      const { disk } = await world.process();
      const { deletes } = onlyTarget(reported(disk, [sourced(instancePlan)]));
      expect(deletes).toHaveLength(2);
      for (const one of deletes) {
        expect(comparisons(one).join()).not.toContain('no changed block');
        expect(one.said.map(({ text }) => text).join()).toContain('its changed blocks could not be listed');
      }
    }));

  test('of which nothing speaks against it says of each delete that no block had changed', () =>
    inWorld(twoVolumes, async (world) => {
      const { disk } = await world.process();
      for (const one of onlyTarget(reported(disk, [sourced(instancePlan)])).deletes)
        expect(comparisons(one)[0]).toMatch(
          /^no changed block of the proof snapshot snap-\w+, taken at 2026-.*, against the final snapshot snap-/,
        );
    }));
});

test('the report of a database of which the plan keeps a final snapshot and the backups names both, under the old key', () =>
  inWorld(oneDatabase, async (world) => {
    const plan = databasePlan(
      'steps.delete.with.finalSnapshot=orders-last',
      'steps.delete.with.automatedBackups=retain',
    );
    const { disk } = await world.process([], { plans: [plan] });
    const report = reported(disk, [sourced(plan)]);
    const target = onlyTarget(report);
    expect(target.status).toBe('done');
    expect(target.stands.filter(({ key }) => key === 'old').map(({ id }) => id)).toEqual([
      'orders-last',
      `automated backups of ${oldDatabase}`,
    ]);
    expect(report.summary).toContain('2 originals and copies are under the old key still');
  }));

describe('the report of a run that has not ended', () => {
  test('of one that died in the cut-over says that it is down still, since when, and what is in doubt', () =>
    inWorld(twoVolumes, async (world) => {
      const { disk } = await world.process([], { diesOn: (one) => one.t === 'intent' && one.key.step === 'attach' });
      const now = Date.parse(at(disk.at(-1))) + 90_000;
      const report = reported(disk, [sourced(instancePlan)], now);
      const target = onlyTarget(report);
      const since = at(disk.find((one) => one.t === 'intent' && one.key.step === 'stop'));
      expect(target.status).toBe('interrupted');
      expect(target.down).toMatchObject([{ since, until: null, ms: now - Date.parse(since) }]);
      expect(report.inDoubt).toMatchObject([{ step: 'attach', operation: 'ec2:AttachVolume', sends: 1 }]);
      expect(report.summary).toContain('i-0123456789abcdef0 is out of service still');
      expect(target.stands.filter(({ key }) => key === 'old').length).toBeGreaterThanOrEqual(4);
    }));

  test('of one that waits at its hold tells until when, and what the originals cost', () =>
    inWorld(twoVolumes, async (world) => {
      const { disk } = await world.process([], { wait: false });
      const target = onlyTarget(reported(disk, [sourced(instancePlan)], Date.parse(at(disk.at(-1))) + 1_800_000));
      expect(target).toMatchObject({ status: 'paused', costs: expect.stringMatching(/GiB-hours/) });
      for (const { why } of target.stands.filter(({ what }) => what === 'original'))
        expect(why).toMatch(/^kept until soak opens at 2026-.*Z$/);
      expect(target.timeline.find(({ step }) => step === 'soak')).toMatchObject({ endedAt: null, outcome: 'open' });
    }));

  test('of one that somebody meddled with in the cut-over tells what was seen of him', () =>
    inWorld(twoVolumes, async (world) => {
      let started = false;
      world.watch(({ operation }) => {
        if (operation !== 'CreateVolume' || started) return;
        started = true;
        world.account.act({ do: 'start-instance', instance: 'i-0123456789abcdef0' });
      });
      const { disk } = await world.process();
      const { seen, targets } = reported(disk, [sourced(instancePlan)]);
      const differences = disk.flatMap((one) => (one.t === 'drifted' ? one.differences : []));
      expect(differences.length).toBeGreaterThan(0);
      for (const difference of differences)
        expect(seen.some(({ kind, text }) => kind === 'drifted' && text.includes(difference))).toBe(true);
      expect(targets[0]?.deletes).toEqual([]);
    }));

  test('stops at a record that can not follow, and says from where on nothing is known', async () => {
    const { disk } = await inWorld(twoVolumes, (world) => world.process([], { wait: false }));
    const forged = [
      ...disk,
      { t: 'passed', plan: 'ec2-instance', step: 'nowhere', at: at(disk.at(-1)) } as JournalRecord,
    ];
    const report = reported(forged, [sourced(instancePlan)]);
    expect(report.journal).toMatchObject({ records: disk.length, damage: { error: 'record-illegal' } });
    expect(report.warnings[0]).toMatch(/^The journal is damaged: .*first \d+ records/);
    expect(report.next).toEqual([]);
  });
});
