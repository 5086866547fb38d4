import type { RekeyError } from '../errors/index.ts';
import { durationText, momentText } from '../report/duration.ts';
import { endedHeadline } from '../report/headline.ts';
import { keptText } from '../report/holding-cost.ts';
import { type NextStep, wordsOf } from '../report/next-steps.ts';
import type { PlanStatus, TargetStatus } from '../report/plan-status.ts';
import type { RunStatus } from '../report/run-status.ts';
import { nextCommand } from './next-command.ts';
import { fitted, fittedUnlessPasted, ink, safe, table } from './screen.ts';

/** Of what a report speaks beyond how the run stands. */
export interface ReportOf {
  readonly stateDir: string;
  readonly now: number;
  readonly head: string;
  /** What stopped a plan just now, by plan; told in full. */
  readonly errors?: ReadonlyMap<string, RekeyError>;
}

const marks: { readonly [S in PlanStatus['status']]: () => string } = {
  done: () => ink.green('✔'),
  'rolled-back': () => ink.green('←'),
  refused: () => ink.yellow('✗'),
  'nothing-to-do': () => ink.green('✔'),
  failed: () => ink.red('✗'),
  paused: () => ink.yellow('◼'),
  running: () => ink.cyan('▶'),
  interrupted: () => ink.yellow('◼'),
};

/** A mark for how a plan stands. */
export const markOf = (status: PlanStatus['status']): string => marks[status]();

/** The closing words: per plan what happened and why, what exists in AWS now, and the exact next command. */
export function reportLines(of: ReportOf, status: RunStatus): string[] {
  const { run, plans, nextSteps } = status;
  const lines = plans.flatMap((plan) => [...planLines(of, status, plan), ...(plans.length > 1 ? [''] : [])]);
  lines.push(...noteLines(plans), '');
  lines.push(`${ink.dim('run')}   ${run}`, `${ink.dim('head')}  ${of.head}`);
  for (const [at, step] of nextSteps.entries()) {
    lines.push(`${ink.dim(at === 0 ? 'next' : '  or')}  ${nextCommand(step.words, of.stateDir)}`);
    const note = noteOf(step);
    // On a line of its own: not every shell takes it for a comment where somebody types.
    if (note !== undefined) lines.push(fitted(`      ${note}`));
  }
  return lines;
}

/** A step as it can be pasted, with what is to be known of it as a comment of the shell. */
export function nextLine(step: NextStep, stateDir: string): string {
  const note = noteOf(step);
  const command = nextCommand(step.words, stateDir);
  return note === undefined ? command : `${command}  # ${note}`;
}

/** Next steps for a program: the commands alone, and by its command what is to be known of one. */
export function nextJson(steps: readonly NextStep[], stateDir: string) {
  const known = steps.map((step) => ({ command: nextCommand(step.words, stateDir), note: noteOf(step) }));
  return {
    next: known.map(({ command }) => command),
    notes: Object.fromEntries(known.flatMap(({ command, note }) => (note === undefined ? [] : [[command, note]]))),
  };
}

function noteOf({ from, losesWritesSince, triesAgain, rollsBack }: NextStep): string | undefined {
  if (from !== undefined) return `from ${momentText(from)} on, or now with --wait`;
  if (rollsBack) return 'continues with the rollback that was asked for';
  if (triesAgain)
    return 'takes the target out of service again; refused while nothing has changed since the verification failed';
  // The time is not put in: what throws writes away is to be typed, not pasted.
  return losesWritesSince === undefined
    ? undefined
    : `needs --discard-writes-since TIME: puts the originals back, without what was written since ${momentText(losesWritesSince)}`;
}

function planLines(of: ReportOf, run: RunStatus, status: PlanStatus): string[] {
  const error = of.errors?.get(status.plan);
  return [
    fitted(`${markOf(status.status)} ${ink.bold(status.plan)} ${status.target}: ${headline(of, status)}`),
    ...(error ? errorLines(error, run, of.stateDir) : status.stop ? indented(safe(status.stop.message)) : []).map(
      (line) => fittedUnlessPasted(line),
    ),
    ...[...downLines(of, status), ...standingLines(of, status), ...keptLines(of, status), ...pairLines(status)].map(
      (line) => fitted(line),
    ),
  ];
}

