import type { PlantedBug } from './planted-bug.ts';

const table = 'test/oracle/table.test.ts';

/** Bugs that lose nothing in the scene that catches them: what they do is not the next action of the table. */
export const oracleBugs: readonly PlantedBug[] = [
  {
    name: 'the root is detached last',
    file: 'src/steps/ebs/detach-volume.ts',
    find: 'refusedWhileRunning: (input) => input.place.root',
    replace: 'refusedWhileRunning: (input) => !input.place.root',
    caughtBy: { file: table, title: 'a run from its beginning to its end' },
  },
  {
    name: 'what was made is discarded as soon as the originals show',
    file: 'src/engine/unwind/confirm-restored.ts',
    find: 'if (amiss === undefined && certain)',
    replace: 'if (amiss === undefined)',
    caughtBy: { file: table, title: 'a run whose start AWS refuses' },
  },
  {
    name: 'a target is started on what is not verified',
    file: 'src/engine/verify.ts',
    find: 'if (findings.length) throw',
    replace: 'if (findings.length > 99) throw',
    caughtBy: { file: table, title: 'a replacement that loses its tags before it is verified' },
  },
  {
    name: 'what speaks against a replacement holds no delete up',
    file: 'src/steps/ebs/stand-in.ts',
    find: 'const findings = [...faults, ...loading.findings];',
    replace: 'const findings = loading.findings;',
    caughtBy: { file: table, title: 'a key that is disabled while the original is held' },
  },
];
