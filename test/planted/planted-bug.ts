/** A bug, as a change of one fragment of the source, and the test that has to fail because of it. */
export interface PlantedBug {
  readonly name: string;
  readonly file: string;
  /** Occurs exactly once in the file. Short, so that it survives a change of the lines around it. */
  readonly find: string;
  readonly replace: string;
  /** `title`: a part of the full name (suite and test) that only this test has. */
  readonly caughtBy: { readonly file: string; readonly title: string };
}
