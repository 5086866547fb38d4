import { describe, expect, it } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { databasePlan, expectDatabaseMoved, oneDatabase } from '../support/rds.ts';
import { type Crash, inWorld } from '../support/world.ts';

const full = process.env['REKEY_SWEEP'] === 'full';
const stride = full ? 1 : 17;
const plans = [databasePlan()];

const undisturbed = () => inWorld(oneDatabase, (world) => world.process([], { plans }));

async function crashed(crash: Crash): Promise<void> {
  await inWorld(oneDatabase, async (world) => {
    const first = await world.process([], { plans, crash });
    if (!first.disk.some((record) => record.t === 'submitted')) return;
    const second = await world.process(first.disk, { plans });
    expect(exitOf(second), `${JSON.stringify(crash)} ${told(second)}`).toBe(0);
    world.pass(3_600_000);
    expectDatabaseMoved(world);
  });
}

describe('a crash while an RDS instance goes over', () => {
  it('at every API call, before it, after it or with its answer, is resumed to the same end', async () => {
    const { sent } = await undisturbed();
    const failed: string[] = [];
    for (const [offset, when] of (['before', 'after', 'answered'] as const).entries()) {
      for (let number = 1 + offset; number <= sent.length; number += stride)
        await crashed({ call: { number, when } }).catch((error: Error) =>
          failed.push(`${when} ${number} ${sent[number - 1]}: ${error.message.slice(0, 600)}`),
        );
    }
    expect(failed.join('\n\n')).toBe('');
  }, 3_600_000);

  it('at every journal record, before or after it is on disk, is resumed to the same end', async () => {
    const { disk } = await undisturbed();
    const failed: string[] = [];
    for (const [offset, when] of (['crash-before', 'crash-after'] as const).entries()) {
      for (let number = 2 + offset; number <= disk.length; number += stride)
        await crashed({ record: { number, when } }).catch((error: Error) =>
          failed.push(`${when} ${number}: ${error.message.slice(0, 600)}`),
        );
    }
    expect(failed.join('\n\n')).toBe('');
  }, 3_600_000);
});
