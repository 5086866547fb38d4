import { describe, expect, test } from 'vitest';
import type { JournalRecord } from '../../src/contract/record.ts';
import { saidOf } from '../judge/said.ts';
import { exitOf, told } from '../support/promises.ts';
import { planOf } from '../support/world.ts';
import { sampled } from './sampled.ts';
import { shipped } from './shipped.ts';
import { swept } from './swept.ts';

const inWorld = swept('next');

const isDeleteOfOriginal = (record: JournalRecord) =>
  record.t === 'intent' && /\.delete-(volume|instance|member|cluster)$/.test(record.uses);

describe.each(shipped)('of the plan $name', (one) => {
  test('a rollback that is named as next after a death at any record is not refused, and one that is not named is', async () => {
    const { records, deletes } = await inWorld(one.scenario, async (world) => {
      const { disk } = await world.process([], { plans: [one.plan] });
      return { records: disk.length, deletes: disk.findIndex(isDeleteOfOriginal) + 1 };
    });
    expect(deletes).toBeGreaterThan(1);
    const numbers = Array.from({ length: records - 1 }, (_one, at) => at + 2);
    const turns = { named: 0, unnamed: 0 };
    for (const number of new Set([...sampled(numbers, 4, one), deletes, records])) {
      await inWorld(one.scenario, async (world) => {
        const crash = { record: { number, when: 'crash-after' } } as const;
        const died = await world.process([], { plans: [one.plan], crash });
        if (!died.disk.some((record) => record.t === 'submitted')) return;
        const { next } = saidOf(planOf(one.plan), died.disk, undefined);
        const line = next.find((command) => /\brollback /.test(command));
        const discardWrites = line !== undefined && / # needs --discard-writes-since/.test(line);
        const back = await world.process(died.disk, {
          plans: [one.plan],
          command: { command: 'rollback', discardWrites },
        });
        turns[line === undefined ? 'unnamed' : 'named']++;
        const about = `record ${number}: ${next.join(' | ')}: ${told(back)}`;
        if (line === undefined) expect(told(back), about).toMatch(/originals-gone|already-finished/);
        else expect(exitOf(back), about).toBe(0);
        expect(world.auditor.evaluations.get('P5.next') ?? 0, about).toBe(line === undefined ? 0 : 1);
      });
    }
    expect(turns.named).toBeGreaterThan(1);
    expect(turns.unnamed).toBeGreaterThan(0);
  }, 900_000);
});
