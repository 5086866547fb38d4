import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { writtenDocs } from '../../src/cli/reference.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

describe('what is generated', () => {
  it.each(writtenDocs(root))('$path is as its source says: `npm run docs` renews it', ({ path, text }) => {
    expect(readFileSync(`${root}${path}`, 'utf8') === text, `${path} is stale: npm run docs`).toBe(true);
  });
});
