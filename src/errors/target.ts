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
  'nothing-to-do': entry({
    title: 'There is nothing to do',
    exit: 2,
    message: (p: { target: string; why: string }) => `${p.why}; nothing was changed`,
    hint: (p) => `${p.target} is where the plan wants it; if that is not what you mean, correct keys and target`,
  }),
  'key-refused': entry({
    title: 'A key is refused',
    exit: 2,
    message: (p: { reasons: readonly { why: string; wayOut: string }[] }) =>
      `the keys of the plan can't be used; nothing was changed:\n${p.reasons
        .map((reason) => `  - ${reason.why}\n    ${reason.wayOut}`)
        .join('\n')}`,
    hint: () => 'resolve each of the reasons and run it again',
  }),
  'command-out-of-sight': entry({
    title: 'It can not be told from here whether a command of yours still runs',
    exit: 5,
    message: (p: { run: string; host: string; pid: number }) =>
      `process ${p.pid} on ${p.host} has started a command of the plan, or is one, and it can't be seen from here whether that still runs; nothing was started beside it`,
    hint: (p) =>
      `resume on ${p.host}; or see to it there that no command of the run is left, and then: rekey resume ${p.run} --commands-ended (or rekey rollback ${p.run} --commands-ended)`,
  }),
  'command-not-ended': entry({
    title: 'A command that an earlier process of the run has started does not end',
    exit: 5,
    message: (p: { run: string; host: string; pid: number }) =>
      `process ${p.pid} on ${p.host} was started by an earlier process of the run, its time is over, and it can't be ended from here; nothing was started beside it`,
    hint: (p) => `end it on ${p.host}, as its user or as root, and then: rekey resume ${p.run}`,
  }),
  'command-in-doubt': entry({
    title: 'It is not known whether a command of yours ran to its end',
    exit: 1,
    course: 'unwind',
    message: (p: { command: string }) =>
      `${p.command} was started, and it did not end well or rekey was interrupted before it ended; it is not repeatable, no probe tells whether it took effect, and no \`undo\` takes it back, so it is not run again`,
    hint: () =>
      'see for yourself whether it took effect; if its probe could not run, make it run and resume; else roll the run back, or start anew with `repeatable: true`, a `probe` or an `undo` in the step',
  }),
};
