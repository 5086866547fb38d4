/**
 * What a run relies on beside how the target is built: each fact by a name, in words for people. A fact that only a whole reading
 * shows is missing in what a look gives, and is not compared with it.
 */
export interface Surroundings {
  /** A change of these decides about what has not begun to be taken apart. */
  readonly decides: Facts;
  /** What is carried on with in a cut-over, and told: a tag. */
  readonly told: Facts;
}
type Facts = { readonly [name: string]: string };

/** What a look takes in beside what was read. */
export interface LookAround {
  /** Also what takes a question of its own for each key. */
  readonly keys: boolean;
  /** The pairs of which a replacement is to take its place. */
  readonly pairs: readonly { readonly original: string; readonly replacement: string }[];
  /** What this run has deleted itself. */
  readonly deleted: readonly string[];
}