/** How a plan stands, in words. */
export function headline(of: Pick<ReportOf, 'now'>, status: PlanStatus): string {
  return endedHeadline(status.status, status) ?? headlineUnderWay(of, status);
}

function headlineUnderWay({ now }: Pick<ReportOf, 'now'>, status: PlanStatus): string {
  const { step, waitsFor, unwinding, rollsBack } = status;
  const doing = `${status.status}${step === undefined ? '' : ` at ${step}`}`;
  if (status.status === 'interrupted') {
    if (rollsBack && !unwinding) return 'interrupted; a rollback was asked for, and has not begun';
    return unwinding ? 'interrupted while being taken back' : doing;
  }
  const told = unwinding ? 'being taken back' : doing;
  return waitsFor ? `${told}, which ${openingText(waitsFor, now)}` : told;
}

/** Until when a gate holds a plan up. */
export function openingText({ until }: { readonly until: number }, now: number): string {
  if (until === Number.POSITIVE_INFINITY) return 'never opens';
  if (until <= now) return 'is open';
  return `opens ${momentText(until)} (in ${durationText(until - now)})`;
}

function errorLines(error: RekeyError, run: RunStatus, stateDir: string): string[] {
  return [
    `  ${ink.red(error.title)}`,
    ...indented(safe(error.message)),
    `  ${ink.dim('→')} ${pasteable(safe(error.hint), run, stateDir)}`,
  ];
}

/** An error names the commands of its run as they are; here they are spelled so that they can be pasted. */
function pasteable(hint: string, { run, profile }: RunStatus, stateDir: string): string {
  const named = new RegExp(`\\brekey (status|resume|rollback) (?:RUN|${run})`, 'g');
  const spelled = (_all: string, command: NextStep['command']) => nextCommand(wordsOf(command, run, profile), stateDir);
  return hint.replaceAll(named, spelled).replaceAll(/\bRUN\b/g, run);
}

const indented = (text: string) => text.split('\n').map((line) => `  ${line}`);

function downLines(of: ReportOf, status: PlanStatus): string[] {
  const down = downText(of, status);
  return down === undefined ? [] : [`  ${ink.red('down')} ${status.target} ${down}`];
}

/** Since when its target is out of service; undefined where it is not. */
export function downText(of: Pick<ReportOf, 'now'>, status: PlanStatus): string | undefined {
  if (status.downSince === undefined) return undefined;
  const has = status.downInDoubt ? 'may have been' : 'has been';
  return `${has} out of service ${sinceText(of.now, status.downSince, status.downAtLatest)}`;
}

/** Since when, as exactly as it is known. */
export function sinceText(now: number, first: number, last: number | undefined): string {
  const or = last === undefined ? '' : `, at the latest ${momentText(last)}`;
  return `since ${momentText(first)} (${durationText(now - first)})${or}`;
}

/** How it was when it was last seen, with the time: nobody has looked since. */
function standingLines(of: ReportOf, status: PlanStatus): string[] {
  const { lastSeen, unseen, pairs } = status;
  if (!lastSeen || (!pairs.length && !status.takenBack && !lastSeen.byAccident)) return [];
  const standing = (standings[status.targetType] ?? standingOfInstance)(status, lastSeen);
  const since = status.changing ? '; what was sent since was not seen to its end' : '';
  const age = `${momentText(lastSeen.at)}, ${durationText(Math.max(0, of.now - lastSeen.at))} ago${since}`;
  const unknown = unseen && `  ${ink.yellow('unknown')} how ${status.target} is: ${safe(unseen.why)}`;
  return [...(unknown === undefined ? [] : [unknown]), `  ${ink.dim('seen')} ${standing} (${age})`];
}

type Standing = (status: PlanStatus, seen: TargetStatus) => string;

/** A target that serves with one of each pair in it. */
const standingOfInstance: Standing = (status, { running, holds }) => {
  const on = {
    originals: `with its originals${status.pairs.length ? '; the replacements are not used' : ''}`,
    replacements: `with its replacements${sinceWhen(status)}`,
    mixture: 'with some originals and some replacements',
    nothing: 'with none of these volumes',
  }[holds];
  return `${status.target} ${running ? 'runs' : 'is stopped'} ${on}`;
};

