import { describe, expect, test } from 'vitest';
import { type ManyInstances, manyInstances } from '../../bench/many.ts';

// Hundreds of instances take minutes of real time, so most of them are for CI, and the most for whoever wants the whole.
const sizes: Readonly<Record<string, readonly [number, number]>> = { full: [100, 120], whole: [300, 500] };
const [many, behind] = sizes[process.env['REKEY_SWEEP'] ?? ''] ?? [24, 12];
const latencyMs = 50;

const all = ({ lookAges }: ManyInstances) => [...lookAges.values()].flat();

describe('a run on many instances', () => {
  test(`changes each of ${many} no later than two seconds after it has looked at it, and starts it at once after the intent`, async () => {
    const seen = await manyInstances({ instances: many, volumes: 1, seed: 1 });
    expect(seen.lookAges.get('StartInstances')).toHaveLength(many);
    expect(Math.max(...all(seen))).toBeLessThanOrEqual(2_000 + 2 * latencyMs);
    expect(Math.max(...seen.startsHeldMs)).toBeLessThanOrEqual(2 * latencyMs);
  }, 900_000);

  // Of plans that go back, the bench throws.
  test(`takes none of ${behind} back over a start that AWS has taken, with instances shown as they were 20 s ago`, async () => {
    const seen = await manyInstances({ instances: behind, volumes: 1, seed: 1, staleMs: 20_000 });
    expect(seen.lookAges.get('StartInstances')).toHaveLength(behind);
    expect(Math.max(...seen.startsHeldMs)).toBeLessThanOrEqual(2 * latencyMs);
  }, 900_000);
});
