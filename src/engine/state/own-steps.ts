/** Steps that no plan names: the engine's own. The `@` can't stand in the id of a plan's step; the journal keeps it. */
export const ownStep = {
  claim: '@claim',
  /** Takes off another run's claim, by the operator's word. */
  replace: '@replace',
  release: '@release',
  /** Looks at the target; never a record's. */
  look: '@look',
  /** Stops the target before a rollback past the write point takes anything from it. */
  halt: '@halt',
  /** Makes what a delete is proven by; its item is the original. */
  evidence: '@evidence',
  /** Takes off what stands at a wrong place of the target, before what was there is put back. */
  clear: '@clear',
} as const;

const all: readonly string[] = Object.values(ownStep);

/** Is it one of the engine's own steps, and none of the plan's? */
export function isOwnStep(step: string): boolean {
  return all.includes(step);
}