const standingOfDatabase: Standing = (status, { running, holds, byAccident }) => {
  const by = {
    originals: `on the original${status.pairs.length ? '; the replacement is not used' : ''}`,
    replacements: `on the replacement${sinceWhen(status)}`,
    mixture: 'on the original and the replacement',
    nothing: 'on neither the original nor the replacement',
  }[holds];
  const opened = 'somebody has opened its fence or its Data API';
  if (running && byAccident) return `${status.target} is open to clients, since ${opened}, ${by}`;
  const also = byAccident ? `, and ${opened},` : ',';
  return `${status.target} is ${running ? 'open' : 'closed'} to clients, by its security groups${also} ${by}`;
};

/** A volume is in nothing and serves nobody: what replaces it stands beside it. */
const standingOfVolume: Standing = (status, { running }) => {
  const { target, deleted, discarded } = status;
  const [pair] = status.pairs;
  if (pair && deleted.includes(target)) return `${pair.replacement} is what there is of ${target}: attach it instead`;
  const beside =
    pair && !discarded.includes(pair.replacement) ? `; ${pair.replacement} is beside it${sinceWhen(status)}` : '';
  return `${target} is attached to ${running ? 'an instance' : 'nothing'}${beside}`;
};

const standings: { readonly [type: string]: Standing } = {
  'ebs-volume': standingOfVolume,
  'rds-instance': standingOfDatabase,
  'rds-cluster': standingOfDatabase,
};

function sinceWhen({ writePointAt }: PlanStatus): string {
  return writePointAt === undefined ? '' : `, which may be in use since ${momentText(writePointAt)}`;
}

/** What is kept costs: told while it is kept, and in sum once it is gone. */
function keptLines(of: ReportOf, status: PlanStatus): string[] {
  const text = keptText(status.holdingCosts, of.now);
  return text === undefined ? [] : [`  ${ink.dim('cost')} ${text}`];
}

function pairLines(status: PlanStatus): string[] {
  const gone = (id: string) => (status.deleted.includes(id) || status.discarded.includes(id) ? ' (deleted)' : '');
  const rows = status.pairs.map(({ original, replacement, device, verdict }) => [
    device ?? '-',
    `${original}${gone(original)}`,
    '→',
    `${replacement}${gone(replacement)}`,
    verdict ?? 'not verified yet',
  ]);
  const paired = new Set(status.pairs.map((pair) => pair.replacement));
  const rest = status.existing.filter(({ id }) => !paired.has(id));
  const lines = table(rows);
  const also = rows.length > 0 ? 'also ' : '';
  if (rest.length) lines.push(`  ${ink.dim(`${also}created by this run, and not deleted by it:`)}`, ...restLines(rest));
  lines.push(...doubtLines(status));
  return lines;
}

/** What may have come about: its answer was never heard, or what it was to do was not seen yet. */
function doubtLines({ inDoubt }: PlanStatus): string[] {
  if (inDoubt.length === 0) return [];
  const told = inDoubt.map(({ step, sends, id }) => {
    const times = sends === 1 ? '' : `; it was sent ${sends} times`;
    return [step, id === undefined ? `may have created something${times}` : `may have deleted ${id}`];
  });
  return [`  ${ink.dim('sent, and not seen to its end; the next process looks:')}`, ...table(told, '    ')];
}

/** What was announced; what several plans say alike is told once. */
function noteLines(statuses: readonly PlanStatus[]): string[] {
  const notes = new Map<string, string[]>();
  for (const { plan, announcements } of statuses) {
    for (const { step, text } of announcements) {
      const told = `${step}: ${text}`;
      notes.set(told, [...(notes.get(told) ?? []), plan]);
    }
  }
  return [...notes].map(([text, plans]) => {
    const all = plans.length === statuses.length;
    const whose = statuses.length === 1 ? '' : all ? ' (every plan)' : ` (${plans.join(', ')})`;
    return fittedUnlessPasted(`  ${ink.dim('note')} ${safe(text)}${whose}`, '    ');
  });
}

const mostIds = 6;

/** A line for each step that made something. */
function restLines(created: PlanStatus['existing']): string[] {
  const steps = new Map<string, string[]>();
  for (const { id, step } of created) steps.set(step, [...(steps.get(step) ?? []), id]);
  const rows = [...steps].map(([step, ids]) => {
    const more = ids.length - mostIds;
    return [step, `${ids.slice(0, mostIds).join(' ')}${more > 0 ? ` and ${more} more (status --json lists all)` : ''}`];
  });
  return table(rows, '    ');
}
