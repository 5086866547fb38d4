import { expect, test, vi } from 'vitest';
import { eventSchema } from '../../src/cli/event-schema.ts';
import { jsonView } from '../../src/cli/views/json.ts';
import { LiveStatus } from '../../src/report/live-status.ts';
import { registry } from '../../src/steps/registry.ts';
import { instancePlan, inWorld, planOf, twoVolumes } from '../support/world.ts';

test('every event of a run is one as the schema has it, with its time in ISO 8601', async () => {
  const life = await inWorld(twoVolumes, async (world) => {
    world.account.faults.add({ kind: 'error', operation: 'CreateSnapshot', code: 'RequestLimitExceeded', times: 2 });
    return world.process();
  });
  const plan = planOf(instancePlan);
  const begun = life.disk.findIndex((record) => record.t === 'command');
  const status = new LiveStatus([plan], registry, life.disk.slice(0, begun));
  const lines: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
  try {
    const view = jsonView({
      run: '20260104T000000Z-aaaaaa',
      goesOn: 'rekey resume 20260104T000000Z-aaaaaa',
      plans: [plan],
      now: () => Date.UTC(2026, 0, 4),
      isLong: () => false,
      status: (name) => status.of(name),
    });
    for (const event of life.events) view.show(event);
  } finally {
    write.mockRestore();
  }
  const wrong = lines.filter((line) => !eventSchema.safeParse(JSON.parse(line)).success);
  expect(wrong).toEqual([]);
  const types = new Set(lines.map((line) => JSON.parse(line).type));
  expect([...types]).toEqual(expect.arrayContaining(['run.started', 'record', 'gate.waiting', 'effect.retried']));
});
