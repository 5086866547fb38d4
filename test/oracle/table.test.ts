import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inWorld, twoVolumes } from '../support/world.ts';
import { scenes } from './scenes.ts';
import { over, table } from './table.ts';

const names = [...table, over].map(({ name }) => name);

/** In which scenes engine and table disagree, and in which row: see the expected failures. */
const disagreements: Readonly<Record<string, readonly string[]>> = {};

/** How often each row decided, and the disagreements. */
async function lived(name: string): Promise<{ evaluated: ReadonlyMap<string, number>; found: readonly string[] }> {
  return inWorld(twoVolumes, async (world) => {
    await scenes[name]?.(world);
    const { auditor } = world;
    const found = auditor.found.filter(({ kind }) => kind.startsWith('O.')).map(({ told }) => told);
    // What the other judgements find in these scenes is theirs.
    auditor.found.splice(0);
    return { evaluated: auditor.evaluations, found };
  });
}

describe('the table', () => {
  test('stands in docs/ORACLE.md row for row, in its order', () => {
    const page = readFileSync(resolve(import.meta.dirname, '../../docs/ORACLE.md'), 'utf8');
    const rows = [...page.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => name);
    expect(rows).toEqual(names);
  });

  test('has no row that these histories never come to', async () => {
    const evaluated = new Set<string>();
    for (const name of Object.keys(scenes))
      for (const [kind, times] of (await lived(name)).evaluated) if (times > 0) evaluated.add(kind);
    expect(names.filter((name) => !evaluated.has(`O.${name}`))).toEqual([]);
  });
});

describe('engine and table agree on each next action in a history of', () => {
  test.each(Object.keys(scenes))('%s', async (name) => {
    const { found } = await lived(name);
    const kinds = disagreements[name] ?? [];
    expect(found.filter((told) => !kinds.some((kind) => told.startsWith(`${kind} (`)))).toEqual([]);
    for (const kind of kinds) expect(found.some((told) => told.startsWith(`${kind} (`))).toBe(true);
  });
});
