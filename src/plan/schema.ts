import * as z from 'zod';
import type { Registry, StepDefinition } from '../contract/step.ts';
import { written } from './problem.ts';
import { referenceForms } from './reference.ts';
import { gateShapes, PlanShape, UseShape } from './shape.ts';

type Schema = z.core.JSONSchema.BaseSchema;
type Child = z.core.JSONSchema._JSONSchema;

const reference = { $ref: '#/$defs/reference' };
const looksLikeReference: Schema = { type: 'string', pattern: referenceForms.holds.source };
const referenceForm: Schema = {
  type: 'string',
  pattern: referenceForms.any.source,
  description: `a reference: ${written('target.id')}, ${written('keys.to')}, ${written('steps.<id>.<name>')}, ${written('item.<name>')}`,
};

/**
 * The JSON Schema (draft 2020-12) of a plan of these steps and targets, made from the schemas that `parsePlan` checks with. It takes
 * every plan that `parsePlan` takes. Choices are made by `if`, never by `anyOf`, so that what is wrong is told at its own place.
 */
export function planSchema<S>(registry: Registry<S>): object {
  const typed = z.strictObject({
    inputs: z.strictObject(Object.fromEntries(registry.steps.map((step) => [step.type, step.input]))),
    ids: z.strictObject(Object.fromEntries(registry.targets.map((target) => [target.type, target.id]))),
  });
  const { $defs = {}, ...named } = jsonSchema(typed);
  const { $schema, ...plan } = jsonSchema(PlanShape);
  return {
    $schema,
    title: 'A plan of rekey',
    ...plan,
    properties: {
      ...plan.properties,
      target: targetSchema(child(plan, 'target'), child(named, 'ids')),
      steps: { ...child(plan, 'steps'), items: stepSchema(registry, child(named, 'inputs')) },
    },
    $defs: { reference: referenceForm, ...mapped($defs, within) },
  };
}

function targetSchema(frame: Schema, ids: Schema): Schema {
  const types = Object.entries(ids.properties ?? {});
  return {
    ...frame,
    properties: { ...frame.properties, type: { ...child(frame, 'type'), enum: types.map(([type]) => type) } },
    allOf: types.map(([type, id]) => when('type', type, { properties: { id } })),
  };
}

function stepSchema<S>(registry: Registry<S>, inputs: Schema): Schema {
  const { properties: frame = {} } = jsonSchema(UseShape);
  const uses = registry.steps.map((step) => when('uses', step.type, useSchema(step, child(inputs, step.type))));
  const gates = Object.entries(gateShapes).map(([gate, shape]) => when('gate', gate, gateSchema(jsonSchema(shape))));
  return {
    type: 'object',
    description: 'a step, which does something (`uses`) or waits (`gate`)',
    properties: {
      id: frame['id'] ?? {},
      uses: { ...child({ properties: frame }, 'uses'), enum: registry.steps.map((step) => step.type) },
      gate: { description: 'what the step waits for: the window, or a hold', enum: Object.keys(gateShapes) },
      each: frame['each'] ?? {},
      inOrder: frame['inOrder'] ?? {},
    },
    required: ['id'],
    dependentRequired: { inOrder: ['each'] },
    allOf: [{ if: { required: ['gate'] }, else: { required: ['uses'] } }, ...uses, ...gates],
  };
}

/** What is true of a step of this type besides what is true of all. */
function useSchema<S>(step: StepDefinition<S>, input: Schema): Schema {
  const destructive = step.kind === 'effect' && step.hazard === 'destructive';
  const given: Schema = { description: `what \`${step.type}\` is given`, ...within(input) };
  // What is deleted can't be written by hand.
  const verdict = { ...reference, description: 'the verdict of a step that verified, by reference' };
  const proven = destructive ? { ...given, properties: { ...given.properties, verdict } } : given;
  return {
    properties: {
      id: true,
      uses: { const: step.type, description: kindOf(step) },
      each: true,
      inOrder: true,
      with: destructive ? proven : orReference(proven),
    },
    required: given.required?.length ? ['with'] : [],
    additionalProperties: false,
  };
}

/** What is true of a gate besides what is true of every step. */
function gateSchema({ properties = {}, required = [] }: Schema): Schema {
  return { properties: { ...properties, id: true }, required, additionalProperties: false };
}

function kindOf<S>(step: StepDefinition<S>): string {
  if (step.kind === 'read') return 'a read: it looks, and changes nothing';
  if (step.kind === 'verify') return 'a verify: it judges pairs of original and replacement';
  const hazards = {
    additive: 'makes something new',
    disruptive: 'changes the target',
    destructive: 'deletes an original, or takes its protection away',
    discard: 'deletes what the run itself has made',
  } as const;
  return `an effect, ${step.hazard}: it ${hazards[step.hazard]}`;
}

function when(key: string, value: string, then: Schema): Schema {
  return { if: { properties: { [key]: { const: value } }, required: [key] }, then };
}

/** The same schema, or a reference in its place. */
function admitting(schema: Child): Child {
  return typeof schema === 'object' ? orReference(within(schema)) : schema;
}

function orReference({ description, default: omitted, ...rest }: Schema): Schema {
  return {
    ...(description !== undefined && { description }),
    ...(omitted !== undefined && { default: omitted }),
    if: looksLikeReference,
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: reference,
    else: rest,
  };
}

/** The same schema with a reference admitted for every value inside it. */
function within(schema: Child): Schema {
  if (typeof schema !== 'object') return {};
  const { properties, additionalProperties, items, prefixItems, anyOf, oneOf, ...rest } = told(schema);
  return {
    ...rest,
    ...(properties && { properties: mapped(properties, admitting) }),
    ...(additionalProperties !== undefined && { additionalProperties: admitting(additionalProperties) }),
    ...(prefixItems && { prefixItems: prefixItems.map(admitting) }),
    ...(items !== undefined && !Array.isArray(items) && { items: admitting(items) }),
    ...(anyOf && chosen(anyOf.map(within))),
    ...(oneOf && { oneOf: oneOf.map(within) }),
  };
}

/** One of these. Where the other one is null, the one itself tells what is wrong. */
function chosen(members: readonly Schema[]): Schema {
  const others = members.filter(({ type }) => type !== 'null');
  const [only] = others;
  return others.length === 1 && only !== undefined && members.length === 2
    ? { if: { type: 'null' }, else: only }
    : { anyOf: [...members] };
}

/** The same schema; its description says what holds when the value is left out. */
function told(schema: Child): Schema {
  if (typeof schema !== 'object') return {};
  const { description, default: omitted } = schema as Schema;
  if (description === undefined || omitted === undefined) return schema as Schema;
  return { ...(schema as Schema), description: `${description}; default ${JSON.stringify(omitted)}` };
}

function mapped<T>(members: { readonly [name: string]: Child }, change: (member: Child) => T): { [name: string]: T } {
  return Object.fromEntries(Object.entries(members).map(([name, member]) => [name, change(member)]));
}

function child(schema: Schema, name: string): Schema {
  const found = schema.properties?.[name];
  return typeof found === 'object' ? (found as Schema) : {};
}

function jsonSchema(schema: z.ZodType): Schema {
  return z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io: 'input',
    reused: 'inline',
    unrepresentable: 'any',
  });
}
