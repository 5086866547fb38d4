import type { PlantedBug } from './planted-bug.ts';

const reader = 'src/aws/reader.ts';
const readers = 'test/aws/reader.test.ts';

/** What is asked of AWS together: planted where answers are shared, where calls are spaced, and where looks are shared by their age. */
export const readBugs: readonly PlantedBug[] = [
  {
    name: 'what was answered is remembered for whoever asks later',
    file: reader,
    find: 'cache: false,',
    replace: 'cache: true,',
    caughtBy: { file: 'test/aws/sight.test.ts', title: 'nothing is remembered: a second question is a second call' },
  },
  {
    name: 'reads leave as fast as they are asked for',
    file: reader,
    find: 'if (at <= now) leave();',
    replace: 'if (at <= Number.POSITIVE_INFINITY) leave();',
    caughtBy: { file: readers, title: 'lets ten calls leave at once and then one a second' },
  },
  {
    name: 'a read that was refused for its rate is left to each who asks',
    file: reader,
    find: "classify(error)?.class !== 'retry'",
    replace: 'classify(error) !== null',
    caughtBy: { file: readers, title: 'asks once more, for all, what AWS refuses for its rate' },
  },
  {
    name: 'one thing that is gone keeps the stamp from all others',
    file: 'src/aws/stamps.ts',
    find: '!unknown.includes(error.name)',
    replace: 'unknown.includes(error.name)',
    caughtBy: { file: readers, title: 'are put on one by one where one thing is gone' },
  },
  {
    name: 'one pair stands for the proof of another',
    file: 'src/engine/proof.ts',
    find: "[keyText(phase.key), original].join(' ')",
    replace: "[keyText(phase.key), 'pair'].join(' ')",
    caughtBy: {
      file: 'test/promises/replacement-deleted-unseen.test.ts',
      title: 'of an instance, a moment ago: its original is not deleted',
    },
  },
  {
    name: 'what was asked ahead of a long wait counts after it',
    file: 'src/engine/target/guard.ts',
    find: 'return asked && isRecent(this.run.ports.clock, asked.at, freshMs) ? asked : undefined;',
    replace: 'return asked;',
    caughtBy: { file: 'test/engine/in-turn.test.ts', title: 'what was seen of the target counts for two seconds' },
  },
];
