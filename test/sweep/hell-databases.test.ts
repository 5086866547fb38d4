import { expect, test } from 'vitest';
import { obeyed } from '../support/obeyed.ts';
import { exitOf, told } from '../support/promises.ts';
import { databaseNamed, databasePlan, expectNoWriteLost, oneDatabase, original } from '../support/rds.ts';
import type { World } from '../support/world.ts';
import { swept } from './swept.ts';

const inWorld = swept('hell', { wired: true });
const plans = [databasePlan()];

/** Gives the database these tags; they are thirty days old. */
function tag(world: World, tags: readonly (readonly [string, string])[]): void {
  world.account.world.rds.databases.get(original)?.tags.change(Number.NEGATIVE_INFINITY, (now) => {
    for (const [key, value] of tags) now.set(key, value);
  });
}

// Of what RDS takes in a tag: letters of any script, digits, white space and _.:/=+-@.
const nasty = [
  '--discard-writes-since',
  '-rf',
  '../../etc/passwd',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  ' leads and trails ',
  'é ß 漢字',
  'null',
  '0x10',
  '@a=b+c:d',
  '...',
] as const;

test('tags from hell on a database arrive on what replaces it byte for byte, and are printed nowhere raw', () =>
  inWorld(oneDatabase.replace('storage: 100', 'storage: 20'), async (world) => {
    tag(
      world,
      nasty.flatMap((text, at) => [[text, `v${at}`] as const, [`k${at}`, text] as const]),
    );
    const owned = (id: string) =>
      [...(world.account.world.rds.databases.get(id)?.tags.now ?? [])].filter(([key]) => !/^(rekey|aws):/.test(key));
    const before = owned(original).sort();
    const life = await world.process([], { plans });
    expect(exitOf(life), told(life)).toBe(0);
    const serving = databaseNamed(world, 'orders')?.resourceId ?? '';
    expect(serving).not.toBe(original);
    expect(owned(serving).sort()).toEqual(before);
    expect(life.events.map((event) => JSON.stringify(event)).join('\n')).not.toMatch(obeyed);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expectNoWriteLost(world);
  }));

test("a stranger's words in what the operator reads of a database are spelled out, never obeyed", () =>
  inWorld(oneDatabase.replace('storage: 100', 'storage: 20'), async (world) => {
    world.account.faults.add({
      operation: 'RestoreDBInstanceFromDBSnapshot',
      kind: 'error',
      code: 'Bad\u001b[31mCode',
      message: 'no: \u001b[2J\u202egnp.exe\u009b31m',
    });
    const life = await world.process([], { plans });
    expect(exitOf(life), told(life)).toBe(1);
    expect(told(life)).toMatch(/Bad\\u001b\[31mCode/);
    expect(told(life)).not.toMatch(obeyed);
  }));
