/** Where something stands: in the plan's file, or in a `--set` (then always 1:1). Lines and columns count from 1. */
export interface At {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong with a plan, and what to do about it. */
export interface PlanProblem extends At {
  readonly message: string;
  readonly hint: string;
}

export type Report = (at: At, message: string, hint: string) => void;

/** `file:line:column: message`, and the hint indented below it. */
export function formatProblem(problem: PlanProblem): string {
  return `${problem.file}:${problem.line}:${problem.column}: ${problem.message}\n    ${problem.hint}`;
}

// Bidirectional controls make a plan read otherwise in a review than it is.
const unprintable = /[^\P{Cc}\t\n\r]|[\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

const everyUnprintable = new RegExp(unprintable, 'gu');

/** Index of the first character that a plan may not hold; -1 when there is none. */
export function unprintableAt(text: string): number {
  return text.search(unprintable);
}

/** What the operator wrote, short and safe for a terminal. */
export function printable(text: string): string {
  const line = text.slice(0, 200).replace(everyUnprintable, '\ufffd').replace(/\s+/g, ' ');
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}

/** A reference as a plan writes it, for a hint. */
export function written(path: string): string {
  return `"\${{ ${path} }}"`;
}
