import { rdsBugs } from './rds-bugs.ts';

/** A bug, as a change of one fragment of the source, and the test that has to fail because of it. */
export interface PlantedBug {
  readonly name: string;
  readonly file: string;
  /** Occurs exactly once in the file. Short, so that it survives a change of the lines around it. */
  readonly find: string;
  readonly replace: string;
  /** `title`: a part of the full name (suite and test) that only this test has. */
  readonly caughtBy: { readonly file: string; readonly title: string };
}

const caught = 'test/planted/caught.test.ts';
const account = 'test/planted/caught-in-an-account.test.ts';
const engine = 'test/engine/engine.test.ts';
const store = 'test/engine/journal/store.test.ts';
const damage = 'test/engine/journal/damage.test.ts';
const chain = 'test/engine/journal/chain.test.ts';
const verify = 'test/steps/verify.test.ts';
const shipped = 'test/plans/shipped.test.ts';
const outage = 'test/aws/outage.test.ts';
const hub = 'test/aws/settle-hub.test.ts';
const sight = 'test/aws/sight.test.ts';
const seeds = 'test/sweep/seeds.test.ts';

/** What could go wrong in this program and cost data, sleep or money. Planted one at a time. */
export const bugs: readonly PlantedBug[] = [
  // The journal: what was promised is on disk, and one owner writes it.
  {
    name: 'the fence is not looked at',
    file: 'src/engine/journal/owned.ts',
    find: 'if (await files.exists(next)) throw',
    replace: 'if (false) throw',
    caughtBy: { file: store, title: 'who has been taken over writes nothing more, and says so for good' },
  },
  {
    name: 'the fence is looked at before a write only',
    file: 'src/engine/journal/owned.ts',
    find: 'its successor has not read.\n      await refuseIfTakenOver();',
    replace: 'its successor has not read.',
    caughtBy: { file: store, title: 'who is taken over while its write is under way does not act on the record' },
  },
  {
    name: 'no fdatasync',
    file: 'src/engine/journal/owned.ts',
    find: 'await file.datasync();',
    replace: '',
    caughtBy: {
      file: 'test/planted/caught-on-disk.test.ts',
      title: 'an append to the journal resolves only after its bytes were synced',
    },
  },
  {
    name: 'an append resolves although its write failed',
    file: 'src/engine/journal/group-commit.ts',
    find: 'lost === undefined ? waiting.resolve() : waiting.reject(lost)',
    replace: 'waiting.resolve()',
    caughtBy: { file: damage, title: 'after a failed write every append rejects, even when the disk has recovered' },
  },
  {
    name: 'a torn tail is sealed as if it counted',
    file: 'src/engine/journal/segments.ts',
    find: 'lengths[epoch] = found.bytes;',
    replace: 'lengths[epoch] = content.length;',
    caughtBy: { file: damage, title: 'a crash at any byte of a write keeps every whole record' },
  },
  {
    name: 'the chain of hashes is not checked',
    file: 'src/engine/journal/chain.ts',
    find: 'hash !== undefined && hash === hashOf(previousHash, line.subarray(0, split))',
    replace: 'hash !== undefined',
    caughtBy: { file: chain, title: 'lines in another order are refused' },
  },
  {
    name: 'who loses the race for an epoch owns it too',
    file: 'src/engine/journal/claim.ts',
    find: 'await files.link(draft, segment);',
    replace: 'await files.link(draft, segment).catch(() => {});',
    caughtBy: { file: store, title: 'who is second to link the next segment has lost, and leaves nothing behind' },
  },
  {
    name: "the old owner's last words are not read",
    file: 'src/engine/journal/claim.ts',
    find: 'if (end.head === claim.head) return claim;',
    replace: 'return claim;',
    caughtBy: { file: store, title: 'what the last owner wrote until the moment its successor stood is not lost' },
  },
  {
    name: 'a living owner is taken over',
    file: 'src/engine/journal/store.ts',
    find: "if (runner === 'alive') throw",
    replace: "if (runner === 'alive' && !takeOver) throw",
    caughtBy: { file: store, title: 'a living owner on this machine is not taken over' },
  },

  // Sending: nothing twice, nothing without its intent.
  {
    name: 'a call is sent while its intent is on the way to disk',
    file: 'src/engine/perform.ts',
    find: 'await this.record(before);',
    replace: 'void this.record(before);',
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
    file: 'src/engine/perform.ts',
    find: "const patienceMs = sent === 'answered' || definition.repeat === 'none' ?",
    replace: "const patienceMs = sent === 'answered' ?",
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
    file: 'src/engine/unwind.ts',
    find: 'of phase.surplus.entries()',
    replace: 'of phase.surplus.slice(0, 0).entries()',
    caughtBy: { file: caught, title: 'what a run makes twice, because it showed too late, is discarded at the end' },
  },
  {
    name: 'duplicates that show late are not looked for',
    file: 'src/engine/unwind.ts',
    find: 'await Promise.all(made.map((phase) => findLate(run, phase)));',
    replace: '',
    caughtBy: { file: caught, title: 'what a run makes twice, because it showed too late, is discarded at the end' },
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
    file: 'src/engine/perform.ts',
    find: "if (seen.is !== 'done' || askedAt >= this.shownFrom()) return seen;",
    replace: 'return seen;',
    caughtBy: {
      file: 'test/promises/back.test.ts',
      title: 'what a look of the past does not show yet is not taken for discarded before',
    },
  },
  {
    name: 'what is on its way out counts as back in its place',
    file: 'src/engine/in-place.ts',
    find: "const inPlace = standing === 'originals' && unsettled.length === 0;",
    replace: "const inPlace = standing === 'originals';",
    caughtBy: { file: 'test/promises/back.test.ts', title: 'a detach that AWS is still busy with' },
  },
  {
    name: 'what has come off again is not put back',
    file: 'src/engine/in-place.ts',
    find: 'for (const one of takenBack) await takeBackAgain(run, guard, one);',
    replace: '',
    caughtBy: { file: 'test/promises/back.test.ts', title: 'a detach that AWS is still busy with' },
  },
  {
    name: 'the root comes off last',
    file: 'src/engine/unwind.ts',
    find: 'held(b) - held(a) ||',
    replace: '',
    caughtBy: { file: 'test/promises/back.test.ts', title: 'a start that it hides takes nothing' },
  },
  {
    name: 'the root goes out beside its neighbours',
    file: 'src/engine/walk.ts',
    find: 'const first = items.filter((item) =>',
    replace: 'const first = [].filter((item) =>',
    caughtBy: { file: 'test/promises/back.test.ts', title: 'nor what a cut-over takes' },
  },
  {
    name: 'a ghost volume is adopted',
    file: 'src/engine/perform.ts',
    find: "askedAt - since >= patienceMs) return { done: { is: 'absent' } };",
    replace:
      "askedAt - since >= patienceMs) return { done: this.known ? { is: 'done', output: this.known } : { is: 'absent' } };",
    caughtBy: {
      file: 'test/steps/shipped-plans.test.ts',
      title: 'a key that EC2 may not use ends before the originals are touched',
    },
  },
  {
    name: 'what this run did not make is discarded',
    file: 'src/engine/perform.ts',
    find: 'if (id === undefined || !madeByThisRun(run, id)) {',
    replace: 'if (id === undefined) {',
    caughtBy: { file: caught, title: 'what a run makes is all that it discards, whatever the plan says' },
  },

  // Deleting: never without a verdict, and a proof at that moment.
  {
    name: 'the status of a verdict is ignored before a delete',
    file: 'src/engine/perform.ts',
    find: 'badFindings([verdict])',
    replace: '[]',
    caughtBy: { file: caught, title: 'a verdict that is not SUCCESSFUL deletes nothing, though the proof holds' },
  },
  {
    name: 'a FAILED verdict does not stop the plan',
    file: 'src/engine/perform.ts',
    find: "if (findings.length) throw new PlanStopped(problem('verification-failed'",
    replace: "if (!definition) throw new PlanStopped(problem('verification-failed'",
    caughtBy: { file: caught, title: 'a verdict that is FAILED before the start brings the original back' },
  },
  {
    name: 'the proof is not retaken before a delete',
    file: 'src/engine/perform.ts',
    find: 'await ask(run.ports, this.title,',
    replace: 'await (async () => [])(run.ports, this.title,',
    caughtBy: { file: engine, title: 'who put the original back are noticed by the proof, and nothing is deleted' },
  },
  {
    name: 'the proof does not ask how the key is',
    file: 'src/steps/ebs/delete-volume.ts',
    find: "if (keyState !== 'Enabled')",
    replace: 'if (false)',
    caughtBy: { file: verify, title: 'the proof right before a delete does not hold with a key that was disabled' },
  },
  {
    name: 'the proof does not see the original put back',
    file: 'src/steps/ebs/delete-volume.ts',
    find: 'of attachments(original)',
    replace: 'of attachments(undefined)',
    caughtBy: { file: verify, title: 'the proof right before a delete does not hold with the original put back' },
  },
  {
    name: 'a later success heals an earlier failure',
    file: 'src/contract/verdict.ts',
    find: "if (a === 'FAILED' || b === 'FAILED')",
    replace: "if (b === 'FAILED')",
    caughtBy: { file: verify, title: 'the verdict after the start never heals an earlier failure' },
  },
  {
    name: 'a snapshot from before the stop is accepted',
    file: 'src/steps/ebs/verify-volume.ts',
    find: 'snapshot.after?.instance !== stop.instance || snapshot.after.launchTime !== stop.launchTime',
    replace: 'snapshot.id === undefined',
    caughtBy: { file: verify, title: 'a warm-up snapshot does not count as the final one' },
  },
  {
    name: 'a start after the snapshot is not seen',
    file: 'src/steps/ebs/verify-volume.ts',
    find: 'if (iso(launchTime) !== stop.launchTime && !since)',
    replace: 'if (false)',
    caughtBy: { file: verify, title: 'the verdict before the write point a start in between' },
  },
  {
    name: 'both copies of a volume may be attached',
    file: 'src/steps/ebs/verify-volume.ts',
    find: 'of attachments(original)',
    replace: 'of attachments(undefined)',
    caughtBy: { file: verify, title: 'the verdict before the write point the original back in place' },
  },

  // The cut-over: the target is looked at, the write point holds.
  {
    name: 'a start by somebody else goes unnoticed',
    file: 'src/engine/guard.ts',
    find: "begun ? ['shape', 'life'] : ['shape']",
    replace: "['shape']",
    caughtBy: { file: engine, title: 'who start the box just before create, on its originals' },
  },
  {
    name: 'what was written on a mixture is unwound',
    file: 'src/engine/guard.ts',
    find: 'if (replaced && (running || lived)) {',
    replace: 'if (replaced && !running && !lived) {',
    caughtBy: {
      file: caught,
      title: 'who ran the box with half its disks and stopped it again are told so, and nothing is touched',
    },
  },
  {
    name: 'a start on all replacements is taken for drift',
    file: 'src/engine/guard.ts',
    find: "if (pairs.length && standing === 'replacements'",
    replace: "if (!pairs && standing === 'replacements'",
    caughtBy: { file: engine, title: 'who start it on all replacements have passed the write point' },
  },
  {
    name: 'a mixture is started',
    file: 'src/engine/guard.ts',
    find: "undo ? sighting.standing === 'originals'",
    replace: 'undo ? true',
    caughtBy: { file: caught, title: 'an unwinding starts nothing on a mixture that somebody has made' },
  },
  {
    name: 'a replacement is taken from a running box',
    file: 'src/engine/guard.ts',
    find: 'sighting.on.includes(pair.replacement)',
    replace: "sighting.on.includes('nothing')",
    caughtBy: { file: caught, title: 'an unwinding takes no replacement from a box that somebody has started on it' },
  },
  {
    name: 'the write point is never recorded',
    file: 'src/engine/perform.ts',
    find: 'opens && run.state.writePoint === undefined',
    replace: 'opens && run.state.writePoint !== undefined',
    caughtBy: { file: engine, title: 'a rollback at the hold without the typed word refuses' },
  },
  {
    name: 'a failure after the write point reverts',
    file: 'src/engine/walk.ts',
    find: 'if (run.state.writePoint !== undefined && (complete || !(await neverServed(run, guard)))) return;\n  const begun = cutOverBegunAt(registry, run.state) !== undefined;\n  if (begun && (await guard.runsOnReplacements())) return;',
    replace: 'const begun = cutOverBegunAt(registry, run.state) !== undefined;',
    caughtBy: {
      file: engine,
      title: 'of the delete leaves the target serving on its replacements, and goes forward on resume',
    },
  },
  {
    name: 'what failed in doubt is tried anew beside itself',
    file: 'src/engine/walk.ts',
    find: 'if (mayHaveHappened(registry, phase)) await',
    replace: 'if (phase.kept) await',
    caughtBy: {
      file: 'test/promises/interrupted.test.ts',
      title: 'dies right after an attachment failed in doubt',
    },
  },
  {
    name: 'a replacement that stands still again counts as one that never ran',
    file: 'src/engine/walk.ts',
    find: ' || run.state.writePoint?.key === null) return false;',
    replace: ') return false;',
    caughtBy: { file: seeds, title: 'seed 2201623' },
  },
  {
    name: 'a rollback past the write point needs no typed word',
    file: 'src/engine/walk.ts',
    find: 'if (since !== undefined && !discardWrites) {',
    replace: 'if (since === 0) {',
    caughtBy: { file: engine, title: 'a rollback at the hold without the typed word refuses' },
  },
  {
    name: 'a rollback past the write point deletes the replacements',
    file: 'src/engine/unwind.ts',
    find: 'if (pair && pastWritePoint) await keep',
    replace: 'if (pair && !pastWritePoint) await keep',
    caughtBy: { file: engine, title: 'with the typed word puts the originals back, keeps the replacements' },
  },
  {
    name: 'the generation is kept after an unwinding',
    file: 'src/engine/unwind.ts',
    find: 'await retireAll(run, because, rollback);',
    replace: '',
    caughtBy: {
      file: engine,
      title: 'of create for good brings the original back to service, and a later resume ends done',
    },
  },
  {
    name: 'an unwinding goes first to last',
    file: 'src/engine/unwind.ts',
    find: 'at(b) - at(a)',
    replace: 'at(a) - at(b)',
    caughtBy: { file: engine, title: 'of verify for good brings the original back to service' },
  },
  {
    name: 'what an unwinding could not set back is forgotten',
    file: 'src/engine/walk.ts',
    find: 'await setBackOwed(run, guard);',
    replace: '{}',
    caughtBy: {
      file: 'test/promises/rds-cluster-back.test.ts',
      title: 'is made by the resume before anything is read again, and moves with the cluster',
    },
  },
  {
    name: 'an unwinding discards before the original serves',
    file: 'src/engine/unwind.ts',
    find: 'await takeBack(run, guard, one, because);',
    replace:
      '{ for (const each of happened)' +
      " if (each.phase.uses.includes('snapshot') && !isWarmUp(run, each.phase)) await discard(run, guard, each);" +
      ' await takeBack(run, guard, one, because); }',
    caughtBy: { file: caught, title: 'an unwinding puts the original back into service before it discards anything' },
  },
  {
    name: 'an undo that failed once is never tried again',
    file: 'src/engine/perform.ts',
    find: "if (done?.is === 'failed' && !again)",
    replace: "if (done?.is === 'failed')",
    caughtBy: { file: caught, title: 'an unwinding that was refused once is tried again by the next resume' },
  },
  {
    name: 'a start that AWS took back passes for one that ran',
    file: 'src/steps/ec2/start-instance.ts',
    find: 'if (neverRanCodes.test(code)',
    replace: "if (code === 'never'",
    caughtBy: { file: 'test/steps/start-instance.test.ts', title: 'a start that fell back for a key was never run' },
  },

  // Claims, windows, holds.
  {
    name: 'the claim of another run is ignored',
    file: 'src/engine/guard.ts',
    find: 'if (foreign.length) throw',
    replace: 'if (false) throw',
    caughtBy: { file: engine, title: 'whose claim stands on the target make the run refuse with exit 5' },
  },
  {
    name: 'the claim is not read back',
    file: 'src/engine/walk.ts',
    find: 'input: { resources } });\n  await guard.look();',
    replace: 'input: { resources } });',
    caughtBy: { file: caught, title: 'the claim is read back: two runs that claim at once do not both go on' },
  },
  {
    name: 'the claim is not released at the end',
    file: 'src/engine/walk.ts',
    find: 'await discardLeftovers(run, guard);\n  await release(run, guard);',
    replace: 'await discardLeftovers(run, guard);',
    caughtBy: { file: engine, title: 'a run without accidents ends done' },
  },
  {
    name: 'the window is not looked at before the first disruptive effect',
    file: 'src/engine/guard.ts',
    find: 'await this.allowed(key, begun)',
    replace: 'await this.allowed(key, true)',
    caughtBy: { file: caught, title: 'no cut-over begins at 0 h, even when no gate stands before it' },
  },
  {
    name: 'the cutoff of the window is ignored',
    file: 'src/engine/gates.ts',
    find: 'window.durationMs - window.cutoffMs',
    replace: 'window.durationMs',
    caughtBy: { file: caught, title: 'no cut-over begins at 4.6 h, even when no gate stands before it' },
  },
  {
    name: 'a hold begins anew with each resume',
    file: 'src/engine/gates.ts',
    find: 'known?.until ?? run.ports.clock.now() + step.forMs',
    replace: 'run.ports.clock.now() + step.forMs',
    caughtBy: { file: engine, title: 'pauses at the hold with exit 3' },
  },
  {
    name: 'a hold is not waited for',
    file: 'src/engine/gates.ts',
    find: "if (run.ports.clock.now() < until) await wait(run, step.id, 'hold', until);",
    replace: '',
    caughtBy: { file: engine, title: 'pauses at the hold with exit 3' },
  },

  // What an error means.
  {
    name: 'an unknown error is retried',
    file: 'src/aws/outage.ts',
    find: "status < 400 ? 'in-doubt' : 'permanent'",
    replace: "status < 400 ? 'in-doubt' : 'retry'",
    caughtBy: { file: outage, title: 'permanent: UnauthorizedOperation' },
  },
  {
    name: 'throttling is permanent',
    file: 'src/aws/outage.ts',
    find: "permanent: ['LimitExceededException'],",
    replace: "permanent: ['LimitExceededException', 'RequestLimitExceeded'],",
    caughtBy: { file: outage, title: 'throttling is retried although it comes as a 503' },
  },
  {
    name: 'a connection that broke is permanent',
    file: 'src/aws/outage.ts',
    find: "if (has(severed)) return 'in-doubt';",
    replace: "if (has(severed)) return 'permanent';",
    caughtBy: { file: 'test/sweep/failure.test.ts', title: 'no answer at all, before or after AttachVolume' },
  },
  {
    name: 'expired credentials unwind',
    file: 'src/engine/perform.ts',
    find: "if (outage.class === 'stop-run') throw stopRun(outage);",
    replace: "if (outage.class === 'stop-run') return { reason: told(outage) };",
    caughtBy: { file: engine, title: 'of the credentials in the middle of the cut-over undoes nothing' },
  },

  // What a replacement takes over.
  {
    name: 'tags of AWS are carried',
    file: 'src/aws/tags.ts',
    find: "!key.startsWith('aws:') && ",
    replace: '',
    caughtBy: { file: 'test/aws/tags.test.ts', title: 'neither the tags of AWS nor ours are carried' },
  },
  {
    name: 'IOPS are not carried',
    file: 'src/steps/ebs/create-volume.ts',
    find: '...(attributes.iops !== undefined && { Iops: attributes.iops }),',
    replace: '',
    caughtBy: { file: shipped, title: 'moves every volume of a running instance' },
  },
  {
    name: 'IOPS are not compared',
    file: 'src/steps/ebs/comparison.ts',
    find: "if (attributes.iops !== undefined) equal('IOPS', attributes.iops, volume.Iops);",
    replace: '',
    caughtBy: { file: verify, title: 'the verdict before the write point IOPS' },
  },
  {
    name: 'auto-enable-IO is forgotten',
    file: 'src/steps/ebs/set-auto-enable-io.ts',
    find: 'if (attributes.autoEnableIO !== true) return',
    replace: 'if (volume) return',
    caughtBy: { file: shipped, title: 'moves every volume of a running instance' },
  },
  {
    name: 'DeleteOnTermination is forgotten',
    file: 'src/steps/ebs/set-delete-on-termination.ts',
    find: 'const is = (mapped.DeleteOnTermination ?? false) === place.deleteOnTermination;',
    replace: 'const is = true;',
    caughtBy: { file: shipped, title: 'moves every volume of a running instance' },
  },
  {
    name: 'the root is attached last',
    file: 'src/steps/ec2/read-instance.ts',
    find: 'Number(b.root) - Number(a.root)',
    replace: 'Number(a.root) - Number(b.root)',
    caughtBy: { file: shipped, title: 'attaches root first and then the others in their order' },
  },

  // Asking and waiting.
  {
    name: 'what was aborted is asked about all the same',
    file: 'src/aws/settle-hub.ts',
    find: "const abort = () => this.#end(() => resolve('aborted'));",
    replace: "const abort = () => resolve('aborted');",
    caughtBy: { file: hub, title: 'what is aborted is not asked again, and resolves at once' },
  },
  {
    name: 'who comes later is forgotten',
    file: 'src/aws/settle-hub.ts',
    find: 'this.#waiters.add(waiter);',
    replace: 'if (!this.#begun) this.#waiters.add(waiter);',
    caughtBy: { file: hub, title: 'what is about to be due comes along with what is due' },
  },
  {
    name: 'volumes are asked for by a list of ids',
    file: 'src/aws/sight.ts',
    find: 'await ec2.describeVolumes({\n      Filters: [filter],\n      MaxResults: thingsPerPage,',
    replace:
      "await ec2.describeVolumes({\n      ...(filter.Name === 'volume-id' ? { VolumeIds: filter.Values } : { Filters: [filter], MaxResults: thingsPerPage }),",
    caughtBy: { file: shipped, title: 'moves an unattached volume, byte for byte, and leaves nothing behind' },
  },

  // What the operator is told.
  {
    name: 'what was announced is lost',
    file: 'src/engine/ports.ts',
    find: 'if (known) return;',
    replace: 'if (!known) return;',
    caughtBy: { file: account, title: 'the operator finds what had to be said in the journal' },
  },
  {
    name: 'a pause outranks a failed verification',
    file: 'src/engine/outcome.ts',
    find: '[130, 4, 6, 1, 5, 2, 3]',
    replace: '[130, 3, 6, 1, 5, 2, 4]',
    caughtBy: { file: caught, title: 'the operator gets of several plans the worst exit code' },
  },

  // Databases.
  ...rdsBugs,
];
