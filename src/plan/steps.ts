import { suggest } from '../contract/nearest.ts';
import type { GateStep, Path, UseStep } from '../contract/plan.ts';
import type { Registry, StepDefinition } from '../contract/step.ts';
import { asPlaced, conform, templateOf } from './conform.ts';
import { printable, type Report, written } from './problem.ts';
import { resolve, type Scope, type Visible } from './reference.ts';
import { gateShapes, UseShape } from './shape.ts';
import { type Entry, member, type Node, textOf } from './tree.ts';
import { describe, descriptionOf, itemOf, memberOf, misfit, type Type, takes, typeAt, typeOf } from './types.ts';

type MapNode = Node & { readonly kind: 'map' };

/** A step as written, its place, and what the registry knows of it. */
export interface Outline<S> {
  readonly id: string;
  readonly node: MapNode;
  readonly definition: StepDefinition<S> | undefined;
  readonly gate: string | undefined;
}

interface Around<S> {
  readonly registry: Registry<S>;
  readonly target: Type | undefined;
  readonly keys: Type | undefined;
  readonly report: Report;
}

/** The steps of a plan in order, as far as they can be told apart; whatever is wrong with their frame is reported. */
export function outlinesOf<S>(steps: Node | undefined, registry: Registry<S>, report: Report): readonly Outline<S>[] {
  const first = new Map<string, number>();
  return (steps?.kind === 'list' ? steps.items : []).flatMap((node) => {
    if (node.kind !== 'map') {
      if (node.kind !== 'unreadable') report(node.at, 'a step is a map', 'write { id: …, uses: …, with: … }');
      return [];
    }
    const id = textOf(member(node, 'id'));
    const line = id === undefined ? undefined : first.get(id);
    const at = node.entries.get('id')?.value.at ?? node.at;
    if (line !== undefined)
      report(at, `a second step \`${printable(id ?? '')}\``, `rename one; the first is on line ${line}`);
    else if (id !== undefined) first.set(id, at.line);
    const uses = textOf(member(node, 'uses'));
    const definition = uses === undefined ? undefined : registry.step(uses);
    return [{ id: id ?? '', node, definition, gate: textOf(member(node, 'gate')) }];
  });
}

/** Checks every step against its type and what stands before it. Whole only when nothing was reported. */
export function checkSteps<S>(outlines: readonly Outline<S>[], around: Around<S>): readonly (UseStep | GateStep)[] {
  const earlier = new Map<string, Visible>();
  return outlines.flatMap((outline, index) => {
    const later = outlines.slice(index + 1).map(({ id }) => id);
    const scope: Scope = { ...around, self: outline.id, earlier, later, each: undefined };
    const { step, visible } = checkStep(outline, scope, around);
    if (!earlier.has(outline.id)) earlier.set(outline.id, visible);
    return step ?? [];
  });
}

function checkStep<S>(
  outline: Outline<S>,
  scope: Scope,
  around: Around<S>,
): { readonly step: UseStep | GateStep | undefined; readonly visible: Visible } {
  const { node } = outline;
  const [uses, gate] = [node.entries.get('uses'), node.entries.get('gate')];
  if (uses !== undefined && gate === undefined) return checkUse(outline, uses, scope, around);
  const nothing: Visible = { gate: uses === undefined, output: undefined, each: undefined };
  if (gate !== undefined && uses === undefined) return { step: checkGate(node, gate, around.report), visible: nothing };
  const hint = 'write `uses: <step type>` to do something, or `gate: window` or `gate: hold` to wait';
  around.report(
    node.at,
    uses === undefined ? 'a step with neither `uses` nor `gate`' : 'a step with both `uses` and `gate`',
    hint,
  );
  return { step: undefined, visible: nothing };
}

function checkGate(node: MapNode, gate: Entry, report: Report): GateStep | undefined {
  refuseReferences(node, report);
  const kind = textOf(gate.value);
  if (kind === 'window') {
    const read = conform(gateShapes.window, node, '', report);
    return read && { kind: 'gate', id: read.id, gate: 'window' };
  }
  if (kind === 'hold') {
    const read = conform(gateShapes.hold, node, '', report);
    return read && { kind: 'gate', id: read.id, gate: 'hold', forMs: read.with.for };
  }
  const written = kind === undefined ? '' : ` \`${printable(kind)}\``;
  report(gate.value.at, `unknown gate${written}`, suggest(kind ?? '', Object.keys(gateShapes)));
  return undefined;
}

