import type { PlantedBug } from './planted-bug.ts';

/** A bug in a step of RDS: its name, the file, what stands there, what instead, and a part of the title of the test that catches it. */
type Row = readonly [name: string, file: string, find: string, replace: string, title: string];

/** Bugs in steps of RDS that one file of tests catches. */
export function caughtIn(file: string, rows: readonly Row[]): PlantedBug[] {
  return rows.map(([name, step, find, replace, title]) => ({
    name,
    file: `src/steps/rds/${step}`,
    find,
    replace,
    caughtBy: { file, title },
  }));
}
