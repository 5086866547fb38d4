import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import type { JournalRecord } from '../../src/contract/record.ts';
import { Report } from '../../src/report/document/schema.ts';
import { axisOf } from '../../src/report/render/axis.ts';
import { htmlOf } from '../../src/report/render/html.ts';
import { indexOf } from '../../src/report/render/index-page.ts';
import { jsonOf } from '../../src/report/render/json.ts';
import { markdownOf } from '../../src/report/render/markdown.ts';
import { html } from '../../src/report/render/markup.ts';
import { instancePlan, inWorld, twoVolumes, volumePlan } from '../support/world.ts';
import { asManyItems, asManyPlans } from './many.ts';
import { asReport, reported, sourced } from './reported.ts';

let moved: readonly JournalRecord[];
let loose: readonly JournalRecord[];
beforeAll(async () => {
  moved = await inWorld(twoVolumes, async (world) => (await world.process()).disk);
  loose = await inWorld(twoVolumes, async (world) => (await world.process([], { plans: [volumePlan] })).disk);
});

const whole = () => asReport(reported(moved, [sourced(instancePlan)]));

/** The tags of a page with their attributes, as a browser takes them apart; throws at what is none of them. */
function tagsOf(page: string): { name: string; attributes: string }[] {
  const body = page.replace(/^<!doctype html>/, '').replace(/<style>[^<]*<\/style>/, '<style></style>');
  const tags = [...body.matchAll(/<(\/?)([a-z][a-z0-9]*)((?:\s+[A-Za-z0-9-]+(?:="[^"<>]*")?)*)\s*\/?>/g)];
  expect(body.split('<').length - 1, 'every < begins a tag of ours').toBe(tags.length);
  return tags.map(([, , name = '', attributes = '']) => ({ name, attributes }));
}

const ours = new Set(
  'html head meta title style body header main article section nav ul li h1 h2 h3 h4 p dl dt dd div table caption thead tbody tr th td a code time span br details summary svg desc defs pattern rect line path text g'.split(
    ' ',
  ),
);

// biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may be left
const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

const hostile = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '</style></title></textarea><svg/onload=alert(1)>',
  'a\u202egnp.exe\u202c b\u2066c\u2069',
  '\u001b[2J\u001b]0;owned\u0007\u009b31m',
  '| a | b |\n\n# heading\n\n[link](javascript:alert(1)) ![i](https://evil.example/x.png) `code` **bold** ~~no~~ <b>',
  'https://evil.example/ www.evil.example @everyone #1',
  "' onmouseover='alert(1) `",
  '{{7*7}} <%= 7*7 %> $(id)',
  'javascript:alert(1)//\u2028\u2029',
];

/** The records with such texts in the place of every name and sentence that strangers have a hand in. */
function poisoned(records: readonly JournalRecord[]): JournalRecord[] {
  const poison = hostile.join(' ');
  return records.flatMap((record): JournalRecord[] => {
    const text = JSON.stringify(record)
      .replaceAll('"role"', JSON.stringify(`role ${poison}`))
      .replaceAll('"data"', JSON.stringify(poison));
    const one = JSON.parse(text) as JournalRecord;
    if (one.t !== 'finished') return [one];
    const { at, plan } = one;
    const stop = { error: poison, message: poison, hint: poison, exit: 1 };
    const key = { plan, step: 'snapshot', item: 'vol-00000000000000001', generation: 0 };
    return [
      { t: 'announced', plan, step: poison, text: poison, at },
      { t: 'announced', plan, step: 'delete', text: `vol-00000000000000001 ${poison}`, at },
      { t: 'kept', key, id: poison, reason: poison, at },
      { t: 'stale', plan, original: poison, findings: [poison], at },
      { t: 'lived', plan, ids: [poison], reason: poison, at },
      { t: 'drifted', plan, differences: [poison], at },
      { t: 'stopped', plan, stop, at },
      { t: 'interrupted', signal: poison, at },
    ];
  });
}

describe('hostile names', () => {
  const report = () => asReport(reported(poisoned(moved), [sourced(instancePlan)]));

  test('come to nothing but text in HTML', () => {
    const page = htmlOf(report());
    for (const { name, attributes } of tagsOf(page)) {
      expect(ours.has(name), name).toBe(true);
      expect(attributes).not.toMatch(/\s(on[a-z]+|style|src|srcset|action)=|javascript:/i);
      for (const [, href] of attributes.matchAll(/\shref="([^"]*)"/g)) expect(href).toMatch(/^#run-\d/);
    }
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).not.toMatch(obeyed);
  });

  test('come to nothing but text in Markdown: no HTML, link, heading, image or further cell', () => {
    const text = markdownOf(report());
    expect(text).not.toMatch(/<|(?<!\\)`|(?<!\\)\]\(|(?<!\\)!\[|https?:\/\/|www\.|(?<!\\)@/);
    expect(text).not.toMatch(obeyed);
    const lines = text.split('\n');
    expect(lines.filter((line) => /^#+ heading/.test(line))).toEqual([]);
    // Every row of a table has as many cells as its head.
    const cells = (line: string) => line.split(/(?<!\\)\|/).length;
    for (const [at, line] of lines.entries())
      if (line.startsWith('|') && lines[at - 1]?.startsWith('|'))
        expect(cells(line), line).toBe(cells(lines[at - 1] ?? ''));
  });

  test('are the same values in JSON, with nothing that a terminal or a page would obey', () => {
    const text = jsonOf(report());
    expect(JSON.parse(text)).toEqual(report());
    expect(text).not.toMatch(obeyed);
    expect(text).not.toMatch(/[<>&]/);
    expect(text).toContain('\\u003cscript\\u003e');
  });

  test('are escaped in an attribute as between tags', () => {
    expect(html`<a title="${'"><b>'}">${['<', html`<i>${'&'}</i>`, undefined, 3]}</a>`.text).toBe(
      '<a title="&quot;&gt;&lt;b&gt;">&lt;<i>&amp;</i>3</a>',
    );
  });
});

describe('the page', () => {
  test('may load and run nothing, and has its style by its hash', () => {
    const page = htmlOf(whole());
    const policy = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(page)?.[1];
    const style = /<style>([^<]*)<\/style>/.exec(page)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(policy).toBe(`default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`);
    expect(page).not.toMatch(/https?:|<script|@import|url\((?!#)/);
    expect(style).not.toContain('url(');
  });

  test('has headings without a gap, tables with a caption and scopes, and drawings with a title and a description', () => {
    const page = htmlOf(whole());
    const levels = [...page.matchAll(/<h([1-6])/g)].map(([, level]) => Number(level));
    expect(levels[0]).toBe(1);
    for (const [at, level] of levels.entries()) expect(level - (levels[at - 1] ?? 0)).toBeLessThanOrEqual(1);
    const tables = page.split('<table>').slice(1);
    expect(tables.length).toBeGreaterThan(5);
    for (const one of tables) {
      expect(one).toMatch(/^<caption>[^<]+<\/caption>/);
      expect(one.split('</table>')[0]).not.toMatch(/<th>/);
    }
    const drawings = page.split('<svg ').slice(1);
    expect(drawings).toHaveLength(1);
    for (const one of drawings)
      expect(one).toMatch(/role="img" aria-labelledby="[^"]+"><title [^>]+>[^<]+<\/title><desc [^>]+>[^<]+/);
    const ids = [...page.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, to] of page.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(to);
  });

  test('marks the down time in the drawing, and tells it in words and exactly', () => {
    const report = whole();
    const down = report.runs[0]?.targets[0]?.down[0];
    const page = htmlOf(report);
    expect(page).toContain(`<time>${down?.since}</time>`);
    expect(page).toMatch(/class="down-text"[^>]*>down \d+ (min|s)/);
  });

  test('of all formats says the same of the down time and the deletes', () => {
    const report = whole();
    const [page, text, json] = [htmlOf(report), markdownOf(report), jsonOf(report)];
    const target = report.runs[0]?.targets[0];
    for (const told of [
      target?.down[0]?.since,
      target?.down[0]?.until,
      ...(target?.deletes ?? []).flatMap(({ id, sentAt, goneAt }) => [id, sentAt[0], goneAt]),
    ]) {
      expect(told).toBeTruthy();
      for (const one of [page, text, json]) expect(one).toContain(told);
    }
  });

  test('as JSON is what its schema takes', () => {
    expect(Report.parse(JSON.parse(jsonOf(whole())))).toEqual(whole());
    expect(Report.safeParse({ ...whole(), more: true }).success).toBe(false);
  });
});

describe('five hundred resources', () => {
  const mostBytes = 2 * 1024 * 1024;
  // On a busy machine: a walk that looks at all for each record takes minutes.
  const mostMs = 10_000;

  function measured(records: readonly JournalRecord[], plans: Parameters<typeof reported>[1]) {
    const begun = performance.now();
    const report = asReport(reported(records, plans));
    const page = htmlOf(report);
    return { report, page, ms: performance.now() - begun };
  }

  test('of as many plans are a page under 2 MB, and quick', () => {
    const { records, plans } = asManyPlans(loose, sourced(volumePlan), 500);
    const { report, page, ms } = measured(records, plans);
    expect(report.runs[0]?.targets).toHaveLength(500);
    expect(report.runs[0]?.targets.flatMap(({ deletes }) => deletes)).toHaveLength(500);
    expect(Buffer.byteLength(page)).toBeLessThan(mostBytes);
    expect(ms).toBeLessThan(mostMs);
  });

  test('of 250 instances are a page under 2 MB, and quick', () => {
    const { records, plans } = asManyPlans(moved, sourced(instancePlan), 250);
    const { report, page, ms } = measured(records, plans);
    expect(report.runs[0]?.targets.flatMap(({ resources }) => resources)).toHaveLength(500);
    expect(report.runs[0]?.targets.every(({ down }) => down.length === 1)).toBe(true);
    expect(Buffer.byteLength(page)).toBeLessThan(mostBytes);
    expect(ms).toBeLessThan(mostMs);
  });

  test('of one instance are a page under 2 MB, and quick', () => {
    const made = moved.flatMap((one) =>
      one.t === 'done' && one.key.item === 'vol-00000000000000002' ? Object.values(one.output ?? {}) : [],
    );
    const ids = [...new Set(made.filter((id): id is string => typeof id === 'string' && /^(vol|snap)-/.test(id)))];
    const records = asManyItems(
      moved,
      ['vol-00000000000000002', ...ids, '/dev/sdf'].map((id) => new RegExp(id)),
      499,
    );
    const { report, page, ms } = measured(records, [sourced(instancePlan)]);
    expect(report.runs[0]?.targets[0]?.resources).toHaveLength(500);
    expect(report.runs[0]?.targets[0]?.deletes).toHaveLength(500);
    expect(Buffer.byteLength(page)).toBeLessThan(mostBytes);
    expect(ms).toBeLessThan(mostMs);
  });
});

describe('the line of time', () => {
  const [minute, day] = [60_000, 86_400_000];

  test('is to scale, in the order of time, and within its width', () => {
    const times = [0, minute, 3 * minute, 10 * minute];
    const { at, breaks } = axisOf(times, 100);
    expect(breaks).toEqual([]);
    expect(times.map(at)).toEqual([0, 10, 30, 100]);
  });

  test('breaks where a hold of days would hide a cut-over of minutes', () => {
    const { at, breaks } = axisOf([0, minute, 4 * minute, 7 * day, 7 * day + minute], 556);
    expect(breaks).toMatchObject([{ ms: 7 * day - 4 * minute }]);
    expect(at(4 * minute) - at(0)).toBeCloseTo(400);
    expect(at(7 * day + minute)).toBeCloseTo(556);
  });

  test('of one moment, and of none, is one that can be drawn', () => {
    expect(axisOf([5], 100).at(5)).toBe(0);
    expect(axisOf([], 100).at(5)).toBe(0);
  });
});

test('the index leads to a file for each run, and names those of which there is none', async () => {
  const { problem } = await import('../../src/errors/index.ts');
  const run = '20260104T000000Z-bbbbbb';
  const error = problem('run-not-found', { run, stateDir: '<b>' });
  const page = indexOf({
    madeAt: '2026-01-05T00:00:00.000Z',
    runs: whole().runs,
    unreadable: [{ run, error }],
    extension: 'html',
  });
  expect(page).toContain('href="20260104T000000Z-aaaaaa.html"');
  expect(page).toContain(run);
  expect(page).toContain('&lt;b&gt; holds no run');
  tagsOf(page);
});
