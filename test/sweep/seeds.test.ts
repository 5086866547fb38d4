import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { root } from '../cli/command.ts';
import { history, planNames } from './history.ts';
import { full, sampled } from './sampled.ts';

/** All in the full sweep, one of six by default. */
const share = <T>(seeds: readonly T[]) => sampled(seeds, Math.ceil(seeds.length / 6));

/** A history's lines, each instant's in one order: which of the questions that go out together leaves first is the transport's. */
const bySecond = (log: readonly string[]) => {
  const at = (line: string) => line.split(' ')[0] ?? '';
  const groups: string[][] = [];
  for (const line of log) {
    const last = groups.at(-1);
    if (last?.[0] !== undefined && at(last[0]) === at(line)) last.push(line);
    else groups.push([line]);
  }
  return groups.flatMap((group) => group.sort());
};

/** Seeds that once showed a bug, each with what it was. They run forever after. */
const seeds = [
  [16, 'ebs-volume', 'a replacement under a disabled key was proof enough to delete the original'],
  [
    32,
    'ec2-instance',
    'an undo that failed once was never tried again, and "on its way" that came to nothing counted as failed',
  ],
  [
    223,
    'ec2-instance',
    'a stop by somebody else just before ours was noticed only when volumes had been built on it, and never let go',
  ],
  [1001, 'ec2-instance', 'a scheduler that started the box on all replacements spoiled their lineage for good'],
  [10222, 'ec2-instance', 'a box found stopped and started by its owner was never judged good again'],
  [10532, 'ec2-instance', 'a change seen while nothing was done yet was held against every later resume'],
  [904, 'ec2-instance', 'a refused delete took back a completed move, because nobody had started the box yet'],
  [
    1928,
    'ec2-instance',
    'the start that brought the original back, stopped by somebody, was held against every later resume',
  ],
  [5746, 'ec2-instance', 'a snapshot that failed before its answer was heard stayed behind for ever'],
  [1420, 'ec2-instance', 'a volume made a moment ago did not show yet, so its discard found nothing to discard'],
] as const;

/** The same, of seeds named since accounts are hostile in more ways. */
const laterSeeds = [
  [34, 'ebs-volume', 'a key whose policy was closed after the verification was proof enough to delete the original'],
  [
    409386,
    'ec2-instance',
    'a NotFound asked within five minutes of the making and answered after them counted as gone',
  ],
  [303254, 'ebs-volume', 'a policy closed between two of our calls counted as one that had never let us try the key'],
  [301614, 'ec2-instance', 'a detach that a look of the past showed as on its way, and then as done, was never sent'],
  [
    301999,
    'ec2-instance',
    'an unwinding that had left an original detached was over, and the next try went on without it',
  ],
  [2001138, 'ec2-instance', 'a start that had fallen back was looked for again by every resume, and never sent anew'],
  [
    5009691,
    'ec2-instance',
    'a look of the past at the start was held against every later resume, as a change of the target',
  ],
  [
    4000588,
    'ec2-instance',
    'a replacement that somebody deleted was asked for its attribute by every resume, for ever',
  ],
  [3001425, 'ec2-instance', 'an attachment that had never been sent was asked whether it is one of the root'],
  [
    20610443,
    'ebs-volume',
    'a create that AWS had done and refused was sent once more: status said of two snapshots that one may have been made',
  ],
  [
    1284829,
    'ec2-instance',
    'a detach that AWS was still busy with counted as an original in its place: it came off later, and was missed by nobody',
  ],
  [
    1280475,
    'ec2-instance',
    'a start that a look did not show: data volumes were taken from the running box before AWS refused to give up its root',
  ],
  [
    1226823,
    'ec2-instance',
    'an original that fell off again was shown at its place as it had been before it was taken: all was discarded without it',
  ],
  [
    1206871,
    'ec2-instance',
    'the policy of the old key was closed while one replacement was being discarded, and the next one was discarded, too',
  ],
  [
    1201653,
    'ec2-instance',
    'an attachment that AWS hid for a moment was taken for failed, tried anew after a crash, and never taken back',
  ],
  [
    1004701,
    'ec2-instance',
    'an unwinding discarded a replacement while the policy of the old key was closed: the last copy that could be read',
  ],
  [201544, 'ec2-instance', 'a tag that showed only after the verification was lost with its original, without a word'],
] as const;

