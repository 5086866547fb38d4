import type { Down, Row, Target } from '../document/schema.ts';
import { durationText } from '../duration.ts';
import { type Axis, axisOf } from './axis.ts';
import { html, type Markup } from './markup.ts';

const labelWidth = 184;
const width = 920;
const margin = 12;
const rowHeight = 18;
const head = 40;

interface Bar {
  readonly label: string;
  readonly kind: string;
  readonly from: number;
  readonly to: number;
  readonly open: boolean;
  readonly title: string;
}

interface Band {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  /** The rows that it covers; all, when left out. */
  readonly row?: number;
}

/** The steps of a target on a line of time, with what of it the target was out of service. `end`: where open ends are drawn to, in ms. */
export function timelineSvg({ target, timeline, down }: Target, id: string, end: number): Markup {
  const bars = timeline.map(
    (row): Bar => ({ ...spanOf(row, end), label: labelOf(row), kind: row.kind, title: titleOf(row) }),
  );
  const bands = down.map((spell) => bandOf(spell, end));
  const desc = `${downWords(down)}. The table of steps says the same in words.`;
  return drawing(bars, bands, { id, title: `Timeline of ${target}`, desc });
}

/** All targets of a run, a row each. */
export function targetsSvg(targets: readonly Target[], id: string, end: number): Markup {
  const begun = targets.filter(({ timeline }) => timeline.length > 0);
  const bars = begun.map(({ target, plan, timeline, status }): Bar => {
    const spans = timeline.map((row) => spanOf(row, end));
    const [from, to] = [Math.min(...spans.map((one) => one.from)), Math.max(...spans.map((one) => one.to))];
    return {
      label: target,
      kind: 'whole',
      from,
      to,
      open: spans.some((one) => one.open),
      title: `${plan} ${target}: ${status}`,
    };
  });
  const bands = begun.flatMap(({ down }, row) => down.map((spell) => ({ ...bandOf(spell, end), row })));
  const desc = begun.map(({ target, down }) => `${target}: ${downWords(down)}`).join('. ');
  return drawing(bars, bands, { id, title: 'When each target was worked at, and when it was out of service', desc });
}

function spanOf({ begunAt, endedAt }: Row, end: number): { from: number; to: number; open: boolean } {
  const from = Date.parse(begunAt);
  return { from, to: endedAt === null ? Math.max(end, from) : Date.parse(endedAt), open: endedAt === null };
}

function labelOf({ step, kind, generation }: Row): string {
  const again = generation > 0 ? ` (${generation + 1})` : '';
  return kind === 'undo' ? `${step}${again}, undone` : `${step}${again}`;
}

function titleOf(row: Row): string {
  const what = row.kind === 'unwinding' ? '' : ` (${row.kind})`;
  return `${labelOf(row)}${what}: ${row.begunAt} to ${row.endedAt ?? 'now'}, ${row.outcome}`;
}

function bandOf({ since, until, ms }: Down, end: number): Band {
  const from = Date.parse(since);
  return { from, to: until === null ? Math.max(end, from) : Date.parse(until), text: `down ${durationText(ms)}` };
}

function downWords(down: readonly Down[]): string {
  if (down.length === 0) return 'it was not out of service because of this run';
  return `out of service ${down.map(({ since, until }) => `from ${since} to ${until ?? 'now'}`).join(', and ')}`;
}

function drawing(
  bars: readonly Bar[],
  bands: readonly Band[],
  { id, title, desc }: { readonly id: string; readonly title: string; readonly desc: string },
): Markup {
  const times = [...bars, ...bands].flatMap(({ from, to }) => [from, to]);
  const axis = axisOf(times, width - labelWidth - 2 * margin);
  const height = head + bars.length * rowHeight + margin;
  const x = (at: number) => round(labelWidth + margin + axis.at(at));
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${title}"><svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="${id}-t ${id}-d"><title id="${id}-t">${title}</title><desc id="${id}-d">${desc}</desc>
<defs><pattern id="${id}-h" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="down-ground" width="6" height="6"/><line class="down-line" x1="0" y1="0" x2="0" y2="6"/></pattern></defs>
${bands.map((band) => bandMarkup(band, { id, x, height }))}
${bars.map((bar, at) => barMarkup(bar, at, x))}
${breakMarkup(axis, height)}
${ticks(times, bands, x).map(({ at, text }) => html`<text class="tick" x="${x(at)}" y="12" text-anchor="${anchorOf(x(at))}">${text}</text><line class="grid" x1="${x(at)}" y1="16" x2="${x(at)}" y2="${height - margin}"/>`)}
</svg></div>`;
}

interface Paper {
  readonly id: string;
  readonly height: number;
  x(at: number): number;
}

function bandMarkup({ from, to, text, row }: Band, { id, x, height }: Paper): Markup {
  const wide = Math.max(2, round(x(to) - x(from)));
  if (row !== undefined) {
    const y = head + row * rowHeight;
    return html`<rect class="down" fill="url(#${id}-h)" x="${x(from)}" y="${y}" width="${wide}" height="${rowHeight - 2}"><title>${text}</title></rect>`;
  }
  const middle = Math.min(Math.max(round(x(from) + wide / 2), labelWidth + 60), width - 60);
  return html`<rect class="down" fill="url(#${id}-h)" x="${x(from)}" y="${head - 8}" width="${wide}" height="${height - head - margin + 8}"/><text class="down-text" x="${middle}" y="${head - 12}" text-anchor="middle">${text}</text>`;
}

function barMarkup({ label, kind, from, to, open, title }: Bar, at: number, x: (at: number) => number): Markup {
  const y = head + at * rowHeight;
  const wide = Math.max(3, round(x(to) - x(from)));
  const shown = label.length > 30 ? `${label.slice(0, 29)}…` : label;
  return html`<g><title>${title}</title><text class="label" x="${labelWidth}" y="${y + 11}" text-anchor="end">${shown}</text><rect class="bar ${kind}${open ? ' open' : ''}" x="${x(from)}" y="${y + 3}" width="${wide}" height="9" rx="2"/></g>`;
}

function breakMarkup({ breaks }: Axis, height: number): Markup[] {
  return breaks.map(({ from, to, ms }) => {
    const middle = round(labelWidth + margin + (from + to) / 2);
    return html`<text class="break" x="${middle}" y="${height - 2}" text-anchor="${anchorOf(middle)}">// ${durationText(ms)}</text><path class="break-line" d="M${middle - 3} 18V${height - margin}M${middle + 3} 18V${height - margin}"/>`;
  });
}

/** The first and the last time, and when it went down and came back, as far as there is room for each. */
function ticks(
  times: readonly number[],
  bands: readonly Band[],
  x: (at: number) => number,
): { at: number; text: string }[] {
  if (times.length === 0) return [];
  const wanted = [
    ...bands.filter(({ row }) => row === undefined).flatMap(({ from, to }) => [from, to]),
    Math.min(...times),
    Math.max(...times),
  ];
  const chosen: number[] = [];
  for (const at of wanted) if (chosen.every((one) => Math.abs(x(one) - x(at)) >= 84)) chosen.push(at);
  return chosen.map((at) => ({ at, text: new Date(at).toISOString().slice(5, 16).replace('T', ' ') }));
}

/** Text at an edge of the drawing is not cut off. */
const anchorOf = (place: number) => (place > width - 40 ? 'end' : 'middle');

const round = (value: number) => Math.round(value * 10) / 10;
