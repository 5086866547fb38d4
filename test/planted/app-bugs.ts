import type { PlantedBug } from './planted-bug.ts';

const library = 'test/app/library.test.ts';

/** What could go wrong for a program that uses the library. */
export const appBugs: readonly PlantedBug[] = [
  {
    name: 'a plan runs in an account that it does not name',
    file: 'src/app/session.ts',
    find: "if (account !== plan.account) throw problem('wrong-account'",
    replace: "if (account === '') throw problem('wrong-account'",
    caughtBy: { file: library, title: 'refused in another account than the plan names' },
  },
  {
    name: 'a plan runs where the settings name another Region',
    file: 'src/app/session.ts',
    find: 'if (region && region.value !== plan.region) {',
    replace: 'if (region && region.value === plan.name) {',
    caughtBy: { file: library, title: 'refused in another Region than its settings name' },
  },
  {
    name: 'a run begins though the program was told to stop',
    file: 'src/app/drive.ts',
    find: '  of.signal?.throwIfAborted();\n',
    replace: '',
    caughtBy: { file: library, title: 'begins nothing once its signal is aborted' },
  },
  {
    name: 'the signal of a program does not reach the run',
    file: 'src/app/drive.ts',
    find: '    stop.abort();\n    const reason',
    replace: '    const reason',
    caughtBy: { file: library, title: 'ends a run in order by its signal' },
  },
  {
    name: 'a bare resume opens what waits',
    file: 'src/app/resume-all.ts',
    find: 'whatNow(of.status, of, wait)',
    replace: 'whatNow(of.status, of, true)',
    caughtBy: { file: library, title: 'hears which are left and until when' },
  },
];
