import type { Attribute, Delete, Judgement, Resource, Row, Standing, Target } from '../document/schema.ts';
import { comparisons } from './comparisons.ts';
import { broken, type Content, html, type Markup } from './markup.ts';
import { code, details, lengthText, list, marked, moment, statusSigns, table, verdictSigns } from './parts.ts';
import { timelineSvg } from './timeline-svg.ts';

/** What a page has room for. `compact`: of hundreds of things each is told in sentences, and tables are of all targets at once. */
export interface Room {
  readonly compact: boolean;
  readonly open: boolean;
}

/** All that is told of one target. `end`: where what is open is drawn to, in ms. */
export function targetSection(target: Target, id: string, end: number, room: Room): Markup {
  return html`<section id="${id}"><h3>${target.target} <span class="soft">(${target.type}, plan ${target.plan})</span></h3>
<p>${marked(statusSigns[target.status], target.headline)}</p>
${target.stop ? html`<div class="note bad"><p>${broken(target.stop.message)}</p><p class="soft">${code(target.stop.error)}: ${broken(target.stop.hint)}</p></div>` : undefined}
${room.compact ? html`<p class="soft">Plan ${target.plan}; account ${target.account}, ${target.region}; ${target.keys.from ?? 'any key'} → ${target.keys.to}</p>${compactResources(target.resources)}` : inFull(target, { id, end, open: room.open })}
</section>`;
}

function inFull(
  target: Target,
  { id, end, open }: { readonly id: string; readonly end: number; readonly open: boolean },
): Markup {
  return html`${factList(target)}
${downTable([target])}
${target.timeline.length > 0 ? timelineSvg(target, `${id}-timeline`, end) : undefined}
${details('Steps, with when each began and ended', stepsTable(target.timeline))}
${attributesOfTarget(target)}
${resources(target, open)}
${deletesOf([target])}
${standingOf([target])}`;
}

/** The tables that a page of many targets has once for all of them. */
export function tablesOfAll(targets: readonly Target[]): Markup {
  return html`${downTable(targets)}${deletesOf(targets)}${standingOf(targets)}`;
}

function factList({ target, plan, file, planHash, account, region, keys, lastSeen, writePointAt }: Target): Markup {
  const seen = lastSeen
    ? html`${moment(lastSeen.at)}: ${lastSeen.running ? 'it served or could have been started' : 'it did not serve'}, with ${holds[lastSeen.holds]}`
    : html`<span class="soft">no look is on record</span>`;
  return html`<dl><dt>Account</dt><dd>${account}, ${region}</dd><dt>Keys</dt><dd>${keys.from === null ? 'any key' : code(keys.from)} → ${code(keys.to)}</dd><dt>Plan</dt><dd>${code(file)} <span class="soft">(${plan} for ${target}, SHA-256 ${planHash})</span></dd><dt>Write point</dt><dd>${moment(writePointAt, 'none: the replacements were not written to, or that was taken back')}</dd><dt>Last seen</dt><dd>${seen}</dd></dl>`;
}

const holds: { readonly [H in NonNullable<Target['lastSeen']>['holds']]: string } = {
  originals: 'its originals',
  replacements: 'its replacements',
  mixture: 'some originals and some replacements',
  nothing: 'none of either',
};

function downTable(targets: readonly Target[]): Content {
  const rows = targets.flatMap(({ target, down }) =>
    down.map(({ since, sinceAtLatest, until, ms, inDoubt }) => [
      target,
      html`${moment(since)}${sinceAtLatest === undefined ? undefined : html`, at the latest ${moment(sinceAtLatest)}`}`,
      until === null ? marked(['✗', 'bad'], 'still down') : moment(until),
      html`${lengthText(ms)}${inDoubt ? ', in doubt: what came of the call is not known' : undefined}`,
    ]),
  );
  if (rows.length === 0)
    return html`<p>${nameOf(targets)} not out of service because of this run, as far as its journal shows.</p>`;
  return table(
    'Out of service',
    ['Target', 'Since (the call was sent)', 'Until (it was seen to serve)', 'Length'],
    rows,
  );
}

const nameOf = (targets: readonly Target[]) =>
  targets.length === 1 ? `${targets[0]?.target} was` : 'Its targets were';

