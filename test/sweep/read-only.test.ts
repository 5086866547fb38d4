import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { build, type Env, rekey, root, type Shell, shell, simulate, start, workshop } from '../cli/command.ts';
import { isRead } from '../support/reads.ts';
import type { World } from '../support/world.ts';
import { Choices } from './choices.ts';
import { full } from './sampled.ts';
import { type Shipped, shipped } from './shipped.ts';
import { swept } from './swept.ts';
import { tally } from './tally.ts';

const inWorld = swept('read-only');
const room = workshop();

let words: Shell;
beforeAll(async () => {
  build();
  words = await shell(room.dir);
}, 120_000);
afterAll(() => {
  words?.close();
  room.clear();
});

/** The account of a plan's stage, 400 times as fast as the wall. */
async function accountOf(one: Shipped): Promise<{ env: Env; effects(): Promise<unknown>; stop(): void }> {
  const scenario = join(room.dir, `${one.name}.yaml`);
  writeFileSync(scenario, one.scenario);
  const { env, state, stop } = await simulate(400, scenario);
  return {
    env,
    // Things change there by themselves, too: what counts is what it was asked to do.
    async effects() {
      return Object.entries((await state()).calls).filter(([operation]) => !isRead(operation));
    },
    stop,
  };
}

/** Every file below a folder, with its bytes and the time of its last change. */
function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => `${file} ${statSync(file).mtimeMs} ${readFileSync(file, 'base64')}`)
    .sort();
}

/** The commands that only read, about a run and its plan. */
const commands = (one: Shipped, run: string, dir: string): string[][] => [
  ['status', '--state-dir', dir],
  ['status', run, '--state-dir', dir],
  ['status', run, '--json', '--state-dir', dir],
  ['journal', 'verify', run, '--state-dir', dir],
  ['report', run, '--state-dir', dir],
  ['validate', join(root, one.plan.file), ...one.plan.sets.flatMap((set) => ['--set', set])],
];

describe.each(shipped)('what only reads, in a run of the plan $name,', (one) => {
  test.skipIf(one.type.startsWith('rds-'))(
    'changes nothing in the account: a dry run of every call that would',
    async () => {
      let tried = 0;
      await inWorld(one.scenario, async (world) => {
        world.watch(({ service, operation, input, outcome }) => {
          // Others than EC2 have no dry runs.
          if (service !== 'ec2' || isRead(operation) || outcome !== 'done') return;
          const before = shapeOf(world);
          const answer = world.attempt(() => void world.account.call('ec2', operation, { ...input, DryRun: true }));
          world.auditor.judge(
            'I8',
            answer === 'DryRunOperation' && shapeOf(world) === before,
            () => `${operation}: ${answer}`,
          );
          tried++;
        });
        await world.process([], { plans: [one.plan] });
      });
      expect(tried).toBeGreaterThan(3);
    },
  );

  test('changes no file and asks AWS for no effect, wherever the run was killed', async () => {
    const account = await accountOf(one);
    const choices = new Choices(7);
    const last = full ? 3 : 0;
    const sets = one.plan.sets.flatMap((set) => ['--set', set]);
    const args = (dir: string) => ['run', join(root, one.plan.file), ...sets, '--state-dir', dir];
    let evaluated = 0;
    let failures = 1;
    try {
      for (let n = 0; n <= last; n++) {
        const dir = `${one.name}-${n}`;
        const where = { cwd: room.dir, env: account.env };
        const killed = start(args(dir), where);
        await killed.says(/^run \d{8}T/m);
        await killed.printsMore(choices.below(10));
        killed.child.kill('SIGKILL');
        await killed.ended;
        const [run = ''] = readdirSync(join(room.dir, dir, 'runs'));
        const before = [filesOf(join(room.dir, dir)), await account.effects()];
        const all = commands(one, run, dir);
        for (const command of all) {
          const { code, stderr } = await words.rekey(command, account.env);
          // Status says by its exit code how the run stands.
          if (command[0] !== 'status') expect(code, stderr).toBe(0);
          else expect([0, 1, 3, 4], stderr).toContain(code);
        }
        expect([filesOf(join(room.dir, dir)), await account.effects()]).toEqual(before);
        evaluated += all.length;
        if (n === last) break;
        // So that the next one finds the target free.
        const { code, stderr } = await rekey(['rollback', run, '--state-dir', dir], where);
        expect(code, stderr).toBe(0);
      }
      failures = 0;
    } finally {
      account.stop();
      const evaluations = { I8: evaluated };
      tally({ sweep: 'read-only', plan: one.name, histories: last + 1, evaluations, failures });
    }
  }, 300_000);
});

/** All that there is, without the account's own notes. */
function shapeOf(world: World): string {
  const { calls: _calls, events: _events, faults: _faults, ...things } = world.state();
  return JSON.stringify(things);
}
