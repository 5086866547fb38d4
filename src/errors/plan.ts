import { entry } from './entry.ts';

/** Errors of plans. */
export const planErrors = {
  'plan-invalid': entry({
    title: 'The plan is not valid',
    exit: 2,
    message: (p: { file: string; problems: readonly string[] }) =>
      `${p.file}: ${p.problems.length} problem${p.problems.length === 1 ? '' : 's'}\n${p.problems.join('\n')}`,
    hint: (p) => `correct the plan, then check it with: rekey validate ${p.file}`,
  }),
};
