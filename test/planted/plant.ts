import { resolve } from 'node:path';
import type { Plugin } from 'vitest/config';
import type {} from 'vitest/node';
import type { PlantedBug } from './planted-bug.ts';

/** The source with the bug in it. Throws unless the fragment occurs exactly once: a bug that is not planted can't be caught. */
export function planted(bug: PlantedBug, source: string): string {
  const parts = source.split(bug.find);
  if (parts.length === 2) return parts.join(bug.replace);
  throw new Error(
    `the planted bug "${bug.name}" no longer matches: its fragment occurs ${parts.length - 1} times in ${bug.file}, not once. ` +
      'Adapt it in test/planted.',
  );
}

/** The bugs of which only the replay of a seed says that they are caught: one more call in the engine, and that seed lives another life. */
export function caughtBySeeds(bugs: readonly PlantedBug[]): PlantedBug[] {
  return bugs.filter(({ caughtBy }) => caughtBy.file === 'test/sweep/seeds.test.ts');
}

/** Plants a bug while its file is loaded; the file itself stays as it is. */
export function plant(bug: PlantedBug): Plugin {
  let file = '';
  return {
    name: 'rekey-plant',
    enforce: 'pre',
    // The cache of transformed modules goes by the source on the disk, which has no bug in it: the others may come from it,
    // this one is neither taken from it nor left there.
    api: { vitest: { experimental: { ignoreFsModuleCache: true } } },
    configureVitest(context) {
      context.experimental_defineCacheKeyGenerator(({ id }) => (id.split('?', 1)[0] === file ? false : undefined));
    },
    configResolved(config) {
      file = resolve(config.root, bug.file);
    },
    transform(code, id) {
      return id.split('?', 1)[0] === file ? { code: planted(bug, code), map: null } : undefined;
    },
  };
}
