import { describe, expect, test } from 'vitest';
import { planSchema } from '../../src/plan/schema.ts';
import { toyRegistry } from './toy-registry.ts';

const schema = JSON.parse(JSON.stringify(planSchema(toyRegistry)));

function refsIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => (key === '$ref' ? [String(inner)] : refsIn(inner)));
}

function withOf(uses: string) {
  const branches: readonly {
    if: { properties?: { uses?: { const: string } } };
    then: { properties: { with: object } };
  }[] = schema.properties.steps.items.allOf;
  return branches.find((branch) => branch.if.properties?.uses?.const === uses)?.then.properties.with;
}

describe('the JSON Schema of a plan', () => {
  test('is draft 2020-12, closed, and refers to nothing that it does not hold', () => {
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(schema.additionalProperties).toBe(false);
    for (const ref of refsIn(schema)) expect(schema.$defs).toHaveProperty([ref.replace('#/$defs/', '')]);
  });

  test('knows every step and every target of the registry', () => {
    const { uses } = schema.properties.steps.items.properties;
    expect(uses.enum).toEqual(toyRegistry.steps.map((step) => step.type));
    expect(schema.properties.target.properties.type.enum).toEqual(['ec2-instance', 'ebs-volume']);
  });

  test('admits a reference for every value that a step is given, and only there', () => {
    const reference = { $ref: '#/$defs/reference' };
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    const referred = { if: { type: 'string', pattern: '\\$\\{\\{' }, then: reference };
    expect(withOf('ec2.stop-instance')).toMatchObject({
      ...referred,
      else: { properties: { instance: { ...referred, else: { $ref: '#/$defs/InstanceId' } } } },
    });
    expect(withOf('ebs.delete-volume')).toMatchObject({ properties: { verdict: reference } });
    expect(withOf('ebs.delete-volume')).not.toHaveProperty('then');
    expect(schema.properties.keys.properties.to).not.toHaveProperty('then');
  });
});
