import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Stand, startMoto } from '../accounts.ts';
import { root } from '../programs.ts';
import { scenarios } from './all.ts';
import { compared, type Found } from './compare.ts';
import { differences } from './differences/all.ts';
import type { Difference } from './differences/difference.ts';
import { played } from './script.ts';
import { freshMoto, freshSimulated } from './sides.ts';

/** Whether an answer is as listed, where `*` stands for anything. */
function is(listed: string, answer: string): boolean {
  const parts = listed.split('*').map((part) => part.replace(/[^\w\s]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(answer);
}

function covers({ places }: Difference, { at, ours, moto }: Found): boolean {
  const listed = Object.hasOwn(places, at) ? places[at] : undefined;
  return listed !== undefined && is(listed[0], ours) && is(listed[1], moto);
}

describe('the simulated account and moto, asked the same', () => {
  let moto: Stand;
  const found: Found[] = [];

  beforeAll(async () => {
    moto = await startMoto();
  });
  afterAll(() => moto?.close());

  for (const scenario of scenarios) {
    it(`${scenario.title}: they differ in nothing that is not listed`, async () => {
      const [here, there] = await Promise.all([freshSimulated(scenario), freshMoto(moto.url, scenario)]);
      try {
        // Both to their end: the next scenario finds the same moto.
        const ends = await Promise.allSettled([played(scenario, here), played(scenario, there)]);
        const [ours = [], theirs = []] = ends.map((end) => {
          if (end.status === 'rejected') throw end.reason;
          return end.value;
        });
        const differing = compared(scenario.title, ours, theirs);
        found.push(...differing);
        const unlisted = differing.filter((one) => !differences.some((listed) => covers(listed, one)));
        expect(unlisted.map(({ at, ours, moto }) => `${at} | ${ours} | ${moto}`)).toEqual([]);
      } finally {
        await Promise.all([here.close(), there.close()]);
      }
    });
  }

  it('every listed difference still occurs', () => {
    const gone = differences.flatMap((listed) =>
      Object.entries(listed.places)
        .filter(([at, answers]) => !found.some((one) => covers({ ...listed, places: { [at]: answers } }, one)))
        .map(([at, [ours, moto]]) => `${at} | ${ours} | ${moto}`),
    );
    expect(gone).toEqual([]);
  });

  it('docs/SIMULATOR.md tells how many there are, and who is right', async () => {
    const right = (who: Difference['aws']) =>
      differences.filter(({ aws }) => aws === who).reduce((sum, { places }) => sum + Object.keys(places).length, 0);
    const rows = [
      `| the simulated account | ${right('ours')} |`,
      `| moto | ${right('moto')} |`,
      `| nobody knows | ${right('unknown')} |`,
    ];
    expect(await readFile(join(root, 'docs/SIMULATOR.md'), 'utf8')).toContain(rows.join('\n'));
  });
});
