import type { PlantedBug } from './planted-bug.ts';

const surroundings = 'test/promises/surroundings.test.ts';

/** What a run relies on is renewed: planted where it is taken again and compared. */
export const surroundingsBugs: readonly PlantedBug[] = [
  {
    name: 'what was read is not taken again when the window opens',
    file: 'src/engine/target/guard.ts',
    find: 'renew(this.run)',
    replace: 'undefined',
    caughtBy: { file: surroundings, title: 'stop protection that is switched on has it refused' },
  },
  {
    name: 'a volume that came since the read is dropped silently',
    file: 'src/engine/read.ts',
    find: "textsOf(changesOf(was, is, 'whole'))",
    replace: '[]',
    caughtBy: { file: surroundings, title: 'a volume that somebody attaches is told, and moves too' },
  },
  {
    name: 'a volume that went since the read is dropped silently',
    file: 'src/engine/target/surroundings.ts',
    find: "part === 'whole' ? Object.keys(before[weight]) : []",
    replace: "part === 'whole' ? [] : []",
    caughtBy: { file: surroundings, title: 'a volume that its owner detaches is told' },
  },
  {
    name: 'what has changed before the cut-over stops the plan instead of having it read again',
    file: 'src/engine/walk.ts',
    find: 'if (met instanceof ReadAgain) return walk(run, again);',
    replace: '',
    caughtBy: { file: surroundings, title: 'another tag of an original is told, and carried to its replacement' },
  },
  {
    name: 'owners are not looked at before the stop',
    file: 'src/steps/ec2/instance-facts.ts',
    find: ']: ownersInWords(instance),',
    replace: "]: 'nobody',",
    caughtBy: { file: surroundings, title: 'an owner that appears after the whole reading, right before the stop' },
  },
  {
    name: 'replacements are not looked at before the first original is out',
    file: 'src/steps/ebs/volume-facts.ts',
    find: 'if (gone(volume)) return { decides: { [name]: notThere }, told: {} };',
    replace: '',
    caughtBy: { file: surroundings, title: 'a replacement that somebody deletes before the first original is out' },
  },
  {
    name: 'what decides is carried on with in the cut-over',
    file: 'src/engine/target/guard.ts',
    find: "if (state.activeSide === 'originals') refuse(this.run, changes);",
    replace: '',
    caughtBy: { file: surroundings, title: 'an owner takes the instance over before the first original is out' },
  },
  {
    name: 'a cut-over is given up for what is told when the originals are out',
    file: 'src/engine/target/guard.ts',
    find: "if (state.activeSide === 'originals') refuse",
    replace: 'refuse',
    caughtBy: {
      file: surroundings,
      title: 'an owner that appears when the originals are out is told, and it goes forward',
    },
  },
  {
    name: 'keys are not asked for before the first original is out',
    file: 'src/engine/target/guard.ts',
    find: "this.sideOf(run.expected) === 'originals';",
    replace: 'false;',
    caughtBy: { file: surroundings, title: 'the new key is closed before the first original is out' },
  },
  {
    name: 'what only is told stops a cut-over',
    file: 'src/engine/target/surroundings.ts',
    find: 'changes.filter(({ decides }) => decides)',
    replace: 'changes',
    caughtBy: { file: surroundings, title: 'a tag is told, and carried on with' },
  },
  {
    name: 'what has changed in the hold is not told',
    file: 'src/engine/walk.ts',
    find: 'if (proves && run.plan.steps.indexOf(step) > last)',
    replace: 'if (proves && last < -1)',
    caughtBy: { file: surroundings, title: 'an instance: a tag of an original' },
  },
  {
    name: 'what only an earlier reading found, and nobody claimed, stays with the run for ever',
    file: 'src/engine/state/found.ts',
    find: 'earlier.filter((id) => claimed.has(id))',
    replace: 'earlier',
    caughtBy: { file: 'test/promises/found-once.test.ts', title: 'and deleted: a resume moves what is left' },
  },
];
