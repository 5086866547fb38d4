import {
  Composer,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  Parser,
  type YAMLError,
} from 'yaml';
import type { Path } from '../contract/plan.ts';
import { type At, printable, type Report, unprintableAt, written } from './problem.ts';
import { readReference } from './reference.ts';

/** A plan's values, each with its place. `unreadable` is what has already been reported: nothing more is said about it. */
export type Node =
  | {
      readonly kind: 'scalar';
      readonly value: string | number | boolean | null;
      /** As the operator wrote it. */
      readonly source: string;
      readonly at: At;
    }
  | { readonly kind: 'ref'; readonly path: Path; readonly at: At }
  | { readonly kind: 'list'; readonly items: readonly Node[]; readonly at: At }
  | { readonly kind: 'map'; readonly entries: ReadonlyMap<string, Entry>; readonly at: At }
  | { readonly kind: 'unreadable'; readonly at: At };

/** `at` is the key's place. */
export interface Entry {
  readonly at: At;
  readonly value: Node;
}

/** Words that reach into an object's prototype; no plan needs them. */
export const prototypeKeys: readonly string[] = ['__proto__', 'constructor', 'prototype'];

const largestBytes = 1_048_576;
const deepestTokens = 64;
const mostSyntaxProblems = 20;

/** The member `name` of a map. */
export function member(node: Node | undefined, name: string): Node | undefined {
  return node?.kind === 'map' ? node.entries.get(name)?.value : undefined;
}

/** The text that a node is. */
export function textOf(node: Node | undefined): string | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
}

/** The tree of a YAML text; undefined, and reported why, when it can't be read at all. */
export function readTree(file: string, text: string, report: Report): Node | undefined {
  const lines = new LineCounter();
  const placeOf = (offset: number): At => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  if (Buffer.byteLength(text) > largestBytes) {
    report(placeOf(0), 'the plan is larger than 1 MB', 'a plan is a page or two; is this the right file?');
    return undefined;
  }
  const document = compose(text, lines, placeOf, report);
  if (document === undefined || !syntaxHolds(document, text, placeOf, report)) return undefined;
  return nodeOf(document.contents, placeOf, report);
}

function compose(text: string, lines: LineCounter, placeOf: (offset: number) => At, report: Report) {
  lines.addNewLine(0);
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) lines.addNewLine(end + 1);
  const bad = unprintableAt(text.replace(/^\ufeff/, ' '));
  if (bad !== -1) {
    const code = (text.codePointAt(bad) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    report(placeOf(bad), `the control character U+${code}`, 'remove it; a plan is plain UTF-8 text');
    return undefined;
  }
  // uniqueKeys is quadratic in the number of keys; duplicates are found by nodeOf. The depth is watched token by
  // token, because the composer recurses and a few hundred kilobytes of "- " abort the process.
  const parser = new Parser();
  const composer = new Composer({ prettyErrors: false, stringKeys: true, uniqueKeys: false, logLevel: 'silent' });
  const documents: Document.Parsed[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) documents.push(...composer.next(token));
    if (parser.stack.length > deepestTokens) {
      report(placeOf(parser.offset), 'nested too deeply', 'a plan needs no more than a dozen levels');
      return undefined;
    }
    if (documents.length > 1) break;
  }
  for (const token of parser.end()) documents.push(...composer.next(token));
  documents.push(...composer.end(true, text.length));
  const second = documents[1];
  if (second === undefined) return documents[0];
  report(placeOf(second.range[0]), 'a second YAML document', 'write one plan a file and remove the `---`');
  return undefined;
}

function syntaxHolds(
  document: Document.Parsed,
  text: string,
  placeOf: (offset: number) => At,
  report: Report,
): boolean {
  const told = tellingErrors([...document.errors, ...document.warnings], placeOf);
  for (const error of told) {
    report(placeOf(error.pos[0]), `not YAML: ${printable(error.message)}`, syntaxHint(error, text));
  }
  const directive = document.directives.yaml.explicit || /^%/m.test(text.slice(0, document.range[0]));
  if (directive) report(placeOf(0), 'a YAML directive', 'remove the `%` line; plans are YAML 1.2');
  return told.length === 0 && !directive;
}

/** One error a line, and none of those that only follow from YAML having lost its way. */
function tellingErrors(errors: readonly YAMLError[], placeOf: (offset: number) => At): readonly YAMLError[] {
  const own = errors.filter((error) => error.code !== 'TAG_RESOLVE_FAILED');
  const lost = own.findIndex((error) => error.message.includes('YAML stream'));
  const lines = new Map<number, YAMLError>();
  for (const error of lost === -1 ? own : own.slice(0, lost + 1)) {
    const { line } = placeOf(error.pos[0]);
    if (!lines.has(line)) lines.set(line, error);
  }
  return [...lines.values()].slice(0, mostSyntaxProblems);
}

