import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { eventsSchema } from '../../src/cli/event-schema.ts';
import {
  errorsReference,
  eventsReference,
  failuresReference,
  stepsReference,
  withFailures,
} from '../../src/cli/reference.ts';
import { catalogue } from '../../src/errors/index.ts';
import { planSchema } from '../../src/plan/schema.ts';
import { reportSchema } from '../../src/report/document/schema.ts';
import { registry } from '../../src/steps/registry.ts';
import { homesOf } from '../steps/sources.ts';

const file = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The sentence above the definition of a step, or above its name in the table of its kind. */
const sentenceOf = (type: string) => homesOf(type)[0]?.sentence;

// Stale: `npm run docs` renews them. It runs these tests with --update.
describe('what `npm run docs` has written', () => {
  it('docs/STEPS.md tells the steps as they are; if not: npm run docs', async () => {
    await expect(stepsReference(registry, sentenceOf)).toMatchFileSnapshot(file('docs/STEPS.md'));
  });

  it('docs/ERRORS.md tells the errors as they are; if not: npm run docs', async () => {
    await expect(errorsReference(catalogue)).toMatchFileSnapshot(file('docs/ERRORS.md'));
  });

  it('docs/RUNBOOK.md lists each failure as it is; if not: npm run docs', async () => {
    const page = file('docs/RUNBOOK.md');
    await expect(withFailures(readFileSync(page, 'utf8'), failuresReference(catalogue))).toMatchFileSnapshot(page);
  });

  it('docs/EVENTS.md and schema/events.schema.json tell the lines of --json as they are; if not: npm run docs', async () => {
    await expect(eventsReference(eventsSchema())).toMatchFileSnapshot(file('docs/EVENTS.md'));
    await expect(`${JSON.stringify(eventsSchema(), null, 2)}\n`).toMatchFileSnapshot(file('schema/events.schema.json'));
  });

  it('schema/report.schema.json tells a report as JSON as it is; if not: npm run docs', async () => {
    const schema = `${JSON.stringify(reportSchema(), null, 2)}\n`;
    await expect(schema).toMatchFileSnapshot(file('schema/report.schema.json'));
  });

  it('schema/plan.schema.json is the schema of the steps as they are; if not: npm run docs', async () => {
    const schema = `${JSON.stringify(planSchema(registry), null, 2)}\n`;
    await expect(schema).toMatchFileSnapshot(file('schema/plan.schema.json'));
  });
});

describe('the reference', () => {
  it('says of every step what it does, in a sentence and as the operator is told', () => {
    for (const { type } of registry.steps) expect(sentenceOf(type), type).toBeDefined();
    const text = stepsReference(registry, sentenceOf);
    for (const { type } of registry.steps) expect(text).toContain(`\n## ${type}\n`);
    expect(text).not.toMatch(/undefined|\[object|NaN|function/);
  });

  it('says of every error what happened and what to do', () => {
    const text = errorsReference(catalogue);
    for (const name of Object.keys(catalogue)) expect(text).toContain(`| \`${name}\` |`);
    expect(text).not.toMatch(/undefined|\[object|NaN|function/);
    expect(text).not.toMatch(/\| {2}\|/);
  });

  it('says in the runbook what to do about every failure: not where nothing is to be done, nor of the simulated account', () => {
    const text = failuresReference(catalogue);
    const missing = Object.entries(catalogue).filter(([, { title }]) => !text.includes(`**${title}**`));
    expect(missing.map(([name]) => name).sort()).toEqual([
      'clock-malformed',
      'demo-failed',
      'endpoint-malformed',
      'fault-invalid',
      'listens-for-all',
      'nothing-to-do',
      'port-unusable',
      'resolver-refused',
      'scenario-invalid',
      'sql-engine-absent',
    ]);
    expect(text).not.toMatch(/undefined|\[object|NaN|function/);
    expect(text).not.toMatch(/\| {2}\|/);
  });

  it('is put between the markers of the runbook, and replaces what stood there', () => {
    const page = 'before\n<!-- failures: made -->\nold\n<!-- end of failures -->\nafter\n';
    const made = withFailures(page, 'new');
    expect(made).toBe('before\n<!-- failures: made -->\n\nnew\n\n<!-- end of failures -->\nafter\n');
    expect(withFailures(made, 'new')).toBe(made);
    expect(() => withFailures('no markers', 'new')).toThrow('marker comments');
  });
});
