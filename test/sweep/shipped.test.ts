import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { registry } from '../../src/steps/registry.ts';
import { planOf } from '../support/world.ts';
import { shipped, unstaged, usesOf } from './shipped.ts';

test('every shipped plan is swept: its target type is put on stage in test/sweep/shipped.ts', () => {
  expect(unstaged).toEqual([]);
  const files = readdirSync(resolve(import.meta.dirname, '../../plans')).filter((file) => file.endsWith('.yaml'));
  expect(shipped.map(({ name }) => `${name}.yaml`)).toEqual(files);
});

test.each(shipped)('plans/$name.yaml is what its stage takes it for, and its steps are known', (one) => {
  expect(planOf(one.plan).target.type).toBe(one.type);
  expect(usesOf(one).filter((uses) => registry.step(uses)?.kind === 'effect').length).toBeGreaterThan(0);
});
