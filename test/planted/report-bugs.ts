import type { PlantedBug } from './planted-bug.ts';

const report = 'test/report/report.test.ts';
const render = 'test/report/render.test.ts';

/** What a report could say that is not so, and what could come alive in it. */
export const reportBugs: readonly PlantedBug[] = [
  {
    name: 'a name is put into the page as it is',
    file: 'src/report/render/markup.ts',
    find: "(sign) => entities[sign] ?? '')",
    replace: '(sign) => sign)',
    caughtBy: { file: render, title: 'come to nothing but text in HTML' },
  },
  {
    name: 'a mark that reorders a line is put into the page as it is',
    file: 'src/report/render/markup.ts',
    find: 'spelledOut(String(value))',
    replace: 'String(value)',
    caughtBy: { file: render, title: 'come to nothing but text in HTML' },
  },
  {
    name: 'a name becomes a link in Markdown',
    file: 'src/report/render/markdown.ts',
    find: '[\\\\`*_[\\]|',
    replace: '[\\\\`*_|',
    caughtBy: { file: render, title: 'come to nothing but text in Markdown' },
  },
  {
    name: 'the report counts a target as down whose stop was refused',
    file: 'src/report/document/journal-walk.ts',
    find: "if (record.t === 'failed' && record.neverRan) this.spells.pop();",
    replace: "if (record.t === 'failed' && record.neverRan) open.until = at;",
    caughtBy: { file: report, title: 'was never down' },
  },
  {
    name: 'the report gives a time in which a target was down no length',
    file: 'src/report/document/journal-walk.ts',
    find: 'else open.until = at;',
    replace: 'else open.until = open.since;',
    caughtBy: { file: report, title: 'has it down from the intent of the stop' },
  },
  {
    name: 'the report says that no block has changed although they could not be compared',
    file: 'src/report/render/comparisons.ts',
    find: 'said.length === 0 && ',
    replace: '',
    caughtBy: { file: report, title: 'claims no comparison that was refused' },
  },
  {
    name: 'a report may be written over a journal',
    file: 'src/app/report-file.ts',
    find: "if (await isWithin(join(stateDir, 'runs'), file))",
    replace: "if (file === '')",
    caughtBy: { file: 'test/cli/report-file.test.ts', title: 'never written among the journals' },
  },
  {
    name: 'a report is never refused where no directory can be made',
    file: 'src/app/report-file.ts',
    find: 'await makeDirectories(dirname(file));',
    replace: "await (await import('node:fs/promises')).mkdir(dirname(file), { recursive: true });",
    caughtBy: { file: 'test/cli/report-file.test.ts', title: 'takes no directory is refused at once' },
  },
  {
    name: 'of a damaged journal the report tells nothing of the damage',
    file: 'src/journal/as-far.ts',
    find: 'return { records, head, damage: error };',
    replace: 'return { records, head, damage: undefined };',
    caughtBy: { file: 'test/journal/as-far.test.ts', title: 'what stands before the damage is given' },
  },
];
