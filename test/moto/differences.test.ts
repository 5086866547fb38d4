import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Stand, startMoto, startSimulated } from './accounts.ts';
import { differences } from './differences.ts';
import { type Ground, groundInMoto, groundInSimulated } from './ground.ts';

// Fast, yet slow enough to catch an instance while it stops, on a busy machine too.
const speed = 25;

describe('known differences of moto', () => {
  const stands: Stand[] = [];
  let moto: Ground;
  let simulated: Ground;

  beforeAll(async () => {
    const starting = [startMoto(), startSimulated(speed)] as const;
    stands.push(...(await Promise.all(starting)));
    const [left, right] = await Promise.all(starting);
    [moto, simulated] = await Promise.all([groundInMoto(left), groundInSimulated(right)]);
  });
  afterAll(async () => {
    await Promise.all(stands.map((stand) => stand.close()));
    const listed = differences.map(
      (one, index) =>
        `${String(index + 1).padStart(3)}. ${one.what}\n     moto: ${one.moto}\n     AWS:  ${one.aws}\n     so:   ${one.therefore}`,
    );
    console.log(`Known differences of moto (${differences.length}):\n${listed.join('\n')}`);
  });

  for (const { what, probe, inMoto, asDocumented } of differences) {
    it(`${what}: moto differs, the simulated account is like AWS`, async () => {
      const [there, here] = await Promise.all([probe(moto), probe(simulated)]);
      expect(there, 'moto has changed: mend or strike this difference').toEqual(inMoto);
      expect(here, 'the simulated account is not as AWS documents').toEqual(asDocumented);
    });
  }
});
