import type { RekeyError } from '../errors/index.ts';
import { durationText, momentText } from './duration.ts';
import { nextCommand } from './next-command.ts';
import { ink, safe, table } from './screen.ts';
import type { PlanStory } from './story.ts';
import { keptText } from './upkeep.ts';

/** Of what a report speaks beyond the plans. */
export interface ReportOf {
  readonly run: string;
  readonly stateDir: string;
  readonly now: number;
  readonly head: string;
  /** What stopped a plan just now, by plan; told in full. */
  readonly errors?: ReadonlyMap<string, RekeyError>;
}

const marks: { readonly [S in PlanStory['status']]: () => string } = {
  done: () => ink.green('✔'),
  'rolled-back': () => ink.green('←'),
  failed: () => ink.red('✗'),
  paused: () => ink.yellow('◼'),
  running: () => ink.cyan('▶'),
  interrupted: () => ink.yellow('◼'),
};

/** The closing words: per plan what happened and why, what exists in AWS now, and the exact next command. */
export function reportLines(of: ReportOf, stories: readonly PlanStory[]): string[] {
  const lines = stories.flatMap((story) => [...planLines(of, story), ...(stories.length > 1 ? [''] : [])]);
  lines.push(...noteLines(stories), '');
  const next = nextSteps(of, stories);
  lines.push(`${ink.dim('run')}   ${of.run}`, `${ink.dim('head')}  ${of.head}`);
  for (const [at, step] of next.entries()) lines.push(`${ink.dim(at === 0 ? 'next' : '  or')}  ${step}`);
  return lines;
}

/** What can be done next, most likely first. */
export function nextSteps(of: Pick<ReportOf, 'run' | 'stateDir'>, stories: readonly PlanStory[]): string[] {
  const command = (...words: string[]) => nextCommand([...words.slice(0, 1), of.run, ...words.slice(1)], of.stateDir);
  const open = stories.filter((story) => story.status !== 'done' && story.status !== 'rolled-back');
  if (!open.length) return [command('status')];
  if (open.every((story) => story.status === 'running')) return [command('status')];
  const gates = open.flatMap((story) => story.gate?.until ?? []);
  const last = gates.length === open.length ? Math.max(...gates) : undefined;
  const resume =
    last === undefined || !Number.isFinite(last)
      ? command('resume')
      : `${command('resume')}  # from ${momentText(last)} on, or now with --wait`;
  const deleted = open.some((story) => story.deleted.length > 0);
  if (deleted) return [resume];
  const lost = open.flatMap((story) => story.writePointAt ?? []);
  // The time is not put in: what throws writes away is to be typed, not pasted.
  const price = lost.length ? '  # asks for your word: writes since the start would be lost' : '';
  return [resume, `${command('rollback')}${price}`];
}

function planLines(of: ReportOf, story: PlanStory): string[] {
  const error = of.errors?.get(story.plan);
  return [
    `${marks[story.status]()} ${ink.bold(story.plan)} ${story.target}: ${headline(of, story)}`,
    ...(error ? errorLines(error, of.run) : story.stop ? indented(safe(story.stop.message)) : []),
    ...downLines(of, story),
    ...standingLines(story),
    ...keptLines(of, story),
    ...pairLines(story),
  ];
}

function headline(of: ReportOf, story: PlanStory): string {
  switch (story.status) {
    case 'done':
      return 'done';
    case 'rolled-back':
      return 'rolled back';
    case 'failed':
      if (story.takenBack) return 'stopped, and taken back';
      return `stopped${story.step === undefined ? '' : ` at ${story.step}`}`;
    case 'paused':
    case 'running': {
      const { gate } = story;
      const doing = story.unwinding
        ? 'being taken back'
        : `${story.status}${story.step === undefined ? '' : ` at ${story.step}`}`;
      if (!gate) return doing;
      return `${doing}; ${gate.step} opens ${momentText(gate.until)} (in ${durationText(gate.until - of.now)})`;
    }
    case 'interrupted':
      return story.unwinding
        ? 'interrupted while being taken back'
        : `interrupted${story.step === undefined ? '' : ` at ${story.step}`}`;
  }
}

