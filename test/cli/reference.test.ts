import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { eventsSchema } from '../../src/cli/event-schema.ts';
import { errorsReference, eventsReference, stepsReference } from '../../src/cli/reference.ts';
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
});