/** The same, of databases. */
const databaseSeeds = [
  [40, 'a warm-up snapshot that somebody had deleted was waited for, two days at a time, by every resume'],
  [
    5007113,
    'an original was deleted although its fence had been seen open while the names changed hands, since it was closed at the proof',
  ],
  [5007686, 'an instance that ran full while its groups changed was asked for them for ever'],
  [87, 'an original was deleted although somebody had opened the group that was to keep its clients out'],
  [
    2000001,
    'what clients wrote through a fence that somebody had opened was thrown away with the replacement that had the name',
  ],
  [
    2201623,
    'what clients had written through an open fence was thrown away, since a later process found the fence closed again',
  ],
  [
    2000257,
    'a replacement that had lost its key kept the name, and the original stayed down: how to free it is told at once',
  ],
  [2000126, 'an original that had failed was asked for ever to let its clients in again'],
  [58, 'a copy of a snapshot that had failed was asked for for two days, by every resume'],
] as const;

describe('what random histories have found stays mended', () => {
  test.each(share(seeds))('seed %i of %s: %s', async (seed, plan) => {
    expect((await history(seed, { plan, tame: true })).failures).toEqual([]);
  });

  test.each(share(laterSeeds))('seed %i of %s: %s', async (seed, plan) => {
    expect((await history(seed, { plan })).failures).toEqual([]);
  });
});

/** The same, of Aurora clusters. */
const clusterSeeds = [
  [2000017, 'what somebody changed on a replacement after it was compared was lost without a word'],
  [2001102, 'a custom endpoint that somebody made of the original in the hold went with it without a word'],
  [2202542, 'custom endpoints that could not be given back were not missed by the next try, and lost for good'],
  [2204492, 'so were custom endpoints that name a member which somebody had renamed'],
  [
    4009272,
    'a fence that was seen open, but beside a foreign claim, was forgotten: the cut-over went on with a copy from before the writes',
  ],
  [4006782, 'a proof was held against a fence around the replacement that AWS did not show yet'],
  [20620459, 'an original that was seen to start was missed as stopped ever after: every resume refused to go on'],
  [20621442, 'a name that somebody else had was asked for once a minute, for months'],
] as const;

/** And those under whose faults nothing dies. */
const livelyDatabaseSeeds = [
  [2100131, 'an unwinding waited an hour at each try for the name of a replacement that had lost its key'],
  [2100183, 'going back stopped for ever at a replacement that somebody had deleted to free its name'],
  [2100018, 'an original whose key had been disabled was restarted, and did not come up again'],
] as const;

describe('what random histories of databases have found stays mended', () => {
  test.each(share(livelyDatabaseSeeds))('seed %i, in which faults stop under a living process: %s', async (seed) => {
    expect((await history(seed, { plan: 'rds-instance', liveness: true })).failures).toEqual([]);
  });

  test.each(share(clusterSeeds))('seed %i of a cluster: %s', async (seed) => {
    expect((await history(seed, { plan: 'rds-cluster' })).failures).toEqual([]);
  });

  test.each(share(databaseSeeds))('seed %i: %s', async (seed) => {
    expect((await history(seed, { plan: 'rds-instance' })).failures).toEqual([]);
  });
});

describe('one seed decides a whole history, call by call', () => {
  test('the same seed lives the same one, another seed another', async () => {
    const [first, second, other] = [await history(77), await history(77), await history(78)];
    expect(second.hash).toBe(first.hash);
    expect(other.hash).not.toBe(first.hash);
  });

  test.runIf(full)(
    'in another process, too',
    async () => {
      const { hash } = await history(79);
      const compiler = ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.sweep.json', '--noCheck'];
      const compiled = spawnSync(process.execPath, compiler, { cwd: root, encoding: 'utf8' });
      expect(compiled.stdout).toBe('');
      const args = ['dist/sweep/test/sweep/seed.js', '79', '--quiet'];
      const replayed = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
      expect(replayed.stdout).toContain(`trace ${hash}`);
    },
    60_000,
  );

  test.each(planNames)('of %s is the same over the wire as without it', async (plan) => {
    for (let seed = 80; seed < (full ? 84 : 81); seed++) {
      const [wireless, wired] = [await history(seed, { plan }), await history(seed, { plan, wired: true })];
      expect(bySecond(wired.log), `seed ${seed}`).toEqual(bySecond(wireless.log));
    }
  }, 180_000);
});
