import { basename, join } from 'node:path';
import { clockOf } from '../../src/contract/clock.ts';
import type { PlanSource } from '../../src/contract/plan.ts';
import { createAccount } from '../../src/simulator/account.ts';
import { parseScenario } from '../../src/simulator/scenario.ts';
import { serve } from '../../src/simulator/server.ts';
import { environmentOf, type Running, start } from '../cli/command.ts';
import { Auditor, type Party } from '../support/invariants.ts';
import { isRead } from '../support/reads.ts';
import { recordsIn, runsIn } from '../support/records.ts';
import { planOf } from '../support/world.ts';

/** A run of real processes: what it works on, and where its journal is. */
export interface RealRun {
  /** Below the directory of the processes; also the access key with which they sign, so that each call has an author. */
  readonly stateDir: string;
  readonly plan: PlanSource;
}

/** A simulated account of this process on HTTP, for real processes of `rekey`; judged as the accounts of the sweeps are. */
export interface JudgedAccount {
  readonly auditor: Auditor;
  state(): unknown;
  /** Starts `rekey` with these arguments on this run; its end is judged unless another process is at the same target. */
  start(run: RealRun, args: readonly string[]): Running;
  close(): Promise<void>;
}

// What a busy machine may stand still between a call and the record of it, in ms of the wall's clock.
const stallMs = 5_000;

/** Opens the account of a scenario, `speed` times as fast as the wall's clock, for processes that run in `cwd`. */
export async function judgedAccount(cwd: string, scenario: string, speed: number): Promise<JudgedAccount> {
  const wallEpoch = Date.now();
  const times = { epoch: wallEpoch, wallEpoch, speed };
  const parties = new Map<string, Party>();
  const held = parseScenario(scenario, 'test');
  const account = createAccount({
    scenario: held,
    now: clockOf(times).now,
    arrive: (operation, accessKey) => {
      const party = parties.get(accessKey);
      if (party && !isRead(operation)) auditor.before(party);
      auditor.arrive(operation);
    },
    observe: (call) => auditor.after(call),
  });
  const auditor = new Auditor(account);
  auditor.promises.stallMs = stallMs * speed;
  auditor.promises.neighbours.timeStands = false;
  const server = await serve(account);
  const env = environmentOf(server.url, held, times);
  /** How many processes are at a target. */
  const atWork = new Map<string, number>();

  return {
    auditor,
    state: () => account.state(),
    start({ stateDir, plan: source }, args) {
      const plan = planOf(source);
      const target = `${plan.target.type} ${plan.target.id}`;
      const directory = join(cwd, stateDir);
      parties.set(stateDir, {
        get run() {
          return runsIn(directory)[0] ?? '';
        },
        records: () => recordsIn(directory),
      });
      auditor.plans.add(basename(source.file, '.yaml'));
      auditor.promises.begin(plan);
      atWork.set(target, (atWork.get(target) ?? 0) + 1);
      const running = start([...args, '--state-dir', stateDir], { cwd, env: { ...env, AWS_ACCESS_KEY_ID: stateDir } });
      const ended = running.ended.then((end) => {
        const left = (atWork.get(target) ?? 0) - 1;
        atWork.set(target, left);
        if (left > 0) return end;
        const command = args[0] === 'run' ? 'run' : 'resume';
        auditor.promises.ended([plan], recordsIn(directory), {
          command: { command },
          died: end.code === null,
          errors: [],
          printed: end.stderr,
        });
        return end;
      });
      return { ...running, ended };
    },
    close: () => server.close(),
  };
}
