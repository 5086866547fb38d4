import type { PlantedBug } from './planted-bug.ts';

const inError = 'test/promises/original-in-error.test.ts';
const shuttingDown = 'test/promises/shutting-down.test.ts';
const unnamedKey = 'test/promises/old-key-unnamed.test.ts';
const byHand = 'test/promises/made-by-hand.test.ts';
const seenInUse = 'test/promises/seen-in-use.test.ts';
const kept = 'src/steps/ebs/kept-data.ts';

/** What may be the last copy: planted where an original is proved to be there, whole, readable, and staying. */
export const lastCopyBugs: readonly PlantedBug[] = [
  {
    name: 'an original that has failed counts as there when its copies are discarded',
    file: kept,
    find: "return volume?.State === 'error' ?",
    replace: "return volume?.State === 'gone' ?",
    caughtBy: { file: inError, title: 'of an unattached volume, rolled back' },
  },
  {
    name: 'an original that has failed counts as one to go back to',
    file: 'src/steps/ebs/deletion.ts',
    find: "return gone(volume) || volume?.State === 'error';",
    replace: 'return gone(volume);',
    caughtBy: { file: inError, title: 'of an instance, in the swap' },
  },
  {
    name: 'a volume that goes with its instance counts as staying',
    file: kept,
    find: 'filter((one) => one.DeleteOnTermination)',
    replace: 'filter((one) => one.DeleteOnTermination && !one.InstanceId)',
    caughtBy: { file: shuttingDown, title: 'before the cut-over' },
  },
  {
    name: 'a look alone says that an original is there',
    file: kept,
    find: 'return shown.length > 0 ? shown : faultsByAnswer(ctx, original);',
    replace: 'return shown.length > 0 ? shown : faultsByAnswer(ctx, original).then(() => []);',
    caughtBy: { file: 'test/promises/original-deleted-unseen.test.ts', title: 'and Describe calls show it still' },
  },
  {
    name: 'the key of an original is asked for only where the plan names it',
    file: kept,
    find: '!known.has(key));',
    replace: '!known.has(key) && known.size > 9);',
    caughtBy: { file: unnamedKey, title: 'of an unattached volume, whatever key it is under' },
  },
  {
    name: 'a key that this caller could not use itself is never asked for',
    file: 'src/steps/kms/key-use.ts',
    find: 'if (tried) return faultsOfKey(ctx, key, tried);',
    replace: 'if (tried || !tried) return faultsOfKey(ctx, key, tried);',
    caughtBy: { file: unnamedKey, title: 'whose keys may be used through EC2 only' },
  },
  {
    name: 'a volume of somebody else is taken for ours by the snapshot that it was made from',
    file: 'src/steps/ebs/create-volume.ts',
    find: 'tagged.has(one.VolumeId) || ctx.isOurs',
    replace: 'true || ctx.isOurs',
    caughtBy: { file: byHand, title: 'just as the run asked for it' },
  },
  {
    name: 'a snapshot of before the last process is what a replacement is made from',
    file: 'src/engine/retry-failed.ts',
    find: 'copies.includes(one) || (!isOwnStep',
    replace: 'one.definition.replaces !== undefined || (!isOwnStep',
    caughtBy: {
      file: 'test/promises/used-between-processes.test.ts',
      title: 'of which the first has failed to make it',
    },
  },
  {
    name: 'a replacement that was made before the last process died is judged though its original was in use since',
    file: 'src/engine/retry-failed.ts',
    find: '!== undefined || run.state.writePoint !== undefined) return [];',
    replace:
      '!== undefined || run.state.writePoint !== undefined || pairsOf(registry, run.state).length > 0) return [];',
    caughtBy: {
      file: 'test/promises/used-between-processes.test.ts',
      title: 'of which the first has died when it was made',
    },
  },
  {
    name: 'a look alone says that a replacement is there when its original is deleted',
    file: 'src/steps/ebs/stand-in.ts',
    find: 'return replacementNow(ctx, verdict);',
    replace: 'return replacementNow(ctx, verdict).then(() => loading);',
    caughtBy: {
      file: 'test/promises/replacement-deleted-unseen.test.ts',
      title: 'of an unattached volume, four minutes ago: its original is not deleted',
    },
  },
  {
    name: 'a tag that was taken proves that what took it is not being deleted',
    file: kept,
    find: 'isLater(tagValue(seen?.Tags, key)) ||',
    replace: 'true ||',
    caughtBy: {
      file: 'test/promises/replacement-deleted-unseen.test.ts',
      title: 'of an unattached volume, a moment ago: its original is not deleted',
    },
  },
  {
    name: 'a verdict is on record before it is that writes may follow it',
    file: 'src/engine/verify.ts',
    find: 'if (!findings.length) await releaseForUse(run, key);',
    replace: 'if (!findings.length && definition.settleWithinMs < 0) await releaseForUse(run, key);',
    caughtBy: {
      file: 'test/promises/verified-then-dead.test.ts',
      title: 'asks for the word before it lets go of writes',
    },
  },
  {
    name: 'a replacement that somebody has used elsewhere is discarded when he has let go of it',
    file: 'src/steps/ebs/discard-volume.ts',
    find: 'ctx.aws.sightings.heldBy(id)',
    replace: "ctx.aws.sightings.heldBy('')",
    caughtBy: { file: seenInUse, title: 'is not discarded of an instance' },
  },
  {
    name: 'an unwinding does not tell the next process what was seen in use',
    file: 'src/engine/unwind/unwind.ts',
    find: 'happened: settled, ...sightingsOf(run) }',
    replace: 'happened: settled, ...(lost.length > 9 && sightingsOf(run)) }',
    caughtBy: { file: seenInUse, title: 'is not discarded of an unattached volume' },
  },
  {
    name: 'an original that was in use after its snapshot was begun counts as replaced',
    file: 'src/steps/ebs/verify-unattached-volume.ts',
    find: 'sightings.heldSince(input.original,',
    replace: "sightings.heldSince('',",
    caughtBy: { file: seenInUse, title: 'is not judged as replaced' },
  },
  {
    name: 'a box is halted for originals that only a look of the past shows',
    file: 'src/steps/ec2/restorable.ts',
    find: 'seen.length > 0 ? seen : await lostOriginals(ctx, originals);',
    replace: 'seen.length > 0 ? seen : (await lostOriginals(ctx, originals)).slice(9);',
    caughtBy: { file: 'test/promises/original-deleted-unseen.test.ts', title: 'is not halted by a rollback' },
  },
  {
    name: 'a create that may be on its way is given up for a new one',
    file: 'src/engine/retry-failed.ts',
    find: 'await finish(run, phase);',
    replace: '',
    caughtBy: { file: byHand, title: 'is known by that token to a resume that makes a new one' },
  },
  {
    name: 'a proof snapshot that took hours counts as one of now',
    file: 'src/engine/evidence.ts',
    find: 'const mostMade = 3;',
    replace: 'const mostMade = 1;',
    caughtBy: {
      file: 'test/promises/proof-takes-hours.test.ts',
      title: 'of ebs-volume is kept when he has written on it',
    },
  },
  {
    name: 'a look alone says that an instance stays, and what goes with it',
    file: kept,
    find: 'place?.deleteOnTermination ? terminates',
    replace: 'place?.deleteOnTermination === undefined ? terminates',
    caughtBy: {
      file: 'test/promises/replacement-deleted-unseen.test.ts',
      title: 'of an instance that was terminated a moment ago',
    },
  },
  {
    name: 'whether an instance stays, and what goes with it, is asked by a look alone',
    file: kept,
    find: 'const now = await seenNow(ctx, instance, claimKey(ctx.run), ctx.aws.sight.instance);',
    replace: 'const now = { seen: await ctx.aws.sight.instance(instance) };',
    caughtBy: { file: shuttingDown, title: 'does not show yet that it shuts down' },
  },
];
