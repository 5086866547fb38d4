import { frozenPlans } from '../../app/plans.ts';
import { endOf, readRun } from '../../app/runs.ts';
import { openSession } from '../../app/session.ts';
import { profileOf, settingsOf } from '../../app/settings.ts';
import { fold } from '../../engine/state/fold.ts';
import { type RunState, writtenSince } from '../../engine/state/run-state.ts';
import { problem } from '../../errors/index.ts';
import { momentText } from '../../report/duration.ts';
import { drive } from '../drive.ts';
import { command, type DriveOptions, type MakeCommand, withDriving } from './options.ts';

type RollbackOptions = DriveOptions & { readonly discardWritesSince?: string };

/** `rekey rollback`: puts the originals back and ends the run for good. */
export const rollbackCommand: MakeCommand = (end) =>
  withDriving(
    command('rollback', 'Put the originals back, discard what the run made, and end it for good.', [
      ['rekey rollback 20180606T021500Z-k3x7qa', ''],
      [
        'rekey rollback 20180606T021500Z-k3x7qa --discard-writes-since 2018-06-06T02:31:07Z',
        'after the start on the replacements',
      ],
    ]),
  )
    .argument('<run>', 'id of the run')
    .option(
      '--discard-writes-since <time>',
      'what the target has written since this time may be lost; the time is the one that rollback names when it refuses',
    )
    .option('--take-over', 'the owner was on another machine or in another container, and I am sure that it has ended')
    .option(
      '--commands-ended',
      'commands of the plan that were started on another machine or in another container have ended: I have checked',
    )
    .action(async (run: string, options: RollbackOptions) => end(await rollback(run, options)));

async function rollback(run: string, options: RollbackOptions): Promise<number> {
  const settings = settingsOf(options);
  const state = fold((await readRun(settings, run)).records);
  const ended = endOf(state);
  if (ended !== undefined) throw problem('run-ended', { run, end: ended });
  const plans = (await frozenPlans(state)).map((one) => one.plan);
  const typed = options.discardWritesSince;
  if (typed !== undefined) checkTyped(typed, state);
  const session = await openSession(plans, settings);
  return drive({
    settings,
    session,
    plans,
    command: { command: 'rollback', discardWrites: typed !== undefined },
    options: {
      ...profileOf(settings),
      takeOver: options.takeOver === true,
      ...(options.commandsEnded === true && { commandsEnded: true }),
      ...(typed === undefined ? {} : { discardWritesSince: typed }),
    },
    json: options.json === true,
    wait: options.wait === true,
    ...(options.replaceClaim ? { replaceClaim: options.replaceClaim } : {}),
    own: (store) => store.open(run, { takeOver: options.takeOver === true, back: true }),
  });
}

/** The time has to be known, not guessed: it says which writes are meant. */
function checkTyped(typed: string, state: RunState): void {
  const points = [...state.plans.values()].flatMap((plan) => (plan.finished ? [] : (writtenSince(plan) ?? [])));
  const since = points.length ? Math.min(...points) : undefined;
  const second = (at: number) => Math.floor(at / 1_000);
  if (since !== undefined && /^\d{4}-\d\d-\d\dT/.test(typed) && second(Date.parse(typed)) === second(since)) return;
  throw problem('discard-not-typed', { typed, since: since === undefined ? undefined : momentText(since) });
}
