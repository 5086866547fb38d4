import { spelledOut } from '../../contract/printable.ts';

/** HTML that is safe as it stands: made by `html` alone. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** What can stand in a template: text, which is escaped; other markup; several of these; or nothing. */
export type Content = string | number | Markup | undefined | readonly Content[];

const entities: { readonly [sign: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/** Markup with values in it. Every value is escaped, whatever it is and wherever it stands between tags or in a quoted attribute. */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return new Markup(parts.map((part, at) => part + (at < values.length ? escaped(values[at]) : '')).join(''));
}

function escaped(value: Content): string {
  if (value === undefined) return '';
  if (value instanceof Markup) return value.text;
  if (typeof value === 'string' || typeof value === 'number')
    return spelledOut(String(value)).replace(/[&<>"'`]/g, (sign) => entities[sign] ?? '');
  return value.map(escaped).join('');
}

/** Text whose own line breaks stay. */
export function broken(text: string): Markup {
  return html`${text.split('\n').map((line, at) => (at === 0 ? html`${line}` : html`<br>${line}`))}`;
}
