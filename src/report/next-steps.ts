/** A command that the operator can give next, as data: the words are spelled by who prints them. */
export interface NextStep {
  readonly command: 'status' | 'resume' | 'rollback';
  /** What is typed after the program's name; the state directory is left to who prints it. */
  readonly words: readonly string[];
  /** The gates in the way open at this time, in ms; before it the command ends as it began unless it is told to wait. */
  readonly from?: number;
  /** Writes since this time, in ms, would be lost: the command is refused until they are given up with `--discard-writes-since`. */
  readonly losesWritesSince?: number;
  /** It takes the target out of service again, as it was when its verification failed, and is refused while nothing is seen to have changed. */
  readonly triesAgain?: true;
  /** It goes on with a rollback that the operator has asked for, whatever the gates say. */
  readonly rollsBack?: true;
}

/** Whether a plan has ended, waits for somebody, or is being worked at. `refused`: it was, before it did anything; nothing is left of it. `nothing-to-do`: what it would move is where it is to be. */
export type PlanProgress =
  | 'done'
  | 'refused'
  | 'nothing-to-do'
  | 'rolled-back'
  | 'failed'
  | 'paused'
  | 'running'
  | 'interrupted';

/** Of a plan's status, what decides what can be done next. */
interface Decisive {
  readonly status: PlanProgress;
  readonly waitsFor?: { readonly until: number };
  readonly writePointAt?: number;
  readonly triesAgain?: true;
  readonly rollsBack?: true;
  readonly deleted: readonly string[];
  readonly deleting: readonly string[];
}

const over: readonly PlanProgress[] = ['done', 'rolled-back', 'nothing-to-do'];

interface NextStepsOptions {
  readonly older?: boolean;
  readonly profile?: string | undefined;
  readonly now?: number | undefined;
}

/** What can be done next with a run whose plans stand like this, most likely first. `alive`: a runner is at it now. `older`: its journal is of an older format, which can be taken back and not gone on with. `profile`: that of the last command, without which the next one would act for somebody else. `now`: in ms; a gate that is open by then is in nobody's way. */
export function nextSteps(
  run: string,
  plans: readonly Decisive[],
  alive: boolean,
  { older = false, profile, now = Number.NEGATIVE_INFINITY }: NextStepsOptions = {},
): readonly [NextStep, ...NextStep[]] {
  const step = (command: NextStep['command']): NextStep => ({ command, words: wordsOf(command, run, profile) });
  const open = plans.filter(({ status }) => !over.includes(status));
  // As long as its runner lives nobody else may own the run, even when this plan has stopped and another goes on.
  if (!open.length || alive) return [step('status')];
  const rollsBack = open.some((one) => one.rollsBack) ? { rollsBack: true as const } : {};
  const from = rollsBack.rollsBack ? undefined : opensAt(open, now);
  const again = open.some(({ triesAgain }) => triesAgain) ? { triesAgain: true as const } : {};
  const resume = { ...step('resume'), ...(from === undefined ? {} : { from }), ...again, ...rollsBack };
  if (open.some(({ deleted, deleting }) => deleted.length + deleting.length > 0))
    return [older ? step('status') : resume];
  if (open.every(({ status }) => status === 'refused')) return [older ? step('status') : resume];
  const writePoints = open.flatMap(({ writePointAt }) => writePointAt ?? []);
  const losesWritesSince = writePoints.length ? { losesWritesSince: Math.min(...writePoints) } : {};
  const rollback = { ...step('rollback'), ...losesWritesSince };
  return older ? [rollback] : [resume, rollback];
}

/** What is typed of a command for a run; `status` asks AWS nothing. */
export function wordsOf(command: NextStep['command'], run: string, profile: string | undefined): readonly string[] {
  return [command, run, ...(command === 'status' || profile === undefined ? [] : ['--profile', profile])];
}

/** When the last of the gates opens that every open plan waits for; undefined when one waits for none, or for one that never opens. */
function opensAt(open: readonly Decisive[], now: number): number | undefined {
  const gates = open.flatMap(({ waitsFor }) => waitsFor?.until ?? []);
  const last = gates.length === open.length ? Math.max(...gates) : Number.POSITIVE_INFINITY;
  return Number.isFinite(last) && last > now ? last : undefined;
}
