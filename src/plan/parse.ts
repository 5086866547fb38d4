import * as z from 'zod';
import { suggest } from '../contract/nearest.ts';
import type { Plan, PlanSource } from '../contract/plan.ts';
import type { Registry, TargetType } from '../contract/step.ts';
import { asPlaced, conform } from './conform.ts';
import { checkCutOver } from './cut-over.ts';
import { checkNeeds } from './needs.ts';
import { type PlanProblem, printable, type Report } from './problem.ts';
import { applySets } from './sets.ts';
import { PlanShape } from './shape.ts';
import { checkSteps, outlinesOf, refuseReferences } from './steps.ts';
import { member, type Node, readTree, textOf } from './tree.ts';
import { typeOf } from './types.ts';
import { checkCutoff, checkWindow } from './window.ts';

const mostProblems = 100;

/**
 * A plan that has been checked and frozen, or everything that is wrong with it, in the order of the file. `submitted`: it is of
 * a run that has begun, and not held to what its kind of target has come to need since.
 */
export function parsePlan<S>(
  source: PlanSource,
  registry: Registry<S>,
  submitted = false,
): { readonly plan: Plan } | { readonly problems: readonly PlanProblem[] } {
  const problems: PlanProblem[] = [];
  const report: Report = (at, message, hint) => problems.push({ ...at, message, hint });
  const tree = applySets(readTree(source.file, source.text, report), source.sets, report);
  // Nothing else can be misread, and to make the type takes a while.
  const root = tree && source.sets.length > 0 ? asPlaced(tree, typeOf(PlanShape, 'input')) : tree;
  const plan = root && checkPlan(root, { registry, submitted }, report);
  return plan !== undefined && problems.length === 0
    ? { plan: frozen(plan) }
    : { problems: told(problems, source.file) };
}

function checkPlan<S>(
  root: Node,
  { registry, submitted }: { readonly registry: Registry<S>; readonly submitted: boolean },
  report: Report,
): Plan | undefined {
  const inside = root.kind === 'map' ? root.entries : new Map<string, never>();
  const part = (name: string): Node | undefined => inside.get(name)?.value;
  for (const [name, entry] of inside) if (name !== 'steps') refuseReferences(entry.value, report);
  const head = conform(PlanShape, root, '', report);
  const target = checkTarget(part('target'), registry, report);
  checkKeys(part('keys'), report);
  checkWindow(part('window'), report);
  const window = head?.window && {
    cron: head.window.cron,
    timezone: head.window.timezone,
    durationMs: head.window.duration,
    cutoffMs: head.window.cutoff,
  };
  if (window) checkCutoff(window, part('window'), report);
  const outlines = outlinesOf(part('steps'), registry, report);
  checkCutOver(outlines, part('window') !== undefined, report);
  if (!submitted) checkNeeds(outlines, target?.needs ?? [], report);
  const steps = checkSteps(outlines, { registry, target: targetType(target), keys: keysType(part('keys')), report });
  if (head === undefined) return undefined;
  const { name, account, region, keys, tags } = head;
  const to = { ...(keys.from !== undefined && { from: keys.from }), to: keys.to };
  return {
    name,
    account,
    region,
    target: { ...head.target },
    keys: to,
    ...(window && { window }),
    ...(tags && { tags }),
    steps,
  };
}

function checkTarget<S>(node: Node | undefined, registry: Registry<S>, report: Report): TargetType<S> | undefined {
  const type = member(node, 'type');
  const text = textOf(type);
  if (type === undefined || text === undefined) return undefined;
  const target = registry.target(text);
  const id = member(node, 'id');
  if (target === undefined) {
    report(
      type.at,
      `unknown target type \`${printable(text)}\``,
      suggest(
        text,
        registry.targets.map((one) => one.type),
      ),
    );
  } else if (textOf(id) !== undefined && id !== undefined) {
    conform(target.id, id, 'target.id', report);
  }
  return target;
}

function checkKeys(node: Node | undefined, report: Report): void {
  const [from, to] = [member(node, 'from'), member(node, 'to')];
  if (to === undefined || textOf(from) === undefined || textOf(from) !== textOf(to)) return;
  report(
    to.at,
    '`keys.to` is the same key as `keys.from`',
    'name the key to move to; there is nothing to do otherwise',
  );
}

function targetType<S>(target: TargetType<S> | undefined) {
  return target && typeOf(z.strictObject({ type: z.literal(target.type), id: target.id }), 'output');
}

function keysType(keys: Node | undefined) {
  const from = z.string();
  return typeOf(z.strictObject({ from: member(keys, 'from') ? from : from.optional(), to: z.string() }), 'output');
}

/** The file's problems by place, then those of the sets; of a hopeless file the first hundred. */
function told(problems: readonly PlanProblem[], file: string): readonly PlanProblem[] {
  const rank = (problem: PlanProblem) => (problem.file === file ? 0 : 1);
  const sorted = [...problems].sort((a, b) => rank(a) - rank(b) || a.line - b.line || a.column - b.column);
  const next = sorted[mostProblems];
  if (next === undefined) return sorted;
  const message = `${sorted.length - mostProblems} more problems from here on`;
  return [...sorted.slice(0, mostProblems), { ...next, message, hint: 'correct the ones above first' }];
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
}
