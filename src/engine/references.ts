import type { Json } from '../contract/json.ts';
import type { Path, Plan, Template, UseStep } from '../contract/plan.ts';
import { keyText } from './state/key.ts';
import { currentPhases } from './state/phases.ts';
import { generationOf, type PlanState } from './state/run-state.ts';

/** One thing a step with `each` fans out over. `id` is null for a step without. */
export interface Item {
  readonly id: string | null;
  readonly value: Json;
}

/** The items of a step, in the order of its list. */
export function itemsOf(plan: Plan, state: PlanState, step: UseStep): readonly Item[] {
  if (!step.each) return [{ id: null, value: null }];
  const list = follow(plan, state, step.each, step, null);
  if (!Array.isArray(list)) throw new Error(`each of ${step.id} is not a list`);
  return list.map((value: Json) => ({ id: idOf(value), value }));
}

/** The same; undefined as long as the step that lists them has not ended. */
export function itemsKnown(plan: Plan, state: PlanState, step: UseStep): readonly Item[] | undefined {
  const from = step.each?.[0] === 'steps' ? step.each[1] : undefined;
  const listed =
    from === undefined || currentPhases(state).some(({ key, end }) => key.step === from && end?.is === 'done');
  return listed ? itemsOf(plan, state, step) : undefined;
}

/** Fills a step's `with`: every reference is replaced by what it points at; members that point at nothing are left out. */
export function inputOf(plan: Plan, state: PlanState, step: UseStep, item: Item): { readonly [key: string]: Json } {
  const value = fill(step.with, (path) => follow(plan, state, path, step, item));
  if (value === undefined || value === null || typeof value !== 'object' || Array.isArray(value)) return {};
  return value as { readonly [key: string]: Json };
}

function fill(template: Template, at: (path: Path) => Json | undefined): Json | undefined {
  if ('literal' in template) return template.literal;
  if ('ref' in template) return at(template.ref);
  if ('list' in template) return template.list.map((part) => fill(part, at) ?? null);
  const members = Object.entries(template.map).map(([key, part]) => [key, fill(part, at)] as const);
  return Object.fromEntries(members.filter((member): member is readonly [string, Json] => member[1] !== undefined));
}

function follow(plan: Plan, state: PlanState, path: Path, from: UseStep, item: Item | null): Json | undefined {
  const [root, ...rest] = path;
  switch (root) {
    case 'target':
      return into(plan.target, rest);
    case 'keys':
      return into(plan.keys, rest);
    case 'item':
      return into(item?.value, rest);
    case 'steps': {
      const [id, ...members] = rest;
      return into(outputOf(plan, state, id ?? '', from, item), members);
    }
    default:
      return undefined;
  }
}

/** A step's output: of the same item where both fan out over the same list, else the list of all its items' outputs. */
function outputOf(plan: Plan, state: PlanState, id: string, from: UseStep, item: Item | null): Json | undefined {
  const step = plan.steps.find((candidate): candidate is UseStep => candidate.kind === 'use' && candidate.id === id);
  if (!step) return undefined;
  if (!step.each) return output(plan.name, state, id, null);
  if (item !== null && from.each?.join('.') === step.each.join('.')) return output(plan.name, state, id, item.id);
  return itemsOf(plan, state, step).map((each) => output(plan.name, state, id, each.id) ?? null);
}

function output(plan: string, state: PlanState, step: string, item: string | null): Json | undefined {
  const phase = state.phases.get(keyText({ plan, step, item, generation: generationOf(state, step, item) }));
  return phase?.end?.is === 'done' ? phase.end.output : undefined;
}

function into(value: unknown, path: readonly string[]): Json | undefined {
  let at = value;
  for (const name of path) {
    if (at === null || typeof at !== 'object' || !Object.hasOwn(at, name)) return undefined;
    at = (at as Record<string, unknown>)[name];
  }
  return at as Json | undefined;
}

function idOf(value: Json): string {
  const id = into(value, ['id']);
  if (typeof id !== 'string') throw new Error(`an item without an id: ${JSON.stringify(value)}`);
  return id;
}
