import { suggest } from '../contract/nearest.ts';
import type { Path } from '../contract/plan.ts';
import { printable, written } from './problem.ts';
import { itemOf, listOf, memberNames, memberOf, type Type } from './types.ts';

interface Wrong {
  readonly message: string;
  readonly hint: string;
}

const roots = ['target', 'keys', 'steps', 'item'];
const segmentForm = '[A-Za-z][A-Za-z0-9_-]*';
const segment = new RegExp(`^${segmentForm}$`);

const ofStep = `steps\\.[a-z][a-z0-9-]{0,62}(?:\\.${segmentForm})*`;
const anyPath = `target(?:\\.(?:type|id))?|keys(?:\\.(?:from|to))?|item(?:\\.${segmentForm})*|${ofStep}`;
const whole = (path: string) => new RegExp(`^\\$\\{\\{\\s*(?:${path})\\s*\\}\\}$`);

/** References as far as a pattern tells them: `any` of them, to a step as `each` takes it, and text that `holds` what looks like one. */
export const referenceForms = { any: whole(anyPath), step: whole(ofStep), holds: /\$\{\{/ } as const;

/** Reads a text that holds `${{`: wholly a reference, or wrong. */
export function readReference(text: string): { readonly path: Path } | Wrong {
  const inner = /^\$\{\{(.*)\}\}$/s.exec(text)?.[1];
  if (inner === undefined || inner.includes('${{') || inner.includes('}}')) {
    return {
      message: 'a reference inside other text',
      hint: `a value is a reference as a whole or plain text: ${written('target.id')}`,
    };
  }
  const path = inner.trim().split('.');
  const [root = ''] = path;
  if (!path.every((part) => segment.test(part)) || path.includes('constructor') || path.includes('prototype')) {
    return {
      message: `\`${printable(inner.trim())}\` is not a path`,
      hint: 'names joined by dots: target.id, keys.to, steps.<id>.<name>, item.<name>; no indexes, no code',
    };
  }
  if (!roots.includes(root))
    return { message: `a reference can't begin with \`${printable(root)}\``, hint: suggest(root, roots) };
  if (root === 'steps' && path.length === 1) return { message: '`steps` names no step', hint: 'write steps.<id>' };
  return { path };
}

/** A step as later ones see it. `output` is undefined when it isn't known because the step itself is wrong. */
export interface Visible {
  readonly gate: boolean;
  readonly output: Type | undefined;
  readonly each: string | undefined;
}

/** What a reference can see from where it stands. */
export interface Scope {
  readonly self: string;
  readonly earlier: ReadonlyMap<string, Visible>;
  readonly later: readonly string[];
  readonly target: Type | undefined;
  readonly keys: Type | undefined;
  /** The step's own `each`, joined by dots; undefined without one, and while `each` itself is read. */
  readonly each: string | undefined;
}

/** What a path yields from `scope`: its type (undefined: not known, and already reported why), or what is wrong with it. */
export function resolve(path: Path, scope: Scope): { readonly type: Type | undefined } | Wrong {
  const [root = '', second = ''] = path;
  if (root === 'target') return walk(scope.target, path, 1);
  if (root === 'keys') return walk(scope.keys, path, 1);
  if (root === 'steps') return resolveStep(second, path, scope);
  if (scope.each === undefined) {
    return {
      message: '`item` has no meaning here',
      hint: 'it is one of the things a step with `each` goes over; add `each`',
    };
  }
  const list = resolve(scope.each.split('.'), { ...scope, each: undefined });
  const item = 'type' in list && list.type !== undefined ? itemOf(list.type) : undefined;
  return walk(item, path, 1);
}

function resolveStep(id: string, path: Path, scope: Scope): { readonly type: Type | undefined } | Wrong {
  const step = scope.earlier.get(id);
  if (step === undefined && id === scope.self)
    return { message: `the step \`${id}\` refers to itself`, hint: 'refer to a step before it' };
  if (step === undefined && scope.later.includes(id)) {
    return {
      message: `the step \`${id}\` comes later`,
      hint: `a step sees only the steps before it; move \`${id}\` before \`${scope.self}\``,
    };
  }
  if (step === undefined)
    return { message: `there is no step \`${id}\``, hint: suggest(id, [...scope.earlier.keys()]) };
  if (step.gate) return { message: `\`${id}\` is a gate and yields nothing`, hint: 'refer to a step that has `uses`' };
  if (step.output === undefined) return { type: undefined };
  // Side by side over the same things: the same thing's output. From anywhere else: all of them.
  const sameItem = step.each === undefined || step.each === scope.each;
  if (sameItem || path.length === 2) return walk(sameItem ? step.output : listOf(step.output), path, 2);
  return {
    message: `\`steps.${id}\` is a list here, one for each of its items, and has no \`${path[2]}\``,
    hint: `give this step the same each: ${written(step.each ?? '')}`,
  };
}

function walk(type: Type | undefined, path: Path, from: number): { readonly type: Type | undefined } | Wrong {
  let found = type;
  for (const [index, name] of path.entries()) {
    if (found === undefined) return { type: undefined };
    if (index < from) continue;
    const next = memberOf(found, name);
    if (next === undefined) return noMember(found, path.slice(0, index).join('.'), name);
    found = next;
  }
  return { type: found };
}

function noMember(type: Type, parent: string, name: string): Wrong {
  const names = memberNames(type);
  const has = names.map((known) => `\`${known}\``).join(', ');
  if (itemOf(type) !== undefined) {
    return {
      message: `\`${parent}\` is a list and has no \`${name}\``,
      hint: `go over it: each: ${written(parent)}, then item.${name}`,
    };
  }
  return {
    message: `\`${parent}\` has no \`${name}\`; it has ${has || 'no members'}`,
    hint: names.length === 0 ? `refer to \`${parent}\` as a whole` : suggest(name, names),
  };
}
