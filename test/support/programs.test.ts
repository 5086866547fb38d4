import { spawn } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { Course } from './programs.ts';
import { inWorld, twoVolumes, type World } from './world.ts';

const did: string[] = [];
const act = (name: string, exit: number) => () => {
  did.push(name);
  return exit;
};
const courses: Readonly<Record<string, Course>> = {
  works: { takesMs: 2_000, act: act('works', 0) },
  fails: { takesMs: 2_000, act: act('fails', 3) },
  hangs: { takesMs: undefined, act: act('hangs', 0) },
  killed: { takesMs: 2_000, act: act('killed', 0), endedBy: 'SIGKILL' },
};
const programs = () => (argv: readonly string[]) => {
  const course = courses[argv[0] ?? ''];
  if (!course) throw new Error(`nobody knows ${argv.join(' ')}`);
  return course;
};
const onMachine = (body: (world: World) => Promise<void>) => {
  did.length = 0;
  return inWorld(twoVolumes, body, 1, { programs });
};
/** A program that is started as rekey starts it, and how it has ended so far. */
function start(...[program = '', ...words]: string[]) {
  const ends: (number | string | null)[] = [];
  const child = spawn(program, words, { detached: true });
  child.on('exit', (exit, signal) => ends.push(signal ?? exit));
  return { pid: child.pid ?? 0, ends };
}

describe('the simulated machine', () => {
  test('a program acts when its time is over, not before, and ends with what it gave', () =>
    onMachine(async (world) => {
      const [works, fails] = [start('works'), start('fails')];
      world.pass(1_999);
      expect([did, works.ends, fails.ends]).toEqual([[], [], []]);
      world.pass(1);
      expect([did, works.ends, fails.ends]).toEqual([['works', 'fails'], [0], [3]]);
    }));

  test('one that is killed has done nothing, whether by its course or by rekey', () =>
    onMachine(async (world) => {
      const [killed, works, hangs] = [start('killed'), start('works'), start('hangs')];
      process.kill(-works.pid, 'SIGTERM');
      world.pass(10_000);
      expect([did, killed.ends, works.ends, hangs.ends]).toEqual([[], ['SIGKILL'], ['SIGTERM'], []]);
      expect(() => process.kill(-works.pid, 0)).toThrow('ESRCH');
      expect(process.kill(-hangs.pid, 0)).toBe(true);
      process.kill(-hangs.pid, 'SIGKILL');
      expect(hangs.ends).toEqual(['SIGKILL']);
    }));

  test('it goes on when the process of rekey dies', () =>
    onMachine(async (world) => {
      const life = await world.process([], {
        beforeCall: (_operation, number) => {
          if (number !== 3) return;
          start('works');
          world.kill();
        },
      });
      expect([life.result, did]).toEqual(['died', []]);
      world.pass(2_000);
      world.account.world.settle();
      expect(did).toEqual(['works']);
    }));

  test('what was started while it still ran is a failure (P4.beside), and after it has ended none', () =>
    onMachine(async (world) => {
      start('works', 'orders');
      start('works', 'shop');
      world.pass(2_000);
      start('works', 'orders');
      expect(world.auditor.violations).toEqual([]);
      start('works', 'orders');
      expect(world.auditor.found.splice(0).map(({ kind }) => kind)).toEqual(['P4.beside']);
    }));

  test('Node has its own back in the end', async () => {
    const before = { spawn, kill: process.kill };
    await onMachine(async () => expect(process.kill).not.toBe(before.kill));
    expect({ spawn, kill: process.kill }).toEqual(before);
    await expect(
      new Promise((resolve) => spawn(process.execPath, ['-e', 'process.exit(7)']).on('exit', resolve)),
    ).resolves.toBe(7);
  });
});
