import type { PlantedBug } from './planted-bug.ts';

const status = 'test/cli/status.test.ts';
const editor = 'test/plan/schema-tells.test.ts';

/** What could go wrong in what the operator is told, and in what the commands do with it. */
export const cliBugs: readonly PlantedBug[] = [
  {
    name: 'a rollback that was refused turns what is paused into what has failed',
    file: 'src/engine/state/fold.ts',
    find: 'refusalsOfRollback.includes(entry.stop.error) ? plan.stopBefore : entry.stop;',
    replace: 'entry.stop;',
    caughtBy: { file: status, title: 'that is refused leaves the run as it was' },
  },
  {
    name: 'a rollback that was refused makes forgotten why the plan had failed',
    file: 'src/engine/state/fold.ts',
    find: '        plan.stopBefore = plan.stop;\n',
    replace: '',
    caughtBy: { file: status, title: 'that is refused leaves what had failed before' },
  },
  {
    name: 'what is being taken back is said to wait for the hold',
    file: 'src/report/plan-status.ts',
    find: ' || state.unwinding?.over === false;\n}',
    replace: ';\n}',
    caughtBy: { file: status, title: 'that is killed says what is down' },
  },
  {
    name: 'what has sent a call counts as refused',
    file: 'src/report/plan-status.ts',
    find: ' && [...phases.values()].every(({ sent }) => sent === 0);',
    replace: ' && phases.size >= 0;',
    caughtBy: { file: status, title: 'is not what fails after a call was sent' },
  },
  {
    name: 'a window is told in the middle of a cut-over',
    file: 'src/report/plan-status.ts',
    find: '  if (cutOverBegunAt(registry, state) !== undefined) return undefined;\n',
    replace: '',
    caughtBy: { file: status, title: 'holds up nothing before it, and nothing in a cut-over' },
  },
  {
    name: 'status ends with what has failed, and something is down',
    file: 'src/report/status-exit.ts',
    find: '  if (plans.some(({ downSince }) => downSince !== undefined)) return 4;\n',
    replace: '',
    caughtBy: { file: status, title: 'is 4, the worst first' },
  },
  {
    name: 'where nothing is to be moved the target is refused',
    file: 'src/steps/ec2/read-instance.ts',
    find: 'refusals.nothingToDo(why);',
    replace: "refusals.refuse(why, '');",
    caughtBy: { file: 'test/steps/refusals.test.ts', title: 'nothing to do says which keys the volumes are under' },
  },
  {
    name: 'the time of an event is told in ms',
    file: 'src/cli/json-lines.ts',
    find: 'type, at: isoOf(at), ...body',
    replace: 'type, at, ...body',
    caughtBy: { file: 'test/cli/json-lines.test.ts', title: 'every event of a run is one as the schema has it' },
  },
  {
    name: 'when a gate opens is told in ms',
    file: 'src/cli/json-lines.ts',
    find: '{ ...body, until: isoOf(event.until) }',
    replace: 'body',
    caughtBy: { file: 'test/cli/json-lines.test.ts', title: 'every event of a run is one as the schema has it' },
  },
  {
    name: 'a timer takes a target out of service again that was taken back',
    file: 'src/app/what-now.ts',
    find: "status === 'failed' && takenBack",
    replace: "status === 'failed' && takenBack && stays",
    caughtBy: { file: 'test/cli/resume-all.test.ts', title: 'one that was taken back is left to a person' },
  },
  {
    name: 'what is down waits for a person',
    file: 'src/app/what-now.ts',
    find: '  if (plans.some(({ downSince }) => downSince !== undefined)) return { resume: true };\n',
    replace: '',
    caughtBy: { file: 'test/cli/resume-all.test.ts', title: 'one that is down goes on' },
  },
  {
    name: 'an editor takes a verdict that was written by hand',
    file: 'src/plan/schema.ts',
    find: 'with: destructive ? proven : orReference(proven)',
    replace: 'with: orReference(given)',
    caughtBy: { file: editor, title: 'says where it is: a verdict by hand' },
  },
  {
    name: 'an editor takes a misspelt member',
    file: 'src/plan/schema.ts',
    find: 'additionalProperties !== undefined && {',
    replace: "typeof additionalProperties === 'object' && {",
    caughtBy: { file: editor, title: 'says where it is: a misspelt member' },
  },
  {
    name: 'the live view hides the cursor',
    file: 'src/cli/views/stderr-renderer.ts',
    find: "text.replace(cursor, '')",
    replace: 'text',
    caughtBy: { file: 'test/cli/live.test.ts', title: 'the live view takes what comes after the last step' },
  },
  {
    name: 'a failure after which the originals are put back is missing in the runbook',
    file: 'src/cli/reference.ts',
    find: '.filter((entry) => entry.exit === exit)',
    replace: ".filter((entry) => entry.exit === exit && entry.course !== 'unwind')",
    caughtBy: { file: 'test/cli/reference.test.ts', title: 'says in the runbook what to do about every failure' },
  },
  {
    name: 'the help of a command has no example',
    file: 'src/cli/commands/options.ts',
    find: '\\nExample${',
    replace: '\\nSample${',
    caughtBy: { file: 'test/cli/help.test.ts', title: 'of rekey schema has an example of it' },
  },
  {
    name: 'the shell executes what a directory is called',
    file: 'src/cli/completion/bash.ts',
    find: 'if [[ $id =~ ^[0-9]{8}T[0-9]{6}Z-[a-z2-7]{6}$ && $id == "$cur"* ]]; then COMPREPLY+=("$id"); fi',
    replace: '_rekey_words "$id"',
    caughtBy: { file: 'test/cli/completion.test.ts', title: 'what has a command for a name is not executed' },
  },
  {
    name: 'runs are completed from the default state directory alone',
    file: 'src/cli/completion/bash.ts',
    find: '== --state-dir ]]',
    replace: '== --state ]]',
    caughtBy: { file: 'test/cli/completion.test.ts', title: 'offered by their ids, wherever it is' },
  },
];
