import { createHash } from 'node:crypto';
import type { Report, RunReport, Said, Target } from '../document/schema.ts';
import { type Room, tablesOfAll, targetSection } from './html-target.ts';
import { broken, type Content, html, type Markup } from './markup.ts';
import { code, details, lengthText, list, marked, moment, statusSigns, table } from './parts.ts';
import { style } from './style.ts';
import { targetsSvg } from './timeline-svg.ts';

// Beyond this many there is a table of all, and no drawing of each: a page of hundreds has to stay one that a browser can show.
const mostTargets = 20;
const mostThings = 100;
const mostOpen = 8;

/** A report as one HTML file: no script, and nothing from anywhere else. */
export function htmlOf(report: Report): string {
  const [only] = report.runs;
  const title =
    report.runs.length === 1 && only
      ? `rekey: report of run ${only.run}`
      : `rekey: report of ${report.runs.length} runs`;
  return page(
    title,
    html`<header><h1>${title}</h1><p class="soft">Made at ${moment(report.madeAt)} from journals alone; AWS was not asked. All times are UTC.</p></header>
<main>${report.runs.map((run, at) => runArticle(run, `run-${at + 1}`, report.madeAt))}</main>`,
  );
}

/** Any page of ours: what it may load and run is nothing, and its style is known by its hash. */
export function page(title: string, body: Markup): string {
  const hash = createHash('sha256').update(style).digest('base64');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${html`${title}`.text}</title>
<style>${style}</style>
</head>
<body>
${body.text}
</body>
</html>
`;
}

function runArticle(run: RunReport, id: string, madeAt: string): Markup {
  const end = Date.parse(madeAt);
  const things = run.targets.reduce((sum, { resources }) => sum + resources.length, 0);
  const compact = run.targets.length > mostTargets || things > mostThings;
  const room: Room = { compact, open: things <= mostOpen };
  const sections = [
    ['targets', 'Targets'],
    ...run.targets.slice(0, mostTargets).map(({ target }, at) => [`target-${at + 1}`, target]),
    ['seen', 'What was seen and said'],
    ['history', 'History'],
    ['calls', 'Calls'],
    ['journal', 'Journal'],
  ] as const;
  return html`<article id="${id}"><h2>Run ${run.run}</h2>
<p class="lead">${run.summary}</p>
${run.warnings.map((warning) => html`<p class="note${run.journal.damage ? ' bad' : ''}">${warning}</p>`)}
<nav aria-label="Contents of run ${run.run}"><ul>${sections.map(([to, words]) => html`<li><a href="#${id}-${to}">${words}</a></li>`)}</ul></nav>
<section id="${id}-targets"><h3>Targets</h3>
${targetsTable(run.targets, id)}
${run.targets.length > 1 && run.targets.length <= 5 * mostTargets ? targetsSvg(run.targets, `${id}-all`, end) : undefined}
${compact ? html`<p class="soft">These are too many to draw each: their steps, and all that the verdicts say, stand in the report as JSON.</p>${tablesOfAll(run.targets)}` : undefined}
</section>
${run.targets.map((target, at) => targetSection(target, `${id}-target-${at + 1}`, end, room))}
${saidSection(run.seen, { id: `${id}-seen`, title: 'What was seen and said, other people’s changes among it', none: 'Nothing was put on record.' })}
${saidSection(run.history, { id: `${id}-history`, title: 'History: processes, commands, stops and ends', none: 'Nothing is on record.' })}
${callsSection(run, id)}
${journalSection(run, id)}
</article>`;
}

function targetsTable(targets: readonly Target[], id: string): Content {
  return table(
    'Each target and how it stands',
    ['Target', 'Type', 'Plan', 'Status', 'Out of service', 'Originals deleted'],
    targets.map(({ target, type, plan, status, headline, down, downMs, resources }, at) => [
      html`<a href="#${id}-target-${at + 1}">${target}</a>`,
      type,
      plan,
      marked(statusSigns[status], headline),
      down.length === 0
        ? 'not'
        : html`${lengthText(downMs)}${down.some(({ until }) => until === null) ? html` ${marked(['✗', 'bad'], 'still down')}` : undefined}`,
      `${resources.filter(({ originalIs }) => originalIs === 'deleted').length} of ${new Set(resources.map(({ original }) => original)).size}`,
    ]),
  );
}

const mostSaidOpen = 40;

function saidSection(
  said: readonly Said[],
  { id, title, none }: { readonly id: string; readonly title: string; readonly none: string },
): Markup {
  const rows = alike(said).map(({ one: { at, plan, kind, step, text }, plans }) => [
    moment(at),
    html`${kind}${step === undefined ? undefined : html` <span class="soft">${step}</span>`}`,
    plans > 1 ? `${plans} plans alike` : (plan ?? 'the run'),
    broken(text),
  ]);
  const all = table('In the order of the journal', ['When', 'What', 'Plan', 'In words'], rows);
  const shown = rows.length > mostSaidOpen ? details(`${rows.length} entries`, all) : all;
  return html`<section id="${id}"><h3>${title}</h3>${said.length === 0 ? html`<p>${none}</p>` : shown}</section>`;
}

/** What several plans tell alike is told once, at the time of the first. */
function alike(said: readonly Said[]): { readonly one: Said; plans: number }[] {
  const groups = new Map<string, { readonly one: Said; readonly names: Set<string | null> }>();
  for (const one of said) {
    const name = JSON.stringify([one.kind, one.step, one.text, one.plan === null ? one.at : null]);
    const known = groups.get(name);
    if (known && !known.names.has(one.plan)) known.names.add(one.plan);
    else groups.set(known ? `${name} ${groups.size}` : name, { one, names: new Set([one.plan]) });
  }
  return [...groups.values()].map(({ one, names }) => ({ one, plans: names.size }));
}

function callsSection({ calls, inDoubt }: RunReport, id: string): Markup {
  return html`<section id="${id}-calls"><h3>Calls that this run has sent</h3>
<p class="soft">Counted from the intents, which are on disk before a call goes out. What only reads is not on record.</p>
${calls.length === 0 ? html`<p>None.</p>` : undefined}${table(
  'Calls by operation',
  ['Operation', 'Sent', 'Answers on record', 'Refused and sent again', 'In doubt'],
  calls.map(({ operation, sent, answered, refused, inDoubt: open }) => [
    code(operation),
    sent,
    answered,
    refused,
    open,
  ]),
)}
${inDoubt.length === 0 ? html`<p>${marked(['✔', 'good'], 'Nothing is in doubt')}: of all that was sent it is known what became of it.</p>` : undefined}${table(
  'In doubt: sent, and not seen to its end',
  ['Operation', 'Plan and step', 'First sent', 'Last sent', 'Sends', 'What it may have done'],
  inDoubt.map(({ operation, plan, step, item, firstSentAt, lastSentAt, sends, may }) => [
    code(operation),
    html`${plan} / ${step}${item === null ? undefined : html` / ${code(item)}`}`,
    moment(firstSentAt),
    moment(lastSentAt),
    sends,
    may,
  ]),
)}</section>`;
}

function journalSection({ journal, version, next }: RunReport, id: string): Markup {
  const { records, head, format, verify, damage } = journal;
  return html`<section id="${id}-journal"><h3>The journal that this report was made from</h3>
<dl><dt>Records</dt><dd>${records}, each with a hash over the one before it; format ${format}, begun by rekey ${version}</dd><dt>Head</dt><dd>${code(head)}</dd>${damage ? html`<dt>Damage</dt><dd>${code(damage.error)}: ${broken(damage.message)}</dd>` : undefined}<dt>Verify it</dt><dd>${code(verify)}</dd></dl>
<p class="soft">The command checks every record, and that none up to this head was changed, taken out or cut off.</p>
${next.length === 0 ? undefined : html`<h4>What can be done next</h4>${list(next.map(code))}`}</section>`;
}
