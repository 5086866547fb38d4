import type { Report } from '../document/schema.ts';

// JSON.stringify leaves what a terminal obeys, what reorders a line, and what would end a script that somebody puts it into.
const obeyed = /[\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069<>&]/g;

/** A report as JSON, with nothing in it that whatever shows it would obey; it parses to the same values. */
export function jsonOf(report: Report): string {
  return `${JSON.stringify(report, null, 2).replace(obeyed, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
}
