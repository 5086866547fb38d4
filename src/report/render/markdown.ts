import { spelledOut } from '../../contract/printable.ts';
import type { Attribute, Delete, Report, Resource, RunReport, Said, Target } from '../document/schema.ts';
import { comparisons } from './comparisons.ts';
import { lengthText, statusSigns, verdictSigns } from './parts.ts';

/** Text that Markdown takes as text: no markup, no HTML, no link comes of it, and it stays on its line. */
export function plain(text: string): string {
  return spelledOut(text.replaceAll(/\r?\n/g, ' / '))
    .replace(/[\\`*_[\]|~#!$^@]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/:(?=\/\/)/g, '&#58;')
    .replace(/\b(www)\./gi, '$1&#46;');
}

type Cell = string | number;

/** Cells come escaped. */
function table(heads: readonly string[], rows: readonly (readonly Cell[])[], title?: string): string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly Cell[]) => `| ${cells.join(' | ')} |`;
  return [
    ...(title === undefined ? [] : [`#### ${title}`, '']),
    line(heads),
    line(heads.map(() => '---')),
    ...rows.map(line),
    '',
  ];
}

/** A report as Markdown, for a pull request or a ticket. */
export function markdownOf({ madeAt, runs }: Report): string {
  const lines = runs.flatMap(runLines);
  return `# rekey report\n\nMade at ${madeAt} from journals alone; AWS was not asked. All times are UTC.\n\n${lines.join('\n').trimEnd()}\n`;
}

function runLines(run: RunReport): string[] {
  const { journal } = run;
  return [
    `## Run ${plain(run.run)}`,
    '',
    plain(run.summary),
    '',
    ...run.warnings.flatMap((warning) => [`> **Note:** ${plain(warning)}`, '']),
    '### Targets',
    '',
    ...table(
      ['Target', 'Type', 'Plan', 'Status', 'Out of service'],
      run.targets.map(({ target, type, plan, status, headline, down, downMs }) => [
        plain(target),
        plain(type),
        plain(plan),
        `${statusSigns[status][0]} ${plain(headline)}`,
        down.length === 0 ? 'not' : lengthText(downMs),
      ]),
    ),
    ...run.targets.flatMap(targetLines),
    ...saidLines('What was seen and said, other people’s changes among it', run.seen),
    ...saidLines('History', run.history),
    '### Calls that this run has sent',
    '',
    ...table(
      ['Operation', 'Sent', 'Answers on record', 'Refused and sent again', 'In doubt'],
      run.calls.map((one) => [plain(one.operation), one.sent, one.answered, one.refused, one.inDoubt]),
    ),
    ...(run.inDoubt.length === 0
      ? ['Nothing is in doubt: of all that was sent it is known what became of it.', '']
      : []),
    ...table(
      ['In doubt', 'Plan', 'Step', 'First sent', 'Last sent', 'Sends', 'What it may have done'],
      run.inDoubt.map((one) => [
        plain(one.operation),
        plain(one.plan),
        plain([one.step, ...(one.item === null ? [] : [one.item])].join(' / ')),
        one.firstSentAt,
        one.lastSentAt,
        one.sends,
        plain(one.may),
      ]),
    ),
    '### The journal that this report was made from',
    '',
    `- ${journal.records} records, format ${journal.format}, begun by rekey ${plain(run.version)}`,
    `- head ${plain(journal.head)}`,
    ...(journal.damage ? [`- damage: ${plain(`${journal.damage.error}: ${journal.damage.message}`)}`] : []),
    `- verify it with: ${plain(journal.verify)}`,
    ...run.next.map((line) => `- next: ${plain(line)}`),
    '',
  ];
}

function targetLines(target: Target): string[] {
  const { attributes, resources, deletes, stop } = target;
  const changed = attributes.filter((one) => one.changed);
  return [
    `### ${plain(target.target)}`,
    '',
    `${statusSigns[target.status][0]} ${plain(target.headline)}; account ${plain(target.account)}, ${plain(target.region)}; ${plain(target.keys.from ?? 'any key')} → ${plain(target.keys.to)}`,
    '',
    ...(stop ? [`Stopped by ${plain(stop.error)}: ${plain(stop.message)}`, ''] : []),
    ...timeLines(target),
    ...table(['Attribute', 'First seen', 'Last seen', ''], changed.map(attributeCells), 'The target itself'),
    ...(resources.length === 0 ? [] : ['#### Resources, before and after', '']),
    ...resources.flatMap(resourceLines),
    ...table(
      ['Deleted original', 'Verdict', 'Sent, right after the proof', 'Comparison', 'Seen gone', 'Said of it'],
      deletes.map(deleteCells),
      'Deletes of originals, with what spoke for each',
    ),
    ...(deletes.length === 0 ? ['No delete of an original was sent.', ''] : []),
    ...standingLines(target),
  ];
}

function timeLines({ down, timeline }: Target): string[] {
  return [
    ...(down.length === 0 ? ['It was not out of service because of this run, as far as its journal shows.', ''] : []),
    ...table(
      ['Since (the call was sent)', 'Until (it was seen to serve)', 'Length'],
      down.map(({ since, sinceAtLatest, until, ms, inDoubt }) => [
        sinceAtLatest === undefined ? since : `${since}, at the latest ${sinceAtLatest}`,
        until ?? '✗ still down',
        `${lengthText(ms)}${inDoubt ? ', in doubt' : ''}`,
      ]),
      'Out of service',
    ),
    ...table(
      ['Step', 'Kind', 'Items', 'Calls', 'Began', 'Ended', 'Outcome'],
      timeline.map((row) => [
        plain(row.generation > 0 ? `${row.step} (${row.generation + 1})` : row.step),
        row.kind,
        row.items || '',
        row.calls || '',
        row.begunAt,
        row.endedAt ?? 'not yet',
        row.outcome,
      ]),
      'Steps',
    ),
  ];
}

function standingLines({ stands, costs, kept }: Target): string[] {
  return [
    ...table(
      ['Not deleted by this run', 'What', 'Key', 'Why'],
      stands.map(({ id, what, step, key, why }) => [
        plain(id),
        plain(step === null ? what : `${what}, made by ${step}`),
        key,
        plain(why),
      ]),
      'What stands still',
    ),
    ...(costs === null ? [] : [`The originals beside their replacements come to ${plain(costs)}.`, '']),
    ...table(
      ['Kept', 'Since', 'Made by', 'Why'],
      kept.map(({ id, at, step, why }) => [plain(id), at, plain(step), plain(why)]),
      'Kept, and why',
    ),
  ];
}

function resourceLines({ original, replacement, originalIs, replacementIs, attributes, verdicts }: Resource): string[] {
  const last = verdicts.at(-1);
  const verdict = last
    ? `${verdictSigns[last.status][0]} ${last.status} by ${plain(last.step)} at ${last.at}`
    : 'no verdict';
  const made = replacement === null ? 'no replacement' : `${plain(replacement)} (${replacementIs})`;
  return [
    `**${plain(original)}** (${originalIs}) → ${made}: ${verdict}`,
    '',
    ...table(['Attribute', 'Before', 'After', ''], attributes.map(attributeCells)),
  ];
}

const attributeCells = ({ name, before, after, changed }: Attribute): Cell[] => [
  plain(name),
  plain(before ?? 'not on record'),
  plain(after ?? 'not on record'),
  changed ? 'changed' : '',
];

function deleteCells(one: Delete): Cell[] {
  const last = one.judgedBy.at(-1);
  return [
    plain(one.part && one.item !== null ? `${one.item}, a part of ${one.id}` : one.id),
    `${verdictSigns[one.verdict.status][0]} ${one.verdict.status}${last ? ` by ${plain(last.step)} at ${last.at}` : ''}`,
    one.sentAt.join(', '),
    comparisons(one).map(plain).join('; ') || 'none',
    one.failed === undefined ? (one.goneAt ?? 'not seen gone') : `✗ failed: ${plain(one.failed)}`,
    one.said.map(({ at, text }) => `${at}: ${plain(text)}`).join('; ') || 'nothing',
  ];
}

function saidLines(title: string, said: readonly Said[]): string[] {
  return [
    `### ${title}`,
    '',
    ...(said.length === 0 ? ['Nothing is on record.', ''] : []),
    ...table(
      ['When', 'What', 'Plan', 'In words'],
      said.map(({ at, plan, kind, step, text }) => [
        at,
        plain(step === undefined ? kind : `${kind} (${step})`),
        plain(plan ?? 'the run'),
        plain(text),
      ]),
    ),
  ];
}
