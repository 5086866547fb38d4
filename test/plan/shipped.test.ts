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
      expect(parsePlan(source, registry)).toHaveProperty('plan');
      expect(parsePlan(source, toyRegistry)).toEqual(parsePlan(source, registry));
    });

    test(`${name} parses to the same frozen plan and the same hash every time`, () => {
      const [first, second] = [parsePlan(source, toyRegistry), parsePlan(source, toyRegistry)];
      expect(second).toEqual(first);
      expect(hashOf(source)).toBe(hashOf({ ...source }));
      expect('plan' in first && Object.isFrozen(first.plan) && Object.isFrozen(first.plan.steps[0])).toBe(true);
    });
  }
});
