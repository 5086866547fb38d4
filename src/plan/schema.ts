import * as z from 'zod';
import type { Registry, StepDefinition } from '../contract/step.ts';
import { written } from './problem.ts';
import { gateShapes, PlanShape, UseShape } from './shape.ts';

type Schema = z.core.JSONSchema.BaseSchema;
type Child = z.core.JSONSchema._JSONSchema;

const reference = { $ref: '#/definitions/reference' };
const referenceForm: Schema = {
  type: 'string',
  pattern: '^\\$\\{\\{[^{}]*\\}\\}$',
  description: `a reference: ${written('target.id')}, ${written('keys.to')}, ${written('steps.<id>.<name>')}, ${written('item.<name>')}`,
};

/** The JSON Schema (draft 7, as editors know it) of a plan of these steps and targets, made from the schemas that `parsePlan` checks with. */
export function planSchema<S>(registry: Registry<S>): object {
  const inputs = z.strictObject(Object.fromEntries(registry.steps.map((step) => [step.type, step.input])));
  const { properties = {}, definitions = {} } = draft7(inputs);
  const { $schema, ...plan } = draft7(PlanShape);
  const types = registry.targets.map((target) => target.type);
  return {
    $schema,
    title: 'A plan of rekey',
    ...plan,
    properties: {
      ...plan.properties,
      target: { ...child(plan, 'target'), properties: { ...child(plan, 'target').properties, type: { enum: types } } },
      steps: { ...child(plan, 'steps'), items: stepSchema(registry, properties) },
    },
    definitions: { reference: referenceForm, ...mapped(definitions as Schema['properties'] & object, within) },
  };
}

function stepSchema<S>(registry: Registry<S>, inputs: { readonly [type: string]: Child }): Schema {
  const frame = draft7(UseShape);
  const uses = registry.steps.map((step) => when('uses', step.type, useSchema(frame, step, inputs[step.type] ?? {})));
  const gates = Object.entries(gateShapes).map(([gate, shape]) => when('gate', gate, draft7(shape)));
  const known = { uses: { enum: registry.steps.map((step) => step.type) }, gate: { enum: Object.keys(gateShapes) } };
  return {
    type: 'object',
    properties: { ...known, id: frame.properties?.['id'] ?? {} },
    oneOf: [{ required: ['id', 'uses'] }, { required: ['id', 'gate'] }],
    allOf: [...uses, ...gates],
  };
}

function useSchema<S>(frame: Schema, step: StepDefinition<S>, input: Child): Schema {
  const destructive = step.kind === 'effect' && step.hazard === 'destructive';
  const given = typeof input === 'object' ? within(input) : {};
  // What is deleted can't be written by hand.
  const proven = destructive ? { ...given, properties: { ...given.properties, verdict: reference } } : given;
  const required = [...(frame.required ?? []), ...(given.required?.length ? ['with'] : [])];
  const properties = {
    ...frame.properties,
    uses: { const: step.type },
    with: destructive ? proven : orReference(proven),
  };
  return { ...frame, properties, required };
}

function when(key: string, value: string, then: Schema): Schema {
  const { $schema: _, ...rest } = then;
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  return { if: { properties: { [key]: { const: value } }, required: [key] }, then: rest };
}

/** The same schema, or a reference in its place. */
function admitting(schema: Child): Child {
  return typeof schema === 'object' ? orReference(within(schema)) : schema;
}

function orReference({ description, ...rest }: Schema): Schema {
  return { ...(description !== undefined && { description }), anyOf: [rest, reference] };
}

/** The same schema with a reference admitted for every value inside it. */
function within(schema: Child): Schema {
  if (typeof schema !== 'object') return {};
  const { properties, additionalProperties, items, anyOf, oneOf } = schema as Schema;
  return {
    ...schema,
    ...(properties && { properties: mapped(properties, admitting) }),
    ...(additionalProperties !== undefined && { additionalProperties: admitting(additionalProperties) }),
    ...(items !== undefined && { items: Array.isArray(items) ? items.map(admitting) : admitting(items as Child) }),
    ...(anyOf && { anyOf: anyOf.map(within) }),
    ...(oneOf && { oneOf: oneOf.map(within) }),
  };
}

function mapped<T>(members: { readonly [name: string]: Child }, change: (member: Child) => T): { [name: string]: T } {
  return Object.fromEntries(Object.entries(members).map(([name, member]) => [name, change(member)]));
}

function child(schema: Schema, name: string): Schema {
  const found = schema.properties?.[name];
  return typeof found === 'object' ? (found as Schema) : {};
}

function draft7(schema: z.ZodType): Schema {
  return z.toJSONSchema(schema, { target: 'draft-7', io: 'input', reused: 'inline', unrepresentable: 'any' });
}
