// A process that is stopped between an intent on disk and what it announces, as one is on a machine that sleeps, and that wakes up
// when another machine has taken its run over and ended it.
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { build, type Running, rekey, type Simulated, shippedPlan, simulate, start, workshop } from '../cli/command.ts';

const room = workshop();
const accounts: Simulated[] = [];
const hook = join(room.dir, 'freeze.mjs');
const anHourAgo = () => Date.now() / 1_000 - 3_600;

beforeAll(() => {
  build();
  // It is on another machine than this one, and stops itself when the intent of FREEZE_AT is on disk, and nobody was seen to have
  // taken the run over.
  writeFileSync(
    hook,
    `import fsp from 'node:fs/promises';
    import { syncBuiltinESMExports } from 'node:module';
    const { readFile, access } = fsp;
    let met = 0;
    fsp.readFile = (file, ...more) => file === '/etc/machine-id' ? Promise.resolve('f'.repeat(32)) : readFile(file, ...more);
    fsp.access = async (...asked) => {
      try {
        return await access(...asked);
      } finally {
        if (met === 2) {
          met = 3;
          process.kill(process.pid, 'SIGSTOP');
        }
      }
    };
    syncBuiltinESMExports();
    const handle = await fsp.open(process.execPath);
    const prototype = Object.getPrototypeOf(handle);
    await handle.close();
    const { appendFile, datasync } = prototype;
    const announces = (line) => line.includes('"t":"intent"') && line.includes('"uses":"' + process.env.FREEZE_AT + '"');
    prototype.appendFile = function (bytes) {
      if (met === 0 && bytes.toString().split('\\n').some(announces)) met = 1;
      return appendFile.call(this, bytes);
    };
    prototype.datasync = async function () {
      await datasync.call(this);
      if (met === 1) met = 2;
    };`,
  );
});
afterAll(() => {
  for (const aws of accounts) aws.stop();
  room.clear();
});

const isStopped = ({ child }: Running) => / T /.test(readFileSync(`/proc/${child.pid}/stat`, 'utf8'));

/** Lives a run that freezes there, another that takes it over to its end, and what the first does when it wakes up. */
async function frozenAt(uses: string, plan: string, name: string, more: readonly string[] = []) {
  const aws = await simulate();
  accounts.push(aws);
  const args = ['--state-dir', name];
  const where = { cwd: room.dir, env: aws.env };
  const frozen = start(['run', plan, '--set', 'steps.soak.with.for=0s', ...args], {
    ...where,
    env: { ...aws.env, NODE_OPTIONS: `--import ${hook}`, FREEZE_AT: uses },
  });
  await expect.poll(() => isStopped(frozen), { timeout: 30_000 }).toBe(true);
  const [run = ''] = readdirSync(join(room.dir, name, 'runs'));
  const segment = join(room.dir, name, 'runs', run, '000001.jsonl');
  const cold = await rekey(['resume', run, ...args], where);
  expect(cold.stderr).toContain('--take-over');
  utimesSync(segment, anHourAgo(), anHourAgo());
  const second = await rekey(['resume', run, '--take-over', ...more, ...args], where);
  expect(second.code, second.said).toBe(0);
  const before = (await aws.state()).calls;
  frozen.child.kill('SIGCONT');
  const woken = await frozen.ended;
  return { woken, before, after: (await aws.state()).calls };
}

const changing = (calls: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(calls).filter(([call]) => !/:(Describe|Get|List|GenerateDataKey)/.test(call)));

describe
  .skipIf(process.platform !== 'linux')
  .concurrent('a process that was frozen while another took its run over', () => {
    test('between the intent and the call: it sends nothing, says who has the run, and ends with 5', async () => {
      const { woken, before, after } = await frozenAt('ec2.stop-instance', shippedPlan, 'call');
      expect(woken).toMatchObject({
        code: 5,
        stderr: expect.stringContaining('Another runner has taken over this run'),
      });
      expect(before['ec2:StopInstances']).toBe(1);
      expect(changing(after)).toEqual(changing(before));
    });

    test('between the intent and the start of a command: it starts none', async () => {
      const ran = join(room.dir, 'ran');
      const notify = `  - id: notify
    uses: control.exec
    with: { argv: [${process.execPath}, -e, "require('fs').appendFileSync(process.env.RAN, '.')"], environment: { RAN: ${ran} }, repeatable: true }
`;
      const plan = join(room.dir, 'plan.yaml');
      writeFileSync(
        plan,
        readFileSync(shippedPlan, 'utf8').replace(/^ {2}- .*id: stop\b/m, (stop) => notify + stop),
      );
      const { woken } = await frozenAt('control.exec', plan, 'command', ['--commands-ended']);
      expect(woken.code).toBe(5);
      expect(existsSync(ran) && readFileSync(ran, 'utf8')).toBe('.');
    });
  });