function stepsTable(rows: readonly Row[]): Content {
  return table(
    'Steps in the order in which they began',
    ['Step', 'Kind', 'Items', 'Calls', 'Began', 'Ended', 'Outcome'],
    rows.map(({ step, uses, kind, generation, items, calls, begunAt, endedAt, outcome, until }) => [
      html`${step}${generation > 0 ? ` (${generation + 1})` : undefined}`,
      html`${kind}${uses === null ? undefined : html` <span class="soft">${uses}</span>`}`,
      items || undefined,
      calls || undefined,
      moment(begunAt),
      endedAt === null ? 'not yet' : moment(endedAt),
      html`${outcome}${until ? html`; opens ${moment(until)}` : undefined}`,
    ]),
  );
}

function attributesOfTarget({ attributes, target }: Target): Content {
  const changed = attributes.filter((one) => one.changed);
  if (attributes.length === 0) return undefined;
  return html`<h4>${target} itself, first and last seen</h4>${attributeTable(`How ${target} has changed`, changed)}${sameWords(attributes)}`;
}

function attributeTable(caption: string, attributes: readonly Attribute[]): Content {
  return table(
    caption,
    ['Attribute', 'Before', 'After'],
    attributes.map(({ name, before, after }) => [name, side(before), side(after)]),
  );
}

const side = (value: string | null) => {
  if (value === null) return html`<span class="soft">not on record</span>`;
  return value === '' ? html`<span class="soft">empty</span>` : code(value);
};

/** What is the same on both sides needs no table. */
function sameWords(attributes: readonly Attribute[]): Content {
  const same = attributes.filter(({ changed, before, after }) => !changed && before !== null && after !== null);
  if (same.length === 0) return undefined;
  return html`<p><span class="soft">The same before and after:</span> ${same.map(({ name, before }, at) => html`${at === 0 ? undefined : '; '}${name} ${side(before)}`)}</p>`;
}

const originalWords = { there: 'not deleted', deleted: 'deleted', 'perhaps deleted': 'perhaps deleted' } as const;
const replacementWords = {
  there: 'not deleted',
  discarded: 'discarded',
  'perhaps discarded': 'perhaps discarded',
  'never made': 'never made',
} as const;

function resources({ resources: all }: Target, open: boolean): Content {
  if (all.length === 0) return undefined;
  return html`<h4>Resources, before and after</h4>${all.map((one) => resource(one, open))}`;
}

function resource(one: Resource, open: boolean): Markup {
  const { original, replacement, originalIs, replacementIs, attributes, verdicts, facts, readAt, madeAt, beside } = one;
  const changed = attributes.filter((attribute) => attribute.changed);
  const alone = attributes.filter(({ before, after }) => before === null || after === null);
  const last = verdicts.at(-1);
  const summary = html`${code(original)} (${originalWords[originalIs]}) → ${replacement === null ? 'no replacement' : html`${code(replacement)} (${replacementWords[replacementIs]})`}${beside ? ', beside the target' : undefined} ${last ? marked(verdictSigns[last.status], last.status) : html`<span class="soft">no verdict</span>`}`;
  const content = html`<p class="soft">The original was read at ${moment(readAt)}; ${replacement === null ? 'no replacement was made' : html`the replacement was there at ${moment(madeAt)}`}. What stands under “after” is what the replacement was asked to be; that it is so the verdicts say.</p>
${attributeTable(`What differs between ${original} and what replaces it`, changed)}${sameWords(attributes)}${attributeTable(`Of one side alone is on record`, alone)}${judgements(verdicts, original)}
${facts.length === 0 ? undefined : html`<p><span class="soft">The last verdict says besides:</span> ${facts.map(({ name, value }, at) => html`${at === 0 ? undefined : '; '}${name} ${code(value)}`)}</p>`}`;
  return details(summary, content, open);
}

