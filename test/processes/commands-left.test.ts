import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { build, type Simulated, simulate, start, workshop } from '../cli/command.ts';
import { recordsIn } from '../support/records.ts';
import { source } from '../support/world.ts';

const volumes = `
keys: [{ alias: alias/application-20180606 }, { alias: alias/application-current }]
limits: { throttling: false }
volumes:
${[1, 2, 3].map((n) => `  - { id: vol-0000000000000000${n}, size: 20, type: gp3, key: alias/application-20180606, data: kept }`).join('\n')}
`;

const room = workshop();
let aws: Simulated;
beforeAll(async () => {
  build();
  const scenario = join(room.dir, 'volumes.yaml');
  writeFileSync(scenario, volumes);
  aws = await simulate(2_000, scenario);
}, 120_000);
afterAll(() => {
  aws.stop();
  room.clear();
});

/** Writes down when it begins and ends, which it does when it may; `deaf` to SIGTERM where it says so. */
const hook = `
import { appendFileSync, existsSync } from 'node:fs';
const [log, deaf] = process.argv.slice(2);
if (deaf) process.on('SIGTERM', () => appendFileSync(log, 'SIGTERM\\n'));
appendFileSync(log, 'begins ' + process.pid + ' ' + process.env.REKEY_TOKEN + '\\n');
const look = setInterval(() => {
  if (!existsSync(log + '.go')) return;
  clearInterval(look);
  appendFileSync(log, 'ends ' + process.pid + '\\n');
}, 50);
`;

/** The shipped plan of a volume, with a hook that may be run again. */
function planWith(name: string, how: { readonly deaf?: true; readonly timeoutMs: number }) {
  const script = join(room.dir, 'hook.mjs');
  writeFileSync(script, hook);
  const log = join(room.dir, `${name}.log`);
  const argv = [process.execPath, script, log, ...(how.deaf ? ['deaf'] : [])];
  const more = `repeatable: true, timeoutMs: ${how.timeoutMs}`;
  const step = `  - { id: notify, uses: control.exec, with: { argv: ${JSON.stringify(argv)}, ${more} } }\n`;
  const plan = join(room.dir, `${name}.yaml`);
  writeFileSync(plan, source('plans/ebs-volume.yaml', []).text.replace('  - { id: snapshot,', `${step}$&`));
  const go = () => writeFileSync(`${log}.go`, '');
  return { plan, go, lines: () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []) };
}

/** Begins a run, and kills it when its hook has begun; gives the command that resumes it. */
async function killedInHook(name: string, volume: string, how: Parameters<typeof planWith>[1]) {
  const { plan, go, lines } = planWith(name, how);
  const where = { cwd: room.dir, env: aws.env };
  const dir = ['--state-dir', name];
  const sets = [`target.id=${volume}`, 'steps.soak.with.for=0s'].flatMap((set) => ['--set', set]);
  const first = start(['run', plan, ...sets, ...dir], where);
  await first.says(/ notify: run /);
  const spawned = () => recordsIn(join(room.dir, name)).some(({ t }) => t === 'spawned');
  await expect.poll(spawned, { timeout: 5_000 }).toBe(true);
  await expect.poll(lines, { timeout: 5_000 }).toHaveLength(1);
  first.child.kill('SIGKILL');
  expect((await first.ended).code).toBe(null);
  return { lines, go, resume: () => start(['resume', ...dir], where) };
}

test('a command whose runner was killed is waited for, and told; then it is run again, never beside itself', async () => {
  const { lines, go, resume } = await killedInHook('waited', 'vol-00000000000000001', { timeoutMs: 120_000 });
  const second = resume();
  await second.says(/process \d+ on \S+, which an earlier process of this run has started for it, still ran: waited/);
  expect(lines()).toHaveLength(1);
  go();
  const { code, said } = await second.ended;
  expect(code, said).toBe(0);
  expect(lines().map((line) => line.split(' ')[0])).toEqual(['begins', 'ends', 'begins', 'ends']);
  // The same token, by which a command can know that it has been here before.
  expect(lines()[2]?.split(' ')[2]).toBe(lines()[0]?.split(' ')[2]);
}, 60_000);

test('one that does not end in its time is ended, with SIGKILL where it does not hear SIGTERM', async () => {
  const how = { deaf: true, timeoutMs: 3_000 } as const;
  const { lines, resume } = await killedInHook('ended', 'vol-00000000000000002', how);
  const { said: told } = await resume().ended;
  expect(told).toContain('did not end in its time, and was ended');
  const said = lines().map((line) => line.split(' ')[0]);
  expect(said.slice(0, 3)).toEqual(['begins', 'SIGTERM', 'begins']);
  const [first] = lines();
  expect(() => process.kill(Number(first?.split(' ')[1]), 0)).toThrow('ESRCH');
}, 60_000);
