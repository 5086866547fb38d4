import { randomBytes } from 'node:crypto';
import { submission } from '../../engine/run.ts';
import { drive } from '../drive.ts';
import { loadPlans } from '../plans.ts';
import { openSession } from '../session.ts';
import { settingsOf } from '../settings.ts';
import { version } from '../version.ts';
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
    .action(async (files: string[], options: DriveOptions & { set?: readonly string[] }) => {
      end(await run(files, options));
    });

async function run(files: readonly string[], options: DriveOptions & { set?: readonly string[] }): Promise<number> {
  const settings = settingsOf(options);
  const sourced = await loadPlans(files, options.set ?? []);
  const plans = sourced.map((one) => one.plan);
  const session = await openSession(plans, settings);
  const { newRunId } = await import('../../engine/journal/run-id.ts');
  const id = newRunId(settings.clock.now(), randomBytes(8));
  const submitted = submission(id, version(), sourced.map((one) => one.source));
  return drive({
    settings,
    session,
    plans,
    command: { command: 'run' },
    options: { wait: options.wait === true, ...(options.replaceClaim ? { replaceClaim: options.replaceClaim } : {}) },
    json: options.json === true,
    wait: options.wait === true,
    ...(options.replaceClaim ? { replaceClaim: options.replaceClaim } : {}),
    own: (store) => store.create(id, submitted),
  });
}