/** Each in sentences, without a table: of hundreds. */
function compactResources(all: readonly Resource[]): Content {
  return all.map(({ original, replacement, originalIs, replacementIs, attributes, verdicts }) => {
    const summary = html`${code(original)} (${originalWords[originalIs]}) → ${replacement === null ? 'no replacement' : html`${code(replacement)} (${replacementWords[replacementIs]})`}`;
    const changed = attributes.filter((one) => one.changed);
    const words = changed.map(
      ({ name, before, after }) => html`<p>${name}: ${code(before ?? '')} → ${code(after ?? '')}</p>`,
    );
    const judged = verdicts.map(
      ({ step, at, status, findings }) =>
        html`<p>${marked(verdictSigns[status], status)} by ${step} at ${moment(at)}${findings.length === 0 ? undefined : `: ${findings.join('; ')}`}</p>`,
    );
    return details(summary, html`${words}${sameWords(attributes)}${judged}`);
  });
}

function judgements(verdicts: readonly Judgement[], original: string): Content {
  return table(
    `Verdicts about ${original} and what replaces it`,
    ['Step', 'When', 'Verdict', 'Findings'],
    verdicts.map(({ step, uses, at, status, findings, asked }) => [
      html`${step} <span class="soft">${uses}</span>`,
      moment(at),
      marked(verdictSigns[status], status),
      html`${findings.length === 0 ? 'none' : list(findings)}${asked.length === 0 ? undefined : html`<p class="soft">asked, of both or of the target:</p>${list(asked.map(code))}`}`,
    ]),
  );
}

function deletesOf(targets: readonly Target[]): Content {
  const all = targets.flatMap(({ deletes }) => deletes);
  if (all.length === 0) return html`<p>No delete of an original was sent.</p>`;
  return html`<h4>Deletes of originals, with what spoke for each</h4><p class="soft">A delete goes out only by a verdict SUCCESSFUL and by a proof that is taken right before the call: each time at which it was sent is also that of such a proof.</p>${table(
    'Originals of which a delete was sent',
    ['Original', 'What spoke for it', 'Seen gone'],
    all.map(deleteRow),
  )}`;
}

function deleteRow(one: Delete): Content[] {
  const last = one.judgedBy.at(-1);
  const byAws = one.sentAtByAws.length === 0 ? undefined : ` (${one.sentAtByAws.join(', ')} by AWS's clock)`;
  return [
    html`${code(one.part && one.item !== null ? one.item : one.id)}${one.part ? html`<br><span class="soft">a part of ${one.id}</span>` : undefined}`,
    list([
      html`${marked(verdictSigns[one.verdict.status], one.verdict.status)}${last ? html` by ${last.step} at ${moment(last.at)}` : undefined}`,
      html`a proof without a finding, and right after it sent: ${one.sentAt.map((at, nth) => html`${nth === 0 ? undefined : ', '}${moment(at)}`)}${byAws}`,
      ...comparisons(one),
      ...one.said.map(({ at, text }) => html`said at ${moment(at)}: ${text}`),
    ]),
    one.failed === undefined
      ? moment(one.goneAt, 'not seen gone')
      : html`${marked(['✗', 'bad'], 'failed')} ${one.failed}`,
  ];
}

function standingOf(targets: readonly Target[]): Content {
  const stands = targets.flatMap((one) => one.stands);
  const kept = targets.flatMap((one) => one.kept);
  const costs = targets.flatMap(({ target, costs: come }) => (come === null ? [] : [{ target, come }]));
  return html`<h4>What stands still, under which key, and what it costs</h4>${
    stands.length === 0 ? html`<p>Nothing that this run has moved or made and not deleted.</p>` : undefined
  }${table(
    'Not deleted by this run',
    ['Id', 'What', 'Key', 'Why'],
    stands.map((one) => [code(one.id), whatWords(one), keyWords[one.key], whyWords(one)]),
  )}${costs.map(({ target, come }) => html`<p>The originals of ${target} beside their replacements come to ${come}.</p>`)}${table(
    'Kept, and why',
    ['Id', 'Since', 'Made by', 'Why'],
    kept.map(({ id, at, step, why }) => [code(id), moment(at), step, why]),
  )}`;
}

const whyWords = ({ why, since }: Standing) =>
  html`${why}${since === null ? undefined : html` <span class="soft">(serves nobody since ${moment(since)})</span>`}`;
const whatWords = ({ what, step }: Standing) => (step === null ? what : `${what}, made by ${step}`);
const keyWords: { readonly [K in Standing['key']]: Markup } = {
  old: marked(['●', 'warn'], 'old key'),
  new: marked(['○', 'good'], 'new key'),
  unknown: html`not on record`,
};
