import { randomBytes } from 'node:crypto';
import { loadPlans } from '../../app/plans.ts';
import { openSession } from '../../app/session.ts';
import { profileOf, type Settings, settingsOf } from '../../app/settings.ts';
import { version } from '../../app/version.ts';
import { submission } from '../../engine/execute.ts';
import { type Drive, drive } from '../drive.ts';
import { command, type DriveOptions, gather, type MakeCommand, withDriving } from './options.ts';

/** `rekey run`: begins a run of one or more plans. */
export const runCommand: MakeCommand = (end) =>
  withDriving(
    command('run', 'Begin a run of one or more plans, side by side, and take it as far as it goes.', [
      ['rekey run plans/ec2-instance.yaml', 'the plan as it is'],
      ['rekey run plans/ebs-volume.yaml --set target.id=vol-0123456789abcdef0', 'with another target'],
      ['rekey run a.yaml b.yaml --wait', 'two plans; stay through windows and holds'],
    ]),
  )
    .argument('<plan...>', 'plan files')
    .option('--set <path=value>', 'override a value in every plan, steps by their id; may be repeated', gather)
    .action(async (files: string[], options: Begin) => {
      end(await run(files, options));
    });

/** What is run, and under which name. */
export interface Begin extends DriveOptions {
  readonly set?: readonly string[];
  /** Overrides in one of the plans alone, by its file. */
  readonly setIn?: ReadonlyMap<string, readonly string[]>;
  /** Taken when none is given. */
  readonly runId?: string;
  readonly watch?: Drive['watch'];
}

/** A new run's id. */
export async function freshRunId(settings: Settings): Promise<string> {
  const { newRunId } = await import('../../journal/run-id.ts');
  return newRunId(settings.clock.now(), randomBytes(8));
}

/** Begins a run and takes it as far as it goes. Resolves to the exit code. */
export async function run(files: readonly string[], options: Begin): Promise<number> {
  const settings = settingsOf(options);
  const sourced = await loadPlans(files, options.set ?? [], options.setIn);
  const plans = sourced.map((one) => one.plan);
  const session = await openSession(plans, settings);
  const id = options.runId ?? (await freshRunId(settings));
  const sources = sourced.map((one) => one.source);
  return drive({
    settings,
    session,
    plans,
    command: { command: 'run' },
    options: {
      wait: options.wait === true,
      ...profileOf(settings),
      ...(options.replaceClaim ? { replaceClaim: options.replaceClaim } : {}),
    },
    json: options.json === true,
    wait: options.wait === true,
    ...(options.replaceClaim ? { replaceClaim: options.replaceClaim } : {}),
    ...(options.watch ? { watch: options.watch } : {}),
    own: (store) => store.create(id, submission(id, version(), sources)),
  });
}
