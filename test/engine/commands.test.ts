import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test, vi } from 'vitest';
import { clockOf } from '../../src/contract/clock.ts';
import type { Plan } from '../../src/contract/plan.ts';
import type { Liveness, Processes } from '../../src/contract/processes.ts';
import type { Entry, JournalRecord, Owner } from '../../src/contract/record.ts';
import { submission } from '../../src/engine/execute.ts';
import { PlanRun } from '../../src/engine/plan-run.ts';
import { CreatedIndex } from '../../src/engine/state/created.ts';
import { fold } from '../../src/engine/state/fold.ts';
import { FoundIndex } from '../../src/engine/state/found.ts';
import { tokenOf } from '../../src/engine/state/key.ts';
import { memoryJournal } from '../../src/journal/memory.ts';
import { processesHere } from '../../src/journal/processes.ts';
import { registry } from '../../src/steps/registry.ts';
import { toyPlan } from './toy.ts';

const run = 'run-1';
const key = { plan: toyPlan.name, step: 'notify', item: null, generation: 0 };
const uses = 'control.exec';
const intent: Entry = { t: 'intent', key, uses, token: tokenOf(run, key), input: {}, before: null };
const elsewhere: Owner = { host: 'other', machine: 'm', boot: 'b', pidNamespace: 'p', pid: 42, started: '7' };

/** The commands of a plan as the process finds them that comes after one which has written `past`. */
async function after(
  past: readonly Entry[],
  command: Entry | undefined,
  over: Partial<Processes> = {},
  steps: Plan['steps'] = toyPlan.steps,
) {
  const first = memoryJournal(run);
  await first.append(submission(run, '0', [{ file: 'toy.yaml', text: '', sets: [], hash: 'h' }]));
  for (const entry of past) await first.append(entry);
  const journal = memoryJournal(run, first.disk);
  const state = fold(journal.records);
  const index = { created: new CreatedIndex(registry, state), found: new FoundIndex(registry, state) };
  const memoryIsDead = async (one: Owner): Promise<Liveness> =>
    one.host === 'memory' ? 'dead' : processesHere.isAlive(one);
  const processes = { ...processesHere, isAlive: memoryIsDead, ...over };
  const ports = { journal, registry, processes, clock: clockOf(), signal: new AbortController().signal };
  const plan = new PlanRun({ ...toyPlan, steps }, state, index, { ...ports, emit: () => {} } as never);
  if (command) await plan.append(command);
  const told = () => journal.disk.flatMap((one: JournalRecord) => (one.t === 'announced' ? [one.text] : []));
  return { commands: plan.context(key).commands, told, disk: () => journal.disk };
}