function syntaxHint(error: YAMLError, text: string): string {
  const start = text.lastIndexOf('\n', error.pos[0] - 1) + 1;
  const line = text.slice(start, start + 500).split('\n', 1)[0] ?? '';
  if (line.includes('{{')) return `quote the reference: ${written('…')}`;
  if (error.code === 'TAB_AS_INDENT') return 'indent with spaces';
  if (error.code === 'BAD_INDENT') return 'line it up with its neighbours';
  if (error.code === 'MISSING_CHAR') return 'close the quote, bracket or brace, or put the missing `:`';
  if (error.code === 'BLOCK_AS_IMPLICIT_KEY')
    return 'quote the text if the second `: ` belongs to it, or start a new line';
  return 'quote the text if it holds `:`, `#`, `{`, `[`, `*`, `&` or `!`';
}

function nodeOf(node: unknown, placeOf: (offset: number) => At, report: Report): Node {
  const at = placeOf(startOf(node));
  if (isAlias(node)) {
    report(at, `the alias \`*${printable(node.source)}\``, 'write the value out; a plan has no anchors or aliases');
    return { kind: 'unreadable', at };
  }
  refuseDecorations(node, at, report);
  if (isMap(node)) return { kind: 'map', entries: entriesOf(node.items, placeOf, report), at };
  if (isSeq(node)) return { kind: 'list', items: node.items.map((item) => nodeOf(item, placeOf, report)), at };
  const value: unknown = isScalar(node) ? node.value : null;
  const source = isScalar(node) && node.source !== undefined ? node.source : String(value);
  return scalarOf(value, source, at, report);
}

/** A scalar or a reference; what a plan can't hold is reported. */
export function scalarOf(value: unknown, source: string, at: At, report: Report): Node {
  if (typeof value === 'string' && unprintableAt(value) !== -1) {
    report(at, 'a control character in the text', 'remove the escape; values are plain text');
  } else if (typeof value === 'string' && value.includes('${{')) {
    const read = readReference(value);
    if ('path' in read) return { kind: 'ref', path: read.path, at };
    report(at, read.message, read.hint);
  } else if (typeof value === 'number' && !(Number.isFinite(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER)) {
    report(
      at,
      `\`${printable(source)}\` is not a number that a plan can hold`,
      `quote it if it is text: "${printable(source)}"`,
    );
  } else if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return { kind: 'scalar', value, source, at };
  } else {
    report(at, 'neither text, number, true nor false', `quote it: "${printable(source)}"`);
  }
  return { kind: 'unreadable', at };
}

function entriesOf(
  pairs: readonly { readonly key: unknown; readonly value: unknown }[],
  placeOf: (offset: number) => At,
  report: Report,
): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const pair of pairs) {
    const at = placeOf(startOf(pair.key));
    refuseDecorations(pair.key, at, report);
    const key = isScalar(pair.key) ? String(pair.key.value) : '';
    const value = pair.value === null ? scalarOf(null, '', at, report) : nodeOf(pair.value, placeOf, report);
    const first = entries.get(key);
    if (first !== undefined) {
      report(at, `\`${printable(key)}\` stands twice`, `keep one; the first is on line ${first.at.line}`);
    } else if (keyHolds(key, at, report)) {
      entries.set(key, { at, value });
    }
  }
  return entries;
}

function keyHolds(key: string, at: At, report: Report): boolean {
  if (prototypeKeys.includes(key)) report(at, `the key \`${key}\``, 'remove it; no plan needs it');
  else if (unprintableAt(key) !== -1) report(at, 'a control character in a key', 'remove the escape');
  else if (key.includes('${{')) report(at, 'a reference in a key', 'references are read in values only');
  else return true;
  return false;
}

function refuseDecorations(node: unknown, at: At, report: Report): void {
  if (!isScalar(node) && !isMap(node) && !isSeq(node)) return;
  if (node.anchor)
    report(at, `the anchor \`&${printable(node.anchor)}\``, 'remove it; a plan has no anchors or aliases');
  if (node.tag)
    report(
      at,
      `the tag \`${printable(node.tag.replace('tag:yaml.org,2002:', '!!'))}\``,
      'remove it; quote what has to be text',
    );
}

function startOf(node: unknown): number {
  return isAlias(node) || isScalar(node) || isMap(node) || isSeq(node) ? (node.range?.[0] ?? 0) : 0;
}
