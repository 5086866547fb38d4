import type { Judgement, Target } from '../document/schema.ts';
import { durationText } from '../duration.ts';
import { type Content, html, type Markup } from './markup.ts';

/** A sign and words for how something stands: neither needs the colour. */
export const statusSigns: { readonly [S in Target['status']]: readonly [sign: string, tone: 'good' | 'bad' | 'warn'] } =
  {
    done: ['✔', 'good'],
    'rolled-back': ['←', 'good'],
    'nothing-to-do': ['✔', 'good'],
    refused: ['✗', 'warn'],
    failed: ['✗', 'bad'],
    paused: ['◼', 'warn'],
    running: ['▶', 'warn'],
    interrupted: ['◼', 'warn'],
  };

/** The same of a verdict. */
export const verdictSigns: {
  readonly [S in Judgement['status']]: readonly [sign: string, tone: 'good' | 'bad' | 'warn'];
} = {
  SUCCESSFUL: ['✔', 'good'],
  FAILED: ['✗', 'bad'],
  TIMED_OUT: ['✗', 'warn'],
};

export function marked([sign, tone]: readonly [string, string], words: string): Markup {
  return html`<span class="is ${tone}">${sign} ${words}</span>`;
}

export function moment(at: string | null, otherwise = 'not on record'): Markup {
  return at === null ? html`<span class="soft">${otherwise}</span>` : html`<time>${at}</time>`;
}

export const code = (text: string): Markup => html`<code>${text}</code>`;

/** A length in words, and exactly. */
export function lengthText(ms: number): string {
  return `${durationText(ms)} (${(ms / 1000).toLocaleString('en-US', { maximumFractionDigits: 3 })} s)`;
}

/** A table of rows; the first cell of each heads it. Nothing where there are no rows. */
export function table(caption: string, heads: readonly string[], rows: readonly (readonly Content[])[]): Content {
  if (rows.length === 0) return undefined;
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${caption}"><table><caption>${caption}</caption><thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>
${rows.map(
  ([first, ...cells]) => html`<tr><th scope="row">${first}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>
`,
)}</tbody></table></div>`;
}

export function list(items: readonly Content[]): Content {
  return items.length === 0 ? undefined : html`<ul>${items.map((item) => html`<li>${item}</li>`)}</ul>`;
}

/** A disclosure that opens with the keyboard, too. */
export function details(summary: Content, content: Content, open = false): Markup {
  return open
    ? html`<details open><summary>${summary}</summary>${content}</details>`
    : html`<details><summary>${summary}</summary>${content}</details>`;
}