/** A process that leads a group of its own, as a command does. */
function leader(env: NodeJS.ProcessEnv = {}): ChildProcess & { pid: number } {
  const child = spawn(process.execPath, ['-e', 'process.stdin.on("data", (text) => process.stdout.write(text))'], {
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...process.env, ...env },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  if (child.pid === undefined) throw new Error('it did not start');
  return Object.assign(child, { pid: child.pid });
}

/** Does it still do what it is asked to? */
async function answers(child: ChildProcess): Promise<boolean> {
  const ended = once(child, 'exit').then(() => false);
  child.stdin?.on('error', () => {}).write('x');
  return Promise.race([once(child.stdout ?? child, 'data').then(() => true), ended]);
}

async function spawned(child: { pid: number }, until: number): Promise<Entry> {
  const found = await processesHere.identityOf(child.pid);
  if (!found) throw new Error('it has ended');
  return { t: 'spawned', key, process: found, until };
}

test('what an earlier process has started is ended when its time is over, and told', async () => {
  const child = leader();
  const { commands, told } = await after([intent, await spawned(child, Date.now() - 1)], undefined);
  const ended = once(child, 'exit');
  await commands.alone();
  expect(await ended).toEqual([null, 'SIGTERM']);
  expect(told()).toEqual([expect.stringContaining(`process ${child.pid} on `)]);
});

test('a stranger under the number of a command is not waited for, and left alone', async () => {
  const child = leader();
  const entry = await spawned(child, Date.now() + 600_000);
  if (entry.t !== 'spawned') throw new Error('no such record');
  const earlier = { ...entry, process: { ...entry.process, started: `${entry.process.started}1` } };
  const { commands, told } = await after([intent, earlier], undefined);
  await commands.alone();
  await processesHere.signalGroup(earlier.process, 'SIGKILL');
  expect(told()).toEqual([]);
  expect(await answers(child)).toBe(true);
});

test('one that was started and not put on record is found by its token', async () => {
  const child = leader({ REKEY_TOKEN: tokenOf(run, key) });
  const stranger = leader({ REKEY_TOKEN: tokenOf(run, { ...key, generation: 1 }) });
  const { commands } = await after([intent], undefined);
  const ended = once(child, 'exit');
  await commands.alone();
  await ended;
  expect(await answers(stranger)).toBe(true);
});

/** A step of which nothing is on record before its outcome: a probe of its own comes first. */
const probing = (id: string, uses: string) =>
  [{ kind: 'use', id, uses, inOrder: false, with: { literal: null } }] as const;

test.each([
  ['of a verification', probing('serve', 'rds.verify-serving')],
  ['that says whether a command took effect', probing('hook', 'control.exec')],
])('a probe %s that an earlier process has started is not left to run beside the next', async (_what, steps) => {
  const of = { ...key, step: steps[0].id };
  const child = leader({ REKEY_TOKEN: tokenOf(run, of) });
  const stranger = leader({ REKEY_TOKEN: tokenOf('run-2', of) });
  const earlier: Entry = {
    t: 'done',
    key: { ...key, step: 'read' },
    uses: 'kms.check-key',
    input: {},
    output: {},
    changed: false,
  };
  const { commands } = await after([earlier], undefined, {}, steps);
  const ended = once(child, 'exit');
  await commands.alone();
  expect(await ended).toEqual([null, 'SIGTERM']);
  expect(await answers(stranger)).toBe(true);
});

test('a run that begins looks for no command', async () => {
  const leadersWith = vi.fn(processesHere.leadersWith);
  const { commands } = await after([], undefined, { leadersWith });
  await commands.alone();
  expect(leadersWith).not.toHaveBeenCalled();
});

const unknown = { isAlive: async (): Promise<Liveness> => 'unknown' };

test.each<[string, readonly Entry[], Partial<Processes>]>([
  ['was started on another machine', [intent, { t: 'spawned', key, process: elsewhere, until: 0 }], unknown],
  ['may have been started on a machine that can not be looked at', [intent], unknown],
  ['may have been started where processes can not be listed', [intent], { leadersWith: async () => undefined }],
])('nothing is started beside what %s, unless the operator says that it has ended', async (_what, past, over) => {
  const refused = await after(past, { t: 'command', command: 'resume', options: {} }, over);
  await expect(refused.commands.alone()).rejects.toMatchObject({ code: 'command-out-of-sight' });
  const said = await after(past, { t: 'command', command: 'resume', options: { commandsEnded: true } }, over);
  await expect(said.commands.alone()).resolves.toBeUndefined();
});

test('what this process has started is on record, and is nobody to wait for', async () => {
  const child = leader();
  const { commands, told, disk } = await after([], undefined);
  await commands.started(child.pid, 1_000);
  expect(disk().at(-1)).toMatchObject({ t: 'spawned', key, process: { pid: child.pid }, until: 1_000 });
  await commands.alone();
  expect(told()).toEqual([]);
  expect(await answers(child)).toBe(true);
});

test.each<[string, Entry]>([
  ['that it ended well', { t: 'answered', key, output: { exit: 0, how: 'exited with 0' } }],
  ['that it failed', { t: 'failed', key, uses, reason: 'exited with 1', neverRan: false }],
])('what another machine has started is not asked for where it is on record %s', async (_what, end) => {
  const started: Entry = { t: 'spawned', key, process: elsewhere, until: Date.now() + 60_000 };
  const { commands } = await after([intent, started, end], undefined);
  await commands.alone();
  const open = await after([intent, started], undefined);
  await expect(open.commands.alone()).rejects.toMatchObject({ code: 'command-out-of-sight' });
});

test('nor one that could not be started there', async () => {
  const isAlive = async (): Promise<Liveness> => 'unknown';
  const failed: Entry = { t: 'failed', key, uses, reason: 'could not be started', neverRan: true };
  const { commands } = await after([intent, failed], undefined, { isAlive });
  await commands.alone();
  const open = await after([intent], undefined, { isAlive });
  await expect(open.commands.alone()).rejects.toMatchObject({ code: 'command-out-of-sight' });
});