function errorLines(error: RekeyError, run: string): string[] {
  return [
    `  ${ink.red(error.title)}`,
    ...indented(safe(error.message)),
    `  ${ink.dim('→')} ${safe(error.hint).replace(/\bRUN\b/, run)}`,
  ];
}

const indented = (text: string) => text.split('\n').map((line) => `  ${line}`);

function downLines(of: ReportOf, story: PlanStory): string[] {
  if (story.downSince === undefined) return [];
  const since = `${momentText(story.downSince)} (${durationText(of.now - story.downSince)})`;
  return [`  ${ink.red('down')} ${story.target} has been out of service since ${since}`];
}

function standingLines(story: PlanStory): string[] {
  const { serving, replacements } = story;
  if (!serving || (!replacements.length && !story.takenBack)) return [];
  const state = serving.running ? 'runs' : 'is stopped';
  const since =
    story.writePointAt === undefined ? '' : `, which could be written to since ${momentText(story.writePointAt)}`;
  const on = {
    originals: `with its originals${replacements.length ? '; the replacements are not used' : ''}`,
    replacements: `with its replacements${since}`,
    mixture: 'with some originals and some replacements',
    nothing: 'with none of these volumes',
  }[serving.by];
  return [`  ${ink.dim('now')}  ${story.target} ${state} ${on}`];
}

/** What is kept costs: told while it is kept, and in sum once it is gone. */
function keptLines(of: ReportOf, story: PlanStory): string[] {
  const text = keptText(story.kept, of.now);
  return text === undefined ? [] : [`  ${ink.dim('cost')} ${text}`];
}

function pairLines(story: PlanStory): string[] {
  const gone = (id: string) => (story.deleted.includes(id) || story.discarded.includes(id) ? ' (deleted)' : '');
  const rows = story.replacements.map(({ original, replacement, device, verdict }) => [
    device ?? '-',
    `${original}${gone(original)}`,
    '→',
    `${replacement}${gone(replacement)}`,
    verdict ?? 'not verified yet',
  ]);
  const paired = new Set(story.replacements.map((pair) => pair.replacement));
  const rest = story.made.filter(({ id }) => !paired.has(id));
  const lines = table(rows);
  if (rest.length) lines.push(`  ${ink.dim('also in AWS, made by this run:')}`, ...restLines(rest));
  return lines;
}

/** What was announced; what several plans say alike is told once. */
function noteLines(stories: readonly PlanStory[]): string[] {
  const notes = new Map<string, string[]>();
  for (const { plan, announcements } of stories) {
    for (const text of announcements) notes.set(text, [...(notes.get(text) ?? []), plan]);
  }
  return [...notes].flatMap(([text, plans]) => {
    const all = plans.length === stories.length;
    const whose = stories.length === 1 ? '' : all ? ' (every plan)' : ` (${plans.join(', ')})`;
    return wrapped(`${safe(text)}${whose}`);
  });
}

function wrapped(text: string): string[] {
  const width = Math.max(40, (process.stderr.columns ?? 120) - 8);
  const lines = text.match(new RegExp(`.{1,${width}}(?:\\s|$)|\\S{1,${width}}`, 'g')) ?? [];
  return lines.map((line, at) => `  ${at === 0 ? ink.dim('note') : '    '} ${line.trimEnd()}`);
}

const mostIds = 6;

/** A line for each step that made something. */
function restLines(made: PlanStory['made']): string[] {
  const steps = new Map<string, string[]>();
  for (const { id, step } of made) steps.set(step, [...(steps.get(step) ?? []), id]);
  const rows = [...steps].map(([step, ids]) => {
    const more = ids.length - mostIds;
    return [step, `${ids.slice(0, mostIds).join(' ')}${more > 0 ? ` and ${more} more (status --json lists all)` : ''}`];
  });
  return table(rows, '    ');
}
