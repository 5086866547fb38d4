import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { registry } from '../../src/steps/registry.ts';
import { homesOf } from './sources.ts';

const steps = fileURLToPath(new URL('../../src/steps', import.meta.url));

/** All that a module loads when it runs: relative imports followed, `import type` left out. */
function loads(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, clause, from] of readFileSync(file, 'utf8').matchAll(
    /^(?:import|export)\s+([^;]*?)\s*from '([^']+)'/gm,
  )) {
    if (clause?.startsWith('type ')) continue;
    if (from?.startsWith('.')) loads(join(dirname(file), from), seen);
    else if (from !== undefined) seen.add(from);
  }
  return seen;
}

describe('registry', () => {
  it('loads no SDK, so that --help and validate are quick', () => {
    const loaded = [...loads(join(steps, 'registry.ts'))];
    expect(loaded.filter((one) => /^@(aws-sdk|smithy)/.test(one))).toEqual([]);
  });

  it('a step type is registered by one definition: it has its name there or in the table of its kind, and nowhere twice', () => {
    const homes = registry.steps.map(({ type }) => ({ type, files: homesOf(type).map(({ file }) => file) }));
    expect(homes.filter(({ files }) => files.length !== 1)).toEqual([]);
  });

  it('the call of every effect is among its permissions', () => {
    const effects = registry.steps.filter((step) => step.kind === 'effect');
    expect(effects.length).toBeGreaterThan(50);
    const unpermitted = effects.filter(({ call, permissions }) => call !== 'none' && !permissions.includes(call));
    expect(unpermitted.map(({ type }) => type)).toEqual([]);
  });
});
