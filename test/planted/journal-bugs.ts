import type { PlantedBug } from './planted-bug.ts';

const caught = 'test/planted/caught.test.ts';
const account = 'test/planted/caught-in-an-account.test.ts';
const reserve = 'test/journal/reserve.test.ts';
const store = 'test/journal/store.test.ts';
const damage = 'test/journal/damage.test.ts';
const format = 'test/journal/format.test.ts';
const conformance = 'test/journal/conformance.test.ts';
const chain = 'test/journal/chain.test.ts';
const sight = 'test/aws/sight.test.ts';
const undone = 'test/promises/come-undone.test.ts';
const origin = 'test/promises/origin.test.ts';

/** What could go wrong in the journal and in sending: written twice, lost, or sent without its intent. */
export const journalBugs: readonly PlantedBug[] = [
  // The journal: what was promised is on disk, and one owner writes it.
  {
    name: 'the fence is not looked at',
    file: 'src/journal/owned-journal.ts',
    find: 'if (await files.exists(next)) throw',
    replace: 'if (false) throw',
    caughtBy: { file: store, title: 'who has been taken over writes nothing more, and says so for good' },
  },
  {
    name: 'one failed heartbeat ends the run',
    file: 'src/journal/owned-journal.ts',
    find: 'if (endsRun(error)) journal',
    replace: 'journal',
    caughtBy: { file: store, title: 'a heartbeat that fails (EIO) ends nothing' },
  },
  {
    name: 'the fence is looked at before a write only',
    file: 'src/journal/owned-journal.ts',
    find: 'its successor has not read.\n      await refuseIfTakenOver();',
    replace: 'its successor has not read.',
    caughtBy: { file: store, title: 'who is taken over while its write is under way does not act on the record' },
  },
  {
    name: 'no fdatasync',
    file: 'src/journal/owned-journal.ts',
    find: 'await file.datasync();',
    replace: '',
    caughtBy: {
      file: 'test/planted/caught-on-disk.test.ts',
      title: 'an append to the journal resolves only after its bytes were synced',
    },
  },
  {
    name: 'on a full disk nothing is let go of',
    file: 'src/journal/owned-journal.ts',
    find: '!isFull(error) || !(await kept.reserve.release())',
    replace: 'error',
    caughtBy: { file: reserve, title: 'a record that finds no room (ENOSPC) is written whole' },
  },
  {
    name: 'on a full disk what is there of a record is written once more',
    file: 'src/journal/owned-journal.ts',
    find: 'bytes.subarray((await file.length()) - length)',
    replace: 'bytes',
    caughtBy: { file: reserve, title: 'a record that finds no room (half) is written whole' },
  },
  {
    name: 'room is kept in name alone',
    file: 'src/journal/reserve.ts',
    find: 'await file.append(randomBytes(bytes));',
    replace: 'await file.append(randomBytes(bytes > 0 ? 1 : 0));',
    caughtBy: { file: reserve, title: 'room is kept with real blocks' },
  },
  {
    name: 'on a full disk a run goes on',
    file: 'src/engine/plan-run.ts',
    find: 'if (this.ports.journal.full) this.refuseNew(entry);',
    replace: '',
    caughtBy: { file: 'test/promises/full-disk.test.ts', title: 'is taken back' },
  },
  {
    name: 'an append resolves although its write failed',
    file: 'src/journal/group-commit.ts',
    find: 'lost === undefined ? waiting.resolve() : waiting.reject(lost)',
    replace: 'waiting.resolve()',
    caughtBy: { file: damage, title: 'after a failed write every append rejects, even when the disk has recovered' },
  },
  {
    name: 'of a line that comes in pieces the last one is read',
    file: 'src/journal/chain.ts',
    find: 'Buffer.concat([...this.begun, last])',
    replace: 'Buffer.concat([last])',
    caughtBy: { file: 'test/journal/streams.test.ts', title: 'what is read in pieces of 3 bytes' },
  },
  {
    name: 'pieces of a file are kept although they are written over',
    file: 'src/journal/chain.ts',
    find: 'this.begun.push(Buffer.from(piece.subarray(at)));',
    replace: 'this.begun.push(piece.subarray(at));',
    caughtBy: { file: 'test/journal/streams.test.ts', title: 'what is read in pieces of 64 bytes' },
  },
  {
    name: 'a torn tail is sealed as if it counted',
    file: 'src/journal/segments.ts',
    find: 'lengths[epoch] = segment.bytes;',
    replace: 'lengths[epoch] = segment.length;',
    caughtBy: { file: damage, title: 'a crash at any byte of a write keeps every whole record' },
  },
  {
    name: 'the chain of hashes is not checked',
    file: 'src/journal/chain.ts',
    find: 'hash !== undefined && hash === hashOf(previousHash, line.subarray(0, split))',
    replace: 'hash !== undefined',
    caughtBy: { file: chain, title: 'lines in another order are refused' },
  },
  {
    name: 'what is read from disk is taken for a record unseen',
    file: 'src/journal/chain.ts',
    find: 'format === undefined ? asRecord(value) :',
    replace: 'format === undefined ? { record: value as JournalRecord } :',
    caughtBy: { file: chain, title: 'what is no record is refused although its hash is right: no kind' },
  },
  {
    name: 'a journal of an older format is gone on with',
    file: 'src/journal/format.ts',
    find: 'if (of.format < journalFormat) throw',
    replace: 'if (false) throw',
    caughtBy: { file: format, title: 'is read whole, and owned by nobody who would go on with it' },
  },
  {
    name: 'the newest segment alone tells the format',
    file: 'src/journal/segments.ts',
    find: 'Math.min(format, formatOf(opening))',
    replace: 'formatOf(opening)',
    caughtBy: { file: format, title: 'writes the format of today behind it, which makes it no younger' },
  },
  {
    name: 'the next command of an older journal is one that is refused',
    file: 'src/report/next-steps.ts',
    find: 'return older ? [rollback] : [resume, rollback];',
    replace: 'return [resume, rollback];',
    caughtBy: { file: 'test/report/next-steps.test.ts', title: 'is only to roll back, if that' },
  },
  {
    name: 'what nobody could read back is written',
    file: 'src/journal/group-commit.ts',
    find: "if ('record' in read) return { json, record: read.record };",
    replace: 'if (read) return { json, record: JSON.parse(json) };',
    caughtBy: { file: conformance, title: 'on disk refuses a record that nobody could read back' },
  },
  {
    name: 'a journal that was closed is written to',
    file: 'src/journal/group-commit.ts',
    find: 'if (closing !== undefined) throw',
    replace: 'if (false) throw',
    caughtBy: { file: conformance, title: 'in memory is closed when all is written' },
  },
  {
    name: 'who loses the race for an epoch owns it too',
    file: 'src/journal/ownership.ts',
    find: 'await files.link(draft, segment);',
    replace: 'await files.link(draft, segment).catch(() => {});',
    caughtBy: { file: store, title: 'who is second to link the next segment has lost, and leaves nothing behind' },
  },
  {
    name: "the old owner's last words are not read",
    file: 'src/journal/ownership.ts',
    find: 'if (end.head === claim.head) return claim;',
    replace: 'return claim;',
    caughtBy: { file: store, title: 'what the last owner wrote until the moment its successor stood is not lost' },
  },
  {
    name: 'a living owner is taken over',
    file: 'src/journal/store.ts',
    find: "if (runner === 'alive') throw",
    replace: "if (runner === 'alive' && !takeOver) throw",
    caughtBy: { file: store, title: 'a living owner on this machine is not taken over' },
  },

  // Sending: nothing twice, nothing without its intent.
  {
    name: 'a call is sent while its intent is on the way to disk',
    file: 'src/engine/send.ts',
    find: 'await recordIntent(effect, before, refused);',
    replace: 'void recordIntent(effect, before, refused);',
    caughtBy: { file: caught, title: 'before a call goes out its intent is on disk' },
  },
  {
    name: 'the SDK retries by itself',
    file: 'src/aws/clients.ts',
    find: 'maxAttempts: 1,',
    replace: 'maxAttempts: 3,',
    caughtBy: { file: 'test/aws/clients.test.ts', title: 'a snapshot whose answer is lost (error) is sent once' },
  },
  {
    name: 'a create without a token is sent again at once',
    file: 'src/engine/effect.ts',
    find: "const waits = sent === 'answered' || definition.repeat === 'none'",
    replace: "const waits = sent === 'answered'",
    caughtBy: {
      file: caught,
      title: 'without a token and in doubt is not made again before five minutes have shown nothing',
    },
  },
  {
    name: 'a volume is created without its client token',
    file: 'src/steps/ebs/create-volume.ts',
    find: 'ClientToken: ctx.token,',
    replace: '',
    caughtBy: { file: account, title: 'what a run makes and does not show yet is not made twice' },
  },
  {
    name: 'a surplus is not discarded',
    file: 'src/engine/unwind/discard.ts',
    find: 'of phase.surplus.entries()',
    replace: 'of phase.surplus.slice(0, 0).entries()',
    caughtBy: { file: caught, title: 'what a run makes twice, because it showed too late, is discarded at the end' },
  },
  {
    name: 'duplicates that show late are not looked for',
    file: 'src/engine/unwind/discard.ts',
    find: 'await Promise.all(made.map((phase) => findLate(run, phase)));',
    replace: '',
    caughtBy: { file: caught, title: 'what a run makes twice, because it showed too late, is discarded at the end' },
  },
  {
    name: 'a send that was refused counts as one that was never answered',
    file: 'src/engine/send.ts',
    find: '...(afterRefusal && { afterRefusal }),',
    replace: '',
    caughtBy: {
      file: origin,
      title: 'what looks like a snapshot of ours to the word, made when every send had been answered',
    },
  },
  {
    name: 'of one send any number is ours',
    file: 'src/steps/ebs/origin.ts',
    find: 'if (place >= 0) open.splice(place, 1);',
    replace: '',
    caughtBy: { file: origin, title: 'of a send that was never answered the first that it can have made is ours' },
  },
  {
    name: 'what was made before the send is taken for ours',
    file: 'src/steps/ebs/origin.ts',
    find: 'at >= sentAt - driftMs && ',
    replace: '',
    caughtBy: { file: origin, title: 'what was made before anything was sent is not taken for' },
  },
  {
    name: 'what was made from something else is taken for ours',
    file: 'src/steps/ebs/origin.ts',
    find: 'one.fits && takesPlace(one)',
    replace: 'takesPlace(one)',
    caughtBy: { file: origin, title: 'what was made of something else within a send in doubt' },
  },
  {
    name: "a send is dated by the runner's clock",
    file: 'src/aws/aws-time.ts',
    find: 'this.aheadMs = at - this.clock.now();',
    replace: '',
    caughtBy: { file: origin, title: 'a runner whose clock is 1 h off finds the snapshot' },
  },
  {
    name: 'of several with one token the newest is taken',
    file: 'src/aws/sight.ts',
    find: '(timeOf(a)?.getTime() ?? 0) - (timeOf(b)?.getTime() ?? 0)',
    replace: '(timeOf(b)?.getTime() ?? 0) - (timeOf(a)?.getTime() ?? 0)',
    caughtBy: { file: sight, title: 'what a token made comes oldest first' },
  },
  {
    name: 'what does not show yet counts as discarded',
    file: 'src/engine/effect.ts',
    find: "return seen.is !== 'done' || wouldShow(this.effect, askedAt) ?",
    replace: 'return seen ?',
    caughtBy: {
      file: 'test/promises/back.test.ts',
      title: 'what a look of the past does not show yet is not taken for discarded before',
    },
  },
  {
    name: 'what is on its way out counts as back in its place',
    file: 'src/engine/unwind/confirm-restored.ts',
    find: 'const moving = unsettled.filter((id) => ours.has(id));',
    replace: 'const moving = unsettled.slice(0, 0);',
    caughtBy: { file: undone, title: 'and that hangs on its way out is not back' },
  },
  {
    name: 'what has come off again is not put back',
    file: 'src/engine/unwind/confirm-restored.ts',
    find: "if (seen.is === 'done') return false;",
    replace: 'return false;',
    caughtBy: { file: undone, title: 'does not pass for one in its place' },
  },
  {
    name: 'who puts back begins with the first',
    file: 'src/engine/unwind/confirm-restored.ts',
    find: 'keys.reverse()',
    replace: 'keys',
    caughtBy: { file: undone, title: 'wherever the run dies (record 1)' },
  },
  {
    name: 'the root comes off last',
    file: 'src/engine/unwind/happened.ts',
    find: 'held(b) - held(a) ||',
    replace: '',
    caughtBy: { file: 'test/promises/back.test.ts', title: 'nor is anything taken back from it' },
  },
  {
    name: 'the root goes out beside its neighbours',
    file: 'src/engine/walk.ts',
    find: 'const first = items.filter((item) =>',
    replace: 'const first = [].filter((item) =>',
    caughtBy: { file: 'test/promises/back.test.ts', title: 'a start that it hides ends a cut-over' },
  },
  {
    name: 'a ghost volume is adopted',
    file: 'src/engine/effect.ts',
    find: "return { done: { is: this.everSeen ? 'vanished' : 'absent' } };",
    replace:
      "return { done: this.known ? { is: 'done', output: this.known } : { is: this.everSeen ? 'vanished' : 'absent' } };",
    caughtBy: {
      file: 'test/steps/shipped-plans.test.ts',
      title: 'a key that EC2 may not use ends before the originals are touched',
    },
  },
  {
    name: 'what this run did not make is discarded',
    file: 'src/engine/prove.ts',
    find: 'if (!made) throw',
    replace: 'if (!made) return undefined; if (!made) throw',
    caughtBy: { file: caught, title: 'what a run makes is all that it discards, whatever the plan says' },
  },
  {
    name: 'a second outcome is folded over the first',
    file: 'src/engine/state/legal.ts',
    find: 'if (!allowed.includes(status)) return',
    replace: 'if (!status) return',
    caughtBy: { file: 'test/engine/state/fold.test.ts', title: 'a second outcome' },
  },
  {
    name: 'the next command is named without the profile of the last one',
    file: 'src/report/next-steps.ts',
    find: "command === 'status' || profile === undefined ? []",
    replace: 'command.length > 0 || profile === undefined ? []',
    caughtBy: { file: 'test/report/next-steps.test.ts', title: 'is given as who gave the last one' },
  },
  {
    name: 'a rollback that was asked for is said to wait at a gate',
    file: 'src/report/plan-status.ts',
    find: 'state.finished !== undefined || state.rollbackAsked !== undefined ||',
    replace: 'state.finished !== undefined ||',
    caughtBy: {
      file: 'test/promises/rollback.test.ts',
      title: 'of one that was asked for in the hold of ec2-instance',
    },
  },
];
