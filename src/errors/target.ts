import { entry } from './entry.ts';

/** Errors about the target and its keys: what is refused before anything is touched. */
export const targetErrors = {
  'target-refused': entry({
    title: 'The target is refused',
    exit: 2,
    message: (p: { target: string; reasons: readonly { why: string; wayOut: string }[] }) =>
      `${p.target} can't be re-keyed by this plan; nothing was changed:\n${p.reasons
        .map((reason) => `  - ${reason.why}\n    ${reason.wayOut}`)
        .join('\n')}`,
    hint: () => 'resolve each of the reasons, or accept by name in the plan what you mean to accept, and run it again',
  }),
};