function checkUse<S>(
  outline: Outline<S>,
  uses: Entry,
  scope: Scope,
  around: Around<S>,
): { readonly step: UseStep | undefined; readonly visible: Visible } {
  const { node, definition } = outline;
  const { report, registry } = around;
  const given = node.entries.get('with');
  const frame = new Map([...node.entries].filter(([key]) => key !== 'with'));
  refuseReferences({ ...node, entries: new Map([...frame].filter(([key]) => key !== 'each')) }, report);
  conform(UseShape, { ...node, entries: frame }, '', report);
  const each = checkEach(node.entries.get('each'), scope, report);
  if (frame.has('inOrder') && !frame.has('each')) {
    report(
      frame.get('inOrder')?.at ?? node.at,
      '`inOrder` without `each`',
      'remove it, or add `each`; without it there is one item',
    );
  }
  const type = textOf(uses.value);
  if (type !== undefined && definition === undefined) {
    report(
      uses.value.at,
      `unknown step type \`${printable(type)}\``,
      suggest(
        type,
        registry.steps.map((one) => one.type),
      ),
    );
  }
  const joined = each?.join('.');
  const empty: MapNode = { kind: 'map', entries: new Map(), at: node.at };
  const inside = definition
    ? checkWith(definition, given?.value ?? empty, { ...scope, each: joined }, report)
    : undefined;
  const visible: Visible = {
    gate: false,
    // To make a type of a schema takes longer than to check a step, and most outputs nobody refers to.
    get output() {
      return definition && typeOf(definition.output, 'output');
    },
    each: joined,
  };
  const order = member(node, 'inOrder');
  const inOrder = order?.kind === 'scalar' && order.value === true;
  const known = { kind: 'use', id: outline.id, uses: type ?? '', inOrder, with: templateOf(inside ?? empty) } as const;
  return { step: each ? { ...known, each } : known, visible };
}

function checkEach(each: Entry | undefined, scope: Scope, report: Report): Path | undefined {
  if (each?.value.kind !== 'ref') return undefined;
  const { path, at } = each.value;
  if (path[0] === 'item') {
    report(
      at,
      "`each` can't go over `item`",
      `it names the list that the items come from: ${written('steps.<id>.<list>')}`,
    );
    return path;
  }
  const found = resolve(path, scope);
  if ('message' in found) report(at, found.message, found.hint);
  else if (found.type !== undefined) {
    const item = itemOf(found.type);
    const id = item && memberOf(item, 'id');
    const name = `\`${path.join('.')}\``;
    const hint = '`each` goes over a list whose items have an `id`';
    if (item === undefined) report(at, `${name} is ${describe(found.type)}, not a list`, hint);
    else if (found.type.optional) report(at, `${name} may be missing`, hint);
    else if (id === undefined || id.optional || !takes(id, 'string'))
      report(at, `the items of ${name} have no \`id\``, hint);
  }
  return path;
}

function checkWith<S>(definition: StepDefinition<S>, given: Node, scope: Scope, report: Report): Node {
  const type = typeOf(definition.input, 'input');
  const proven =
    definition.kind === 'effect' && definition.hazard === 'destructive' ? verdictByReference(given, report) : given;
  const placed = asPlaced(proven, type);
  conform(definition.input, placed, 'with', report);
  checkReferences(placed, [], { type, scope, report });
  return placed;
}

/** What is deleted comes only from a verdict that a step has given, so that it can't be written by hand. */
function verdictByReference(given: Node, report: Report): Node {
  const verdict = member(given, 'verdict');
  const fine = [given.kind, verdict?.kind].includes('unreadable') || verdict?.kind === 'ref';
  if (fine) return given;
  const hidden: Node = { kind: 'unreadable', at: verdict?.at ?? given.at };
  report(
    hidden.at,
    verdict === undefined ? '`with.verdict` is missing' : '`with.verdict` is written by hand',
    `take it from the step that verified, for example verdict: ${written('item')} with each: ${written('steps.verify')}`,
  );
  if (given.kind !== 'map') return hidden;
  return { ...given, entries: new Map([...given.entries, ['verdict', { at: hidden.at, value: hidden }]]) };
}

function checkReferences(
  node: Node,
  path: readonly (string | number)[],
  inside: { readonly type: Type; readonly scope: Scope; readonly report: Report },
): void {
  if (node.kind === 'list')
    for (const [index, item] of node.items.entries()) checkReferences(item, [...path, index], inside);
  if (node.kind === 'map')
    for (const [key, entry] of node.entries) checkReferences(entry.value, [...path, key], inside);
  if (node.kind !== 'ref') return;
  const found = resolve(node.path, inside.scope);
  if ('message' in found) {
    inside.report(node.at, found.message, found.hint);
    return;
  }
  // An unknown place is an unknown key, which zod reports.
  const place = typeAt(inside.type, path);
  const why = found.type && place && misfit(found.type, place);
  if (why === undefined) return;
  const name = ['with', ...path].join('.');
  inside.report(node.at, `\`${node.path.join('.')}\` does not fit \`${name}\`: ${why}`, wayOut(found.type, place));
}

function wayOut(source: Type | undefined, place: Type | undefined): string {
  if (source === undefined || place === undefined) return '';
  if (source.optional && misfit({ ...source, optional: false }, place) === undefined)
    return 'refer to something that is always there';
  const item = itemOf(source);
  if (item && misfit(item, place) === undefined)
    return 'it is a list of what is needed: give this step the same `each` as the step it refers to';
  const described = descriptionOf(place);
  return `needed: ${describe(place)}${described ? ` (${described})` : ''}`;
}

/** Reports every reference below a node that takes none. */
export function refuseReferences(node: Node, report: Report): void {
  if (node.kind === 'ref')
    report(
      node.at,
      'a reference where none is read',
      'write the value; references stand in `with` and `each` of steps',
    );
  if (node.kind === 'list') for (const item of node.items) refuseReferences(item, report);
  if (node.kind === 'map') for (const entry of node.entries.values()) refuseReferences(entry.value, report);
}
