import { readFileSync } from 'node:fs';
import FakeTimers from '@sinonjs/fake-timers';
import { createPorts } from '../../src/app/ports.ts';
import { connect } from '../../src/aws/clients.ts';
import type { AwsContext, AwsServices } from '../../src/aws/services.ts';
import { clockOf } from '../../src/contract/clock.ts';
import type { RunEvent } from '../../src/contract/event.ts';
import { type Command, execute, type RunResult, submission } from '../../src/engine/execute.ts';
import { memoryJournal } from '../../src/journal/memory.ts';
import { parsePlan } from '../../src/plan/parse.ts';
import { createAccount } from '../../src/simulator/account.ts';
import { requestHandler } from '../../src/simulator/handler.ts';
import { type ScenarioInput, scenarioOf } from '../../src/simulator/scenario.ts';
import { registry } from '../../src/steps/registry.ts';
import { quiet } from '../support/quiet.ts';

export const start = Date.parse('2026-11-21T01:00:00Z');
const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' };

/** A simulated account with everything that a run needs, in virtual time: time passes only while nothing else is left to do. */
export async function simulated(scenario: ScenarioInput, options: { latencyMs?: number } = {}) {
  const time = FakeTimers.install({
    now: start,
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'],
  });
  const account = createAccount({ scenario: scenarioOf(scenario), now: () => Date.now() });
  const clock = clockOf();
  const calls = new Map<string, number>();
  const sent: string[] = [];
  const aws = await connect({
    region: 'eu-west-1',
    clock,
    credentials,
    requestHandler: requestHandler(account, { latency: () => options.latencyMs ?? 20 }),
    onCall: (call) => {
      calls.set(call, (calls.get(call) ?? 0) + 1);
      sent.push(call);
    },
  });
  const pass = async <T>(work: Promise<T>): Promise<T> => {
    let over = false;
    const end = work.finally(() => {
      over = true;
    });
    end.catch(() => {});
    while (!over) {
      await quiet();
      if (!over) await time.nextAsync();
    }
    return end;
  };
  return { account, aws, clock, calls, sent, pass, time, end: () => time.uninstall() };
}

export type Simulated = Awaited<ReturnType<typeof simulated>>;

/** Runs a shipped plan on a simulated account to its end. */
export async function runPlan(
  on: Simulated,
  file: string,
  sets: readonly string[],
  command: Command = { command: 'run' },
): Promise<{ result: RunResult; events: RunEvent[] }> {
  const text = readFileSync(new URL(`../../plans/${file}`, import.meta.url), 'utf8');
  const parsed = parsePlan({ file, text, sets }, registry);
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems, null, 1));
  const events: RunEvent[] = [];
  const journal = memoryJournal('20261121T010000Z-abcdef');
  await journal.append(submission('20261121T010000Z-abcdef', '0', [{ file, text, sets, hash: 'h' }]));
  const result = await on.pass(
    execute(
      [parsed.plan],
      createPorts({
        journal,
        aws: on.aws,
        clock: on.clock,
        emit: (event) => events.push(event),
        signal: new AbortController().signal,
        wait: true,
        replaceClaim: undefined,
      }),
      command,
    ),
  );
  return { result, events };
}

/** A context for one step, outside a run. */
export function contextOf(
  on: { aws: AwsServices; clock: AwsContext['clock'] },
  given: Partial<AwsContext> = {},
): AwsContext & { announced: string[] } {
  const announced: string[] = [];
  return {
    aws: on.aws,
    clock: on.clock,
    run: '20261121T010000Z-abcdef',
    plan: 'test',
    target: { type: 'ec2-instance', id: 'i-0aaaaaaaaaaaaaaaa' },
    stepTypes: [],
    tags: [],
    token: '00000000-0000-5000-8000-000000000001',
    sentAt: undefined,
    unanswered: [],
    isOurs: () => false,
    signal: new AbortController().signal,
    stillOurs: async () => {},
    commands: { alone: async () => {}, started: async () => {} },
    announce: (text) => void announced.push(text),
    announced,
    ...given,
  };
}
