import { isScalar, parseDocument } from 'yaml';
import { suggest } from '../contract/nearest.ts';
import { type At, printable, type Report, unprintableAt } from './problem.ts';
import { type Entry, member, type Node, prototypeKeys, readTree, scalarOf, textOf } from './tree.ts';

/** The tree with each `--set path=value` put in, in order; `path=null` takes a member, or a step, out. What is wrong with one is reported at that `--set`. */
export function applySets(root: Node | undefined, sets: readonly string[], report: Report): Node | undefined {
  return sets.reduce((tree, set) => applySet(tree, set, report), root);
}

/** Whether a place is in a `--set`, where digits may be meant as text because a shell has eaten the quotes. */
export function isSet(at: At): boolean {
  return at.file.startsWith('--set ');
}

function applySet(root: Node | undefined, set: string, report: Report): Node | undefined {
  const at: At = { file: `--set ${printable(set)}`, line: 1, column: 1 };
  const equals = set.indexOf('=');
  const path = set.slice(0, Math.max(equals, 0)).trim().split('.');
  if (equals === -1 || path.includes('') || set.slice(equals + 1).trim() === '') {
    report(at, 'not `path=value`', 'write for example --set target.id=i-0123456789abcdef0');
    return root;
  }
  const bad = path.find((part) => prototypeKeys.includes(part) || unprintableAt(part) !== -1);
  if (bad !== undefined) {
    report(at, `the key \`${printable(bad)}\``, 'remove it; no plan needs it');
    return root;
  }
  const value = valueFrom(set.slice(equals + 1).trim(), at, report);
  return root && put(root, path, value, { at, trail: [], report });
}

/** A flow collection or quoted text is YAML; anything else is one scalar, so that `* 1 * * SUN` needs no quotes. */
function valueFrom(text: string, at: At, report: Report): Node {
  if (/^[[{"']/.test(text)) {
    const read = readTree(at.file, text, (_where, message, hint) => report(at, message, hint));
    return read === undefined ? { kind: 'unreadable', at } : movedTo(at, read);
  }
  const document = /^[-+.\w~]{1,64}$/.test(text) ? parseDocument(text, { logLevel: 'silent' }) : undefined;
  const scalar = document?.errors.length === 0 && isScalar(document.contents) ? document.contents : undefined;
  return scalarOf(scalar?.source === text ? scalar.value : text, text, at, report);
}

function movedTo(at: At, node: Node): Node {
  if (node.kind === 'list') return { ...node, at, items: node.items.map((item) => movedTo(at, item)) };
  if (node.kind !== 'map') return { ...node, at };
  const entries = [...node.entries].map(([key, entry]) => [key, { at, value: movedTo(at, entry.value) }] as const);
  return { ...node, at, entries: new Map(entries) };
}

interface Putting {
  readonly at: At;
  /** The path walked so far. */
  readonly trail: readonly string[];
  readonly report: Report;
}

function put(node: Node, path: readonly string[], value: Node, putting: Putting): Node {
  const [name, ...rest] = path;
  if (name === undefined) return value;
  const further = { ...putting, trail: [...putting.trail, name] };
  if (node.kind === 'list' && putting.trail.join('.') === 'steps') return putInStep(node, name, rest, value, further);
  const empty = isNull(node);
  if (node.kind === 'map' || empty) {
    const entries: ReadonlyMap<string, Entry> = node.kind === 'map' ? node.entries : new Map();
    if (rest.length === 0 && isNull(value)) return leftOut(node, entries, name, putting);
    const old = entries.get(name) ?? { at: putting.at, value: { kind: 'map', entries: new Map(), at: putting.at } };
    const entry = { at: old.at, value: put(old.value, rest, value, further) };
    return { kind: 'map', at: node.at, entries: new Map([...entries, [name, entry]]) };
  }
  if (node.kind === 'unreadable') return node;
  const parent = putting.trail.join('.') || 'the plan';
  const hint = node.kind === 'list' ? 'set the list as a whole: path=[a, b]' : `set \`${parent}\` itself`;
  putting.report(putting.at, `\`${parent}\` is not a map and has no \`${printable(name)}\``, hint);
  return node;
}

function isNull(node: Node): boolean {
  return node.kind === 'scalar' && node.value === null;
}

/** The map without a member that may be missing. */
function leftOut(node: Node, entries: ReadonlyMap<string, Entry>, name: string, { at, trail, report }: Putting): Node {
  if (!entries.has(name)) {
    const message = `\`${trail.join('.') || 'the plan'}\` has no \`${printable(name)}\` to leave out`;
    report(at, message, suggest(name, [...entries.keys()]));
  }
  return { kind: 'map', at: node.at, entries: new Map([...entries].filter(([key]) => key !== name)) };
}

function putInStep(
  steps: Node & { readonly kind: 'list' },
  id: string,
  rest: readonly string[],
  value: Node,
  putting: Putting,
): Node {
  const index = steps.items.findIndex((step) => textOf(member(step, 'id')) === id);
  const step = steps.items[index];
  if (step === undefined) {
    const ids = steps.items.flatMap((item) => textOf(member(item, 'id')) ?? []);
    putting.report(putting.at, `there is no step \`${printable(id)}\``, suggest(id, ids));
    return steps;
  }
  if (rest.length === 0 && isNull(value)) return { ...steps, items: steps.items.toSpliced(index, 1) };
  return { ...steps, items: steps.items.with(index, put(step, rest, value, putting)) };
}
