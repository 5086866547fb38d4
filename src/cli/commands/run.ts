import { settingsOf } from '../../app/settings.ts';
import type { RunEvent } from '../../contract/event.ts';
import { showRun } from '../show-run.ts';
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
      end(await begin(files, options));
    });

/** What is run, and under which name. */
interface Begin extends DriveOptions {
  readonly set?: readonly string[];
  /** Overrides in one of the plans alone, by its file. */
  readonly setIn?: ReadonlyMap<string, readonly string[]>;
  /** Taken when none is given. */
  readonly runId?: string;
  readonly watch?: (event: RunEvent) => void;
}

/** Begins a run and takes it as far as it goes. Resolves to the exit code. */
export async function begin(files: readonly string[], options: Begin): Promise<number> {
  const [{ readSources }, { run }] = await Promise.all([import('../../app/plans.ts'), import('../../app/run.ts')]);
  const settings = settingsOf(options);
  const { set, setIn, runId, wait, replaceClaim, watch } = options;
  return showRun({ settings, json: options.json === true, watch }, async (shown) =>
    run(await readSources(files, set, setIn), { settings, runId, wait, replaceClaim, ...shown }),
  );
}
