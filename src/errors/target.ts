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
    hint: () => 'resolve each reason, or accept it by its name in the plan, and run it again',
  }),
  'nothing-to-do': entry({
    title: 'There is nothing to do',
    exit: 2,
    message: (p: { target: string; why: string }) => `${p.why}; nothing was changed`,
    hint: (p) =>
      `${p.target} is already as the plan wants it; if you expected something else, correct the plan's keys and target`,
  }),
  'key-refused': entry({
    title: 'A key is refused',
    exit: 2,
    message: (p: { reasons: readonly { why: string; wayOut: string }[] }) =>
      `the keys of the plan can't be used; nothing was changed:\n${p.reasons
        .map((reason) => `  - ${reason.why}\n    ${reason.wayOut}`)
        .join('\n')}`,
    hint: () => 'resolve each reason and run it again',
  }),
  'command-out-of-sight': entry({
    title: "rekey can't see from here whether a command of yours still runs",
    exit: 5,
    message: (p: { run: string; host: string; pid: number }) =>
      `process ${p.pid} on ${p.host} has started a command of the plan, or is one, and from here rekey can't see whether it still runs; nothing else was started`,
    hint: (p) =>
      `resume on ${p.host}; or make sure there that no command of the run still runs, and then: rekey resume ${p.run} --commands-ended (or rekey rollback ${p.run} --commands-ended)`,
  }),
  'command-not-ended': entry({
    title: 'A command that an earlier process of the run started does not end',
    exit: 5,
    message: (p: { run: string; host: string; pid: number }) =>
      `process ${p.pid} on ${p.host} was started by an earlier process of the run; its time is over, and rekey can't end it from here; nothing else was started`,
    hint: (p) => `end it on ${p.host}, as its user or as root, and then: rekey resume ${p.run}`,
  }),
  'command-in-doubt': entry({
    title: 'rekey does not know whether a command of yours finished',
    exit: 1,
    course: 'unwind',
    message: (p: { command: string }) =>
      `${p.command} was started, and it failed or rekey was interrupted before it ended. rekey does not run it again: the plan does not say \`repeatable: true\`, no \`probe\` shows whether it took effect, and no \`undo\` reverses it`,
    hint: () =>
      'check yourself whether it took effect. If its probe could not run, fix the probe and resume. Otherwise roll the run back, or begin a new run with `repeatable: true`, a `probe` or an `undo` in the step',
  }),
};
