import type * as z from 'zod';
import type { Json } from '../contract/json.ts';
import { suggest } from '../contract/nearest.ts';
import type { Template } from '../contract/plan.ts';
import { printable, type Report } from './problem.ts';
import { isSet } from './sets.ts';
import type { Node } from './tree.ts';
import { describe, descriptionOf, memberNames, type Type, takes, typeAt, typeOf } from './types.ts';

type Issue = z.core.$ZodIssue;

/** Stands for a reference while the literal parts around it are checked; no schema takes it. */
const hole = Symbol('reference');

/** Checks the literal parts of `node` against a zod schema and reports each issue at its place. `where` is the path of `node` in the plan. */
export function conform<T>(schema: z.ZodType<T>, node: Node, where: string, report: Report): T | undefined {
  const result = schema.safeParse(plain(node));
  if (result.success) return result.data;
  const type = typeOf(schema, 'input');
  for (const issue of result.error.issues.flatMap((one) => withoutHoles(one, node))) {
    tell(issue, node, type, where, report);
  }
  return undefined;
}

/** What `--set` gave as a number stays the text that was typed where only text can stand. */
export function asPlaced(node: Node, type: Type | undefined): Node {
  if (type === undefined) return node;
  if (node.kind === 'list')
    return { ...node, items: node.items.map((item, index) => asPlaced(item, typeAt(type, [index]))) };
  if (node.kind === 'map') {
    const entries = [...node.entries].map(
      ([key, entry]) => [key, { ...entry, value: asPlaced(entry.value, typeAt(type, [key])) }] as const,
    );
    return { ...node, entries: new Map(entries) };
  }
  const misread = node.kind === 'scalar' && isSet(node.at) && typeof node.value !== 'string';
  return misread && takes(type, 'string') && !takes(type, typeof node.value) ? { ...node, value: node.source } : node;
}

/** The node as a plan holds it. */
export function templateOf(node: Node): Template {
  if (node.kind === 'ref') return { ref: node.path };
  if (node.kind === 'list') {
    const list = node.items.map(templateOf);
    return list.every((item) => 'literal' in item) ? { literal: list.map((item) => item.literal) } : { list };
  }
  if (node.kind === 'map') {
    const members = [...node.entries].map(([key, entry]) => [key, templateOf(entry.value)] as const);
    const literals = members.flatMap(([key, value]) => ('literal' in value ? [[key, value.literal] as const] : []));
    if (literals.length === members.length) return { literal: Object.fromEntries<Json>(literals) };
    return { map: Object.fromEntries(members) };
  }
  return { literal: node.kind === 'scalar' ? node.value : null };
}

function plain(node: Node): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(plain);
  if (node.kind === 'map')
    return Object.fromEntries([...node.entries].map(([key, entry]) => [key, plain(entry.value)]));
  return hole;
}

/** The node at a path, or the nearest one above it. */
function locate(node: Node, path: readonly PropertyKey[]): { readonly node: Node; readonly missing: boolean } {
  let found = node;
  for (const step of path) {
    if (found.kind === 'ref' || found.kind === 'unreadable') break;
    const next: Node | undefined =
      found.kind === 'list' && typeof step === 'number'
        ? found.items[step]
        : found.kind === 'map'
          ? found.entries.get(String(step))?.value
          : undefined;
    if (next === undefined) return { node: found, missing: true };
    found = next;
  }
  return { node: found, missing: false };
}

/** What is left of an issue when nothing is said about references; of a union, the issues of the member that was probably meant. */
function withoutHoles(issue: Issue, node: Node): readonly Issue[] {
  const { node: found } = locate(node, issue.path);
  if (found.kind === 'ref' || found.kind === 'unreadable') return [];
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
  const branches = issue.errors.map((branch) =>
    branch.flatMap((inner) => withoutHoles({ ...inner, path: [...issue.path, ...inner.path] }, node)),
  );
  if (branches.some((branch) => branch.length === 0)) return [];
  const own = (inner: Issue) => inner.path.length === issue.path.length && inner.code !== 'unrecognized_keys';
  const meant = branches.filter((branch) => !branch.some(own)).sort((a, b) => a.length - b.length)[0];
  return meant ?? [issue];
}

function tell(issue: Issue, root: Node, type: Type, where: string, report: Report): void {
  const { node, missing } = locate(root, issue.path);
  const place = typeAt(type, issue.path);
  const name = [where, ...issue.path.map(String)].filter((part) => part !== '').join('.') || 'the plan';
  const wanted = place === undefined ? '' : (descriptionOf(place) ?? `needed: ${describe(place)}`);
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys.slice(0, 100)) {
      const at = (node.kind === 'map' && node.entries.get(key)?.at) || node.at;
      report(at, `unknown key \`${printable(key)}\` in ${quoted(name)}`, suggest(key, place ? memberNames(place) : []));
    }
  } else if (missing) {
    report(
      node.at,
      `${quoted(name)} is missing`,
      wanted.startsWith('needed: ') ? `add it; ${wanted}` : `add it: ${wanted}`,
    );
  } else if (node.kind === 'scalar' && typeof node.value === 'number' && place && takes(place, 'string')) {
    report(
      node.at,
      `${quoted(name)} is a number, not text, because it lost its quotes`,
      `quote it: "${printable(node.source)}"`,
    );
  } else {
    report(node.at, `${quoted(name)} is ${found(node)}${expectation(issue, place)}`, hintOf(issue, node, wanted));
  }
}

function quoted(name: string): string {
  return name === 'the plan' ? name : `\`${printable(name)}\``;
}

function found(node: Node): string {
  if (node.kind === 'list') return node.items.length === 0 ? 'an empty list' : 'a list';
  if (node.kind === 'map') return 'a map';
  if (node.kind !== 'scalar') return 'a reference';
  if (node.value === null) return 'empty';
  return typeof node.value === 'string' ? `"${printable(node.value)}"` : printable(node.source);
}

function expectation(issue: Issue, place: Type | undefined): string {
  if (issue.code === 'custom') return `: ${issue.message}`;
  if (issue.code === 'invalid_key') return `: ${issue.issues.map(({ message }) => message).join('; ')}`;
  if (issue.code === 'invalid_type' || issue.code === 'invalid_union') return place ? `, not ${describe(place)}` : '';
  if (issue.code === 'too_small') return `, at least ${issue.minimum} needed`;
  if (issue.code === 'too_big') return `, at most ${issue.maximum} allowed`;
  return issue.code === 'invalid_value' ? ', which is not known here' : ', which is malformed';
}

function hintOf(issue: Issue, node: Node, wanted: string): string {
  if (issue.code === 'invalid_value' && node.kind === 'scalar') {
    return suggest(String(node.value), issue.values.map(String));
  }
  const pattern = issue.code === 'invalid_format' && issue.pattern !== undefined ? `, like ${issue.pattern}` : '';
  return wanted.startsWith('needed: ') ? `${wanted}${pattern}` : wanted || issue.message;
}
