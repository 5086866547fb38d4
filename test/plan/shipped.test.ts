import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { hashOf } from '../../src/plan/hash.ts';
import { parsePlan } from '../../src/plan/parse.ts';
import { registry } from '../../src/steps/registry.ts';
import { toyRegistry } from './toy-registry.ts';

describe('the shipped plans', () => {
  for (const name of readdirSync('plans').filter((file) => file.endsWith('.yaml'))) {
    const source = { file: `plans/${name}`, text: readFileSync(`plans/${name}`, 'utf8'), sets: [] };

    test(`${name} is valid as it stands`, () => {
      const parsed = parsePlan(source, registry);
      expect(parsed).toHaveProperty('plan');
      // The toys are those of volumes.
      const toys = 'plan' in parsed && toyRegistry.target(parsed.plan.target.type) !== undefined;
      if (toys) expect(parsePlan(source, toyRegistry)).toEqual(parsed);
    });

    test(`${name} parses to the same frozen plan and the same hash every time`, () => {
      const [first, second] = [parsePlan(source, registry), parsePlan(source, registry)];
      expect(second).toEqual(first);
      expect(hashOf(source)).toBe(hashOf({ ...source }));
      expect('plan' in first && Object.isFrozen(first.plan) && Object.isFrozen(first.plan.steps[0])).toBe(true);
    });
  }
});
