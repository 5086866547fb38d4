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
    file: reader,
    find: "['permanent', 'wait']",
    replace: "['permanent']",
    caughtBy: { file: readers, title: 'that AWS refuses for one thing (InvalidVolume.NotFound)' },
  },
  {
    name: 'one thing without room for a tag keeps the originals of all plans',
    file: reader,
    find: "['permanent', 'wait']",
    replace: "['wait']",
    caughtBy: {
      file: 'test/promises/shared-reads.test.ts',
      title: 'a replacement that has no room for one more tag keeps its own original',
    },
  },
  {
    name: 'a clock that is set ahead ends the patience with what is in the way of an original',
    file: 'src/engine/effect.ts',
    find: 'new Waiting(run.ports.clock)',
    replace: 'new Waiting(run.ports.clock, Number.POSITIVE_INFINITY)',
    caughtBy: {
      file: 'test/promises/halted-for-nothing.test.ts',
      title: 'a clock that is put an hour ahead has not waited for him',
    },
  },
  {
    name: 'a clock that is set ahead ends the patience with another run that comes by',
    file: 'src/engine/target/guard.ts',
    find: 'new Waiting(run.ports.clock)',
    replace: 'new Waiting(run.ports.clock, Number.POSITIVE_INFINITY)',
    caughtBy: {
      file: 'test/promises/claims.test.ts',
      title: 'a clock that is put an hour ahead while another run is waited for does not stop the run',
    },
  },
  {
    name: 'a tag that was put on once more hides the one before it',
    file: 'src/aws/stamps.ts',
    find: 'shown === last.get(',
    replace: 'shown === new Map().get(',
    caughtBy: { file: readers, title: 'that come later show that a look is of after an earlier one' },
  },
  {
    name: 'a snapshot that is deleted is looked for when its proof has to be asked anew',
    file: 'src/steps/ebs/discard-snapshot.ts',
    find: 'soAtOnce: true,',
    replace: '',
    caughtBy: {
      file: 'test/promises/calls.test.ts',
      title: 'of an EC2 instance with two volumes, with an hour of hold takes its calls and no more, with seed 1',
    },
  },
  {
    name: 'a delete of a snapshot that AWS refuses for a while is soon given up',
    file: 'src/steps/ebs/discard-snapshot.ts',
    find: 'settleWithinMs: settleWithinMs.volume',
    replace: 'settleWithinMs: settleWithinMs.attachment',
    caughtBy: {
      file: 'test/promises/operator.test.ts',
      title: 'a snapshot whose delete AWS refuses for its rate for half an hour',
    },
  },
  {
    name: 'what may not be listed at all is asked by halves',
    file: 'src/aws/sight.ts',
    find: " && classify(error)?.wants !== 'right'",
    replace: '',
    caughtBy: { file: 'test/aws/sight.test.ts', title: 'of a list that AWS refuses for one thing only that one' },
  },
  {
    name: 'a list that AWS refuses for one thing is asked one by one',
    file: reader,
    find: 'Math.ceil(ids.length / 2)',
    replace: '1',
    caughtBy: { file: readers, title: 'leaves the refusal of one to that one, and finds it in few calls' },
  },
  {
    name: 'a type that AWS does not know has no instance store',
    file: 'src/aws/sight.ts',
    find: '{ most: statusesPerCall },',
    replace: "{ most: statusesPerCall, gone: 'InvalidInstanceType' },",
    caughtBy: { file: 'test/steps/refusals.test.ts', title: 'a type that AWS does not know may have instance store' },
  },
  {
    name: 'what was long on its way says that what was attached meanwhile has left',
    file: 'src/aws/sightings.ts',
    find: '&& since < this.#time.now() + unseenMs',
    replace: '&& askedAt >= since - 2_000',
    caughtBy: {
      file: 'test/promises/shared-reads.test.ts',
      title: 'does not say that a replacement has left which was attached meanwhile',
    },
  },
  {
    name: 'what is only reported is waited for between a proof and its delete',
    file: 'src/engine/prove.ts',
    find: 'if (findings.length === 0) return say(',
    replace: 'if (findings.length === 0) await askDifferences(); if (findings.length === 0) return say(',
    caughtBy: {
      file: 'test/promises/proof-takes-hours.test.ts',
      title: 'is not waited for between its proof and its delete',
    },
  },
  {
    name: 'a proof counts however long what is only reported was waited for after it',
    file: 'src/engine/prove.ts',
    find: 'if (isRecent(clock, provenAt, provenMs * clock.speed)) return proof;',
    replace: 'if (provenAt) return proof;',
    caughtBy: { file: 'test/promises/proof-takes-hours.test.ts', title: 'is waited for before the last proof' },
  },
  {
    name: 'a proof snapshot counts in the next process',
    file: 'src/engine/evidence.ts',
    find: 'if (!isOfBefore && nowOf',
    replace: 'if (nowOf',
    caughtBy: {
      file: 'test/promises/changed-blocks.test.ts',
      title: 'nor is one that was taken before the plan stopped',
    },
  },
  {
    name: 'a clock that is set has waited',
    file: 'src/contract/wait.ts',
    find: 'Math.min(Math.max(0, now - this.at), this.mostMs)',
    replace: 'now - this.at',
    caughtBy: {
      file: 'test/promises/proof.test.ts',
      title: 'a clock that is put a day ahead, again and again',
    },
  },
  {
    name: 'in a hold originals are looked at when a timetable has not begun yet',
    file: 'src/engine/gates/hold.ts',
    find: 'const lookAfterMs = 90_000;',
    replace: 'const lookAfterMs = 0;',
    caughtBy: { file: 'test/promises/hold.test.ts', title: 'ebs-volume: nor one that a timetable uses' },
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

  {
    name: 'an older list of databases takes the place of a newer one',
    file: 'src/aws/database-sight.ts',
    find: 'if (mine > keptOf) {',
    replace: 'if (mine > 0) {',
    caughtBy: {
      file: 'test/aws/database-sight.test.ts',
      title: 'of instances the list that was asked for last is kept',
    },
  },

  // What was seen before tells an answer of the past.
  {
    name: 'an answer of the past counts',
    file: 'src/aws/sightings.ts',
    find: 'if (askedAt < since + unseenMs) return false;',
    replace: 'if (askedAt < since) return false;',
    caughtBy: { file: 'test/aws/sightings.test.ts', title: 'an answer below what was seen is one of the past' },
  },
  {
    name: 'a volume that one look does not show no longer loads',
    file: 'src/aws/sightings.ts',
    find: '!this.#isYoung(mark, askedAt) || seen.some',
    replace: 'this.#isYoung(mark, askedAt) || seen.some',
    caughtBy: {
      file: 'test/promises/look-of-the-past.test.ts',
      title: 'a volume that one look of the past does not show still loads from its snapshot',
    },
  },
  {
    name: 'a start that finds it started already tells nothing',
    file: 'src/aws/sightings.ts',
    find: 'was < mark.order || is < was ? startedAgain',
    replace: 'is < was ? startedAgain',
    caughtBy: {
      file: 'test/aws/sightings.test.ts',
      title: 'a start that finds it started already tells of a later life',
    },
  },
  {
    name: 'what was attached a moment ago and does not show has left',
    file: 'src/aws/sightings.ts',
    find: 'if (this.#isYoung(mark, askedAt)) believed = false;',
    replace: 'if (this.#isYoung(mark, askedAt + 2 * unseenMs)) believed = false;',
    caughtBy: {
      file: 'test/aws/sightings.test.ts',
      title: 'a volume that does not show its attachment has lost it only when',
    },
  },
];
