import type { PlantedBug } from './planted-bug.ts';

const caught = 'test/planted/caught.test.ts';
const proof = 'test/promises/proof.test.ts';
const engine = 'test/engine/engine.test.ts';
const verify = 'test/steps/verify.test.ts';
const hangingStop = 'test/promises/hanging-stop.test.ts';
const turnedRound = 'test/promises/turned-round.test.ts';
const keysFirst = 'test/promises/keys-before-the-halt.test.ts';
const downForWantOf = 'test/promises/down-for-want-of.test.ts';
const rdsFence = 'test/promises/rds-fence.test.ts';

/** What could go wrong around the target: deleted without a proof, started on a mixture, taken from its owner. */
export const cutOverBugs: readonly PlantedBug[] = [
  {
    name: 'what nobody expected ends the whole run',
    file: 'src/engine/stops.ts',
    find: "return known ? error : new PlanStopped(problem('unexpected', { text: String(error) }, error));",
    replace: 'if (known) return error;\n  throw error;',
    caughtBy: { file: 'test/promises/unexpected.test.ts', title: 'ebs.create-volume' },
  },
  {
    name: 'a command that can not be started is thrown',
    file: 'src/steps/control/command.ts',
    find: 'return error instanceof Error ? error : new Error(String(error));',
    replace: 'throw error;',
    caughtBy: { file: 'test/steps/exec.test.ts', title: 'a command that can not be started is told' },
  },
  {
    name: 'a rollback leaves an unwinding what it is',
    file: 'src/engine/unwind/rollback.ts',
    find: 'unwinding?.over === false && unwinding.stop',
    replace: 'unwinding?.over === false && !unwinding',
    caughtBy: {
      file: 'test/promises/rollback.test.ts',
      title: 'a rollback that takes over an unwinding and is interrupted',
    },
  },
  {
    name: 'a rollback that is taken up again stops what it has brought back',
    file: 'src/engine/unwind/unwind.ts',
    find: ' && !isBack(run, takenBack)',
    replace: '',
    caughtBy: {
      file: 'test/promises/rollback.test.ts',
      title: "a typed rollback of 'ec2-instance' that dies 'while it retires its steps'",
    },
  },
  // Deleting: never without a verdict, and a proof at that moment.
  {
    name: 'the status of a verdict is ignored before a delete',
    file: 'src/engine/prove.ts',
    find: 'badFindings([verdict])',
    replace: '[]',
    caughtBy: { file: caught, title: 'a verdict that is not SUCCESSFUL deletes nothing, though the proof holds' },
  },
  {
    name: 'a FAILED verdict does not stop the plan',
    file: 'src/engine/verify.ts',
    find: "if (findings.length) throw new PlanStopped(problem('verification-failed'",
    replace: "if (!definition) throw new PlanStopped(problem('verification-failed'",
    caughtBy: { file: caught, title: 'a verdict that is FAILED before the start brings the original back' },
  },
  {
    name: 'the proof is not retaken before a delete',
    file: 'src/engine/prove.ts',
    find: 'await retryRead(run.ports, title, () => definition.prove(run.context(act.key), input))',
    replace: '({ findings: [], stale: false })',
    caughtBy: { file: engine, title: 'who put the original back are noticed by the proof, and nothing is deleted' },
  },
  {
    name: 'the proof does not ask how the key is',
    file: 'src/steps/ebs/stand-in.ts',
    find: "if (keyState !== 'Enabled')",
    replace: 'if (false)',
    caughtBy: { file: verify, title: 'the proof right before a delete nor with a key that was disabled' },
  },
  {
    name: 'the proof does not see the original put back',
    file: 'src/steps/ebs/delete-volume.ts',
    find: 'of attachments(original)',
    replace: 'of attachments(undefined)',
    caughtBy: { file: verify, title: 'the proof right before a delete does not hold with the original put back' },
  },
  {
    name: 'the proof does not ask what has judged the pair again',
    file: 'src/engine/prove.ts',
    find: 'return both(own, stands);',
    replace: 'return both(own, stands && undefined);',
    caughtBy: { file: proof, title: 'ebs-volume: a replacement that AWS calls impaired keeps its original' },
  },
  {
    name: 'the proof does not ask the status checks again',
    file: 'src/steps/ec2/verify-instance.ts',
    find: 'still: { pair: stillStandsIn, all: stillServes }',
    replace: 'still: { pair: stillStandsIn }',
    caughtBy: {
      file: proof,
      title: 'a box that fails its instance status check at the end of the hold keeps its originals',
    },
  },
  {
    name: 'the attached-EBS check is passed over',
    file: 'src/steps/ec2/verify-instance.ts',
    find: "found.AttachedEbsStatus?.Status ?? 'not-applicable'",
    replace: "'not-applicable'",
    caughtBy: { file: proof, title: 'a box that fails its attached EBS status check' },
  },
  {
    name: 'blocks that still come are not waited for',
    file: 'src/engine/proof.ts',
    find: 'if (!pending || findings.length > 0)',
    replace: 'if (proof)',
    caughtBy: { file: proof, title: 'ec2-instance: originals and snapshots go when all blocks have come' },
  },
  {
    name: 'a snapshot goes while a replacement that is kept loads from it',
    file: 'src/steps/ebs/discard-snapshot.ts',
    find: 'pending: waits?.pending',
    replace: 'pending: undefined',
    caughtBy: { file: proof, title: 'a typed rollback keeps the replacement that may hold writes' },
  },
  {
    name: 'a discard asks for no proof that the data is elsewhere',
    file: 'src/engine/prove.ts',
    find: 'if (!copied || own.findings',
    replace: 'if (own || own.findings',
    caughtBy: { file: proof, title: 'ebs-volume: a cleaner deletes both unattached volumes in the hold' },
  },
  {
    name: 'what is kept for the last copy counts as discarded',
    file: 'src/report/plan-status.ts',
    find: "member(phase.end.output, 'kept') !== true",
    replace: 'phase.end',
    caughtBy: { file: proof, title: 'ebs-volume: a cleaner deletes both unattached volumes in the hold' },
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
    file: 'src/engine/target/drift.ts',
    find: "begun ? ['shape', 'life'] : ['shape']",
    replace: "['shape']",
    caughtBy: { file: engine, title: 'who start the box just before create, on its originals' },
  },
  {
    name: 'what was written on a mixture is unwound',
    file: 'src/engine/target/drift.ts',
    find: 'if (holdsReplacement(pairs, on) && served)',
    replace: 'if (holdsReplacement(pairs, on) && !served)',
    caughtBy: {
      file: caught,
      title: 'who ran the box with half its disks and stopped it again are told so, and nothing is touched',
    },
  },
  {
    name: 'a start on all replacements is taken for drift',
    file: 'src/engine/target/drift.ts',
    find: "if (pairs.length && activeSide === 'replacements'",
    replace: "if (!pairs && activeSide === 'replacements'",
    caughtBy: { file: engine, title: 'who start it on all replacements have passed the write point' },
  },
  {
    name: 'a mixture is started',
    file: 'src/engine/target/drift.ts',
    find: "undo ? seen.activeSide === 'originals'",
    replace: 'undo ? true',
    caughtBy: { file: caught, title: 'an unwinding starts nothing on a mixture that somebody has made' },
  },
  {
    name: 'a replacement is taken from a running box',
    file: 'src/engine/target/drift.ts',
    find: 'holdsReplacement(pairs, seen.on)',
    replace: 'holdsReplacement([], seen.on)',
    caughtBy: { file: caught, title: 'an unwinding takes no replacement from a box that somebody has started on it' },
  },
  {
    name: 'the write point is never recorded',
    file: 'src/engine/send.ts',
    find: 'opens && run.state.writePoint === undefined',
    replace: 'opens && run.state.writePoint !== undefined',
    caughtBy: { file: engine, title: 'a rollback at the hold without the typed word refuses' },
  },
  {
    name: 'a failure after the write point reverts',
    file: 'src/engine/unwind/on-stop.ts',
    find: "if (run.state.writePoint !== undefined && (complete || !(await neverServed(run, guard)))) return 'over';\n  const begun = cutOverBegunAt(registry, run.state) !== undefined;\n  if (begun && (await guard.runsOnReplacements())) return 'over';",
    replace: 'const begun = cutOverBegunAt(registry, run.state) !== undefined;',
    caughtBy: {
      file: engine,
      title: 'of the delete leaves the target serving on its replacements, and goes forward on resume',
    },
  },
  {
    name: 'what failed in doubt is tried anew beside itself',
    file: 'src/engine/retry-failed.ts',
    find: 'if (mayHaveHappened(registry, phase)) await',
    replace: 'if (phase.kept) await',
    caughtBy: {
      file: 'test/promises/interrupted.test.ts',
      title: 'dies right after an attachment failed in doubt',
    },
  },
  {
    name: 'a replacement that stands still again counts as one that never ran',
    file: 'src/engine/unwind/on-stop.ts',
    find: ' || run.state.writePoint?.key === null) return false;',
    replace: ') return false;',
    caughtBy: { file: rdsFence, title: 'has let clients write to the replacement that took the name' },
  },
  {
    name: 'a rollback past the write point needs no typed word',
    file: 'src/engine/unwind/rollback.ts',
    find: 'if (since !== undefined && !discardWrites) {',
    replace: 'if (since === 0) {',
    caughtBy: { file: engine, title: 'a rollback at the hold without the typed word refuses' },
  },
  {
    name: 'a rollback past the write point deletes the replacements',
    file: 'src/engine/unwind/discard.ts',
    find: 'if (pair && pastWritePoint) return',
    replace: 'if (pair && !pastWritePoint) return',
    caughtBy: { file: engine, title: 'with the typed word puts the originals back, keeps the replacements' },
  },
  {
    name: 'the generation is kept after an unwinding',
    file: 'src/engine/unwind/unwind.ts',
    find: 'await retireAll(run, outset.because, rollback);',
    replace: '',
    caughtBy: {
      file: engine,
      title: 'of create for good brings the original back to service, and a later resume ends done',
    },
  },
  {
    name: 'an unwinding goes first to last',
    file: 'src/engine/unwind/happened.ts',
    find: 'at(b) - at(a)',
    replace: 'at(a) - at(b)',
    caughtBy: { file: engine, title: 'of verify for good brings the original back to service' },
  },
  {
    name: 'what an unwinding could not set back is forgotten',
    file: 'src/engine/walk.ts',
    find: 'await retryPendingUndo(run, guard);',
    replace: '{}',
    caughtBy: {
      file: 'test/promises/rds-cluster-back.test.ts',
      title: 'is made by the resume before anything is read again, and moves with the cluster',
    },
  },
  {
    name: 'an unwinding discards before the original serves',
    file: 'src/engine/unwind/unwind.ts',
    find: 'await takeBack(run, guard, one, because);',
    replace:
      '{ for (const each of happened)' +
      " if (each.phase.uses.includes('snapshot') && !isWarmUp(run, each.phase))" +
      ' await discardOrKeep(run, guard, each, { gone: [], pastWritePoint: false });' +
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
    find: 'if (!ours || !neverRanCodes.test(code))',
    replace: 'if (!ours || code !== "never")',
    caughtBy: { file: 'test/steps/start-instance.test.ts', title: 'at the time when AWS accepted ours, was never run' },
  },
  {
    name: 'a launch that failed passes for ours, whenever it was',
    file: 'src/steps/ec2/start-instance.ts',
    find: 'Math.abs(launchTime - at) < sameLaunchMs',
    replace: 'at > 0',
    caughtBy: { file: 'test/promises/start-fell-back-unseen.test.ts', title: 'a laptop sleeps after the start' },
  },
  {
    name: 'an answer of the past counts',
    file: 'src/aws/sightings.ts',
    find: 'if (askedAt < since + unseenMs) return false;',
    replace: 'if (askedAt < since) return false;',
    caughtBy: { file: 'test/aws/sightings.test.ts', title: 'an answer below what was seen is one of the past' },
  },
  {
    name: 'what was attached a moment ago and does not show has left',
    file: 'src/aws/sightings.ts',
    find: 'if (isYoung(mark, askedAt)) believed = false;',
    replace: 'if (isYoung(mark, askedAt - unseenMs)) believed = false;',
    caughtBy: { file: 'test/promises/look-of-the-past.test.ts', title: 'at DeleteOnTermination, right after' },
  },
  {
    name: 'a process that has lost its run sends what it has signed',
    file: 'src/aws/clients.ts',
    find: "if (!isReading(context.commandName ?? '')) await beforeSend();",
    replace: '',
    caughtBy: { file: 'test/aws/fence.test.ts', title: 'keeps what it has signed' },
  },
  {
    name: 'who takes over from a silent runner does not wait for what that one may have sent',
    file: 'src/engine/target/guard.ts',
    find: 'if (run.takenOverAt === undefined ||',
    replace: 'if (run.takenOverAt !== 0 ||',
    caughtBy: { file: 'test/promises/taken-over.test.ts', title: 'can not arrive any more' },
  },
  {
    name: 'a call that is sent again makes the target down from then on',
    file: 'src/engine/state/fold.ts',
    find: 'phase.firstSentAt ??= at;',
    replace: 'phase.firstSentAt = at;',
    caughtBy: { file: 'test/engine/state/cut-over.test.ts', title: 'however often that is sent again' },
  },
  {
    name: 'the next process forgets what was seen',
    file: 'src/engine/plan-run.ts',
    find: 'ports.aws, this.state.sightings)',
    replace: 'ports.aws, null)',
    caughtBy: {
      file: 'test/promises/look-of-the-past.test.ts',
      title: 'to a process that has not seen the swap itself',
    },
  },
  {
    name: 'a look decides that nothing has to be stopped',
    file: 'src/steps/ec2/stop-instance.ts',
    find: '  ordered: true,',
    replace: '',
    caughtBy: { file: 'test/promises/look-of-the-past.test.ts', title: 'is what AWS answers to the stop' },
  },
  {
    name: 'what the target was seen to run on is forgotten',
    file: 'src/engine/target/observe.ts',
    find: 'if (!ids.length ||',
    replace: 'if (ids.length >= 0 ||',
    caughtBy: { file: 'test/promises/mixture-written.test.ts', title: 'by hand (rollback)' },
  },

  // Waiting: bounded where the other set can come up, without end where none can.
  {
    name: 'capacity for a start is given up after half an hour',
    file: 'src/engine/patience.ts',
    find: "capacity: { serving: own, 'cut-over': bounded, start: endless, back: endless, 'start back': endless }",
    replace: "capacity: { serving: own, 'cut-over': bounded, start: bounded, back: bounded, 'start back': bounded }",
    caughtBy: { file: downForWantOf, title: 'VcpuLimitExceeded for eighty minutes' },
  },
  {
    name: 'a box that is down stays down when AWS can not be asked',
    file: 'src/engine/patience.ts',
    find: "return moment === 'cut-over' || moment === 'start' ? 'unwind' : 'leave';",
    replace: "return 'leave';",
    caughtBy: { file: downForWantOf, title: 'comes back where nothing but KMS can be reached' },
  },
  {
    name: 'a right that is missing on the way back ends it',
    file: 'src/engine/patience.ts',
    find: "start: never, back: aDay, 'start back': aDay",
    replace: "start: never, back: never, 'start back': never",
    caughtBy: {
      file: downForWantOf,
      title: 'waits where StartInstances is refused with UnauthorizedOperation for eighty minutes',
    },
  },
  {
    name: 'a start that fell back for want of room counts as refused for good',
    file: 'src/steps/ec2/start-instance.ts',
    find: 'const wants = wantOf(code);',
    replace: 'const wants = undefined;',
    caughtBy: {
      file: downForWantOf,
      title: 'and so does one whose start it takes and lets fall back for want of room',
    },
  },
  {
    name: 'a refused start is sent again without a look',
    file: 'src/engine/send.ts',
    find: "looksFirst = error.class === 'wait' || definition.hazard === 'disruptive';",
    replace: 'looksFirst = false;',
    caughtBy: { file: downForWantOf, title: 'is not started once more when somebody else has started it meanwhile' },
  },

  // Nothing is halted that could not come up again.
  {
    name: 'an instance is stopped though its key is closed',
    file: 'src/steps/ec2/stop-instance.ts',
    find: '  restarts: (input) => input.instance,',
    replace: '',
    caughtBy: { file: keysFirst, title: 'the old key is disabled while the run waits for its window' },
  },
  {
    name: 'keys of volumes that are left alone are not tried before the stop',
    file: 'src/steps/ec2/instance-target.ts',
    find: 'faultsOfKeys(ctx, [...from, ...otherKeys(reads)])',
    replace: 'faultsOfKeys(ctx, from)',
    caughtBy: { file: keysFirst, title: 'alias/team is disabled while the run waits for its window' },
  },
  {
    name: 'the key of a volume that is left alone is not looked at by the read',
    file: 'src/steps/ec2/read-instance.ts',
    find: "if (state !== undefined && state !== 'Enabled' && before.state === 'running')",
    replace: 'if (state === before.state)',
    caughtBy: {
      file: keysFirst,
      title: 'a volume beside is under a key that is PendingDeletion: it is refused by name',
    },
  },
  {
    name: 'a rollback halts what it can not bring back',
    file: 'src/engine/unwind/unwind.ts',
    find: 'if (outset.halts && !outset.lost.length) await refuseHalt(run, guard);',
    replace: '',
    caughtBy: { file: keysFirst, title: 'while an original is attached to another box is refused' },
  },
  {
    name: 'a rollback does not see that a place is taken',
    file: 'src/steps/ec2/restorable.ts',
    find: 'there !== undefined && there !== original && there !== replacement',
    replace: "there === 'nobody'",
    caughtBy: { file: keysFirst, title: 'while something else stands at the place of an original is refused' },
  },
  {
    name: 'what a rollback has halted stays so',
    file: 'src/engine/unwind/unwind.ts',
    find: 'if (rollback) await startAgain(run, guard, takenBack, because);',
    replace: '',
    caughtBy: { file: keysFirst, title: 'that its owner has started in the hold, runs again after a typed rollback' },
  },
  {
    name: 'a rollback that is taken up again halts what is back',
    file: 'src/engine/unwind/unwind.ts',
    find: "seen.running && seen.activeSide !== 'originals'",
    replace: 'seen.running',
    caughtBy: { file: keysFirst, title: 'that is taken up again does not stop what serves on its originals' },
  },

  // An unwinding that can't come to its end is turned round.
  {
    name: 'an unwinding of which an original is gone is never turned',
    file: 'src/engine/unwind/turn.ts',
    find: 'if (from === undefined || !lost.length || !(await replaceable(run))) return false;',
    replace: 'if (lost.length >= 0) return false;',
    caughtBy: { file: turnedRound, title: 'interrupted after it has taken all off, and an original is deleted' },
  },
  {
    name: 'an unwinding is turned though a replacement is gone, too',
    file: 'src/engine/unwind/turn.ts',
    find: ' || !(await replaceable(run))',
    replace: '',
    caughtBy: { file: turnedRound, title: 'whose original and replacement are both gone is not turned' },
  },
  {
    name: 'what is turned round counts as held before',
    file: 'src/engine/unwind/turn.ts',
    find: "index >= from && step.gate === 'hold'",
    replace: 'index < 0',
    caughtBy: { file: turnedRound, title: 'but not a typed rollback that is half-way' },
  },
  {
    name: 'what a workload has written on is put together again by itself',
    file: 'src/engine/unwind/turn.ts',
    find: 'refuseMixture(run, seen, lost);',
    replace: '',
    caughtBy: { file: turnedRound, title: 'but not a typed rollback that is half-way' },
  },
  {
    name: 'what was turned round waits no longer than forward',
    file: 'src/engine/plan-run.ts',
    find: ' || (inside && this.state.turned !== undefined)',
    replace: '',
    caughtBy: { file: turnedRound, title: 'and the start waits for the right to it' },
  },
  {
    name: 'a replacement that has failed can not be taken off',
    file: 'src/steps/ebs/detach-volume.ts',
    find: "volume.State !== 'in-use'",
    replace: "volume.State === 'available'",
    caughtBy: { file: turnedRound, title: 'a replacement that fails in the cut-over does not hold up the way back' },
  },

  // A stop that hangs, by the operator's word.
  {
    name: 'a stop that hangs is never forced',
    file: 'src/steps/ec2/stop-instance.ts',
    find: '(forceAfterMinutes === undefined ? undefined : forceAfterMinutes * minute)',
    replace: 'undefined',
    caughtBy: {
      file: hangingStop,
      title: 'is forced where the plan says so, once, and what that may have lost is told',
    },
  },
  {
    name: 'what a forced stop may have lost is not told',
    file: 'src/steps/ec2/stop-instance.ts',
    find: 'if (ctx.insists)',
    replace: 'if (!ctx)',
    caughtBy: { file: hangingStop, title: 'is forced by the process that takes the run up, too' },
  },
  {
    name: 'a stop that hangs waits for the next window before it is forced',
    file: 'src/engine/target/guard.ts',
    find: 'begun || this.run.insists(key)',
    replace: 'begun',
    caughtBy: { file: hangingStop, title: 'is forced although its window has closed meanwhile' },
  },

  // Claims, windows, holds.
  {
    name: 'the claim of another run is ignored',
    file: 'src/engine/target/guard.ts',
    find: 'if (!foreign.length) return state;',
    replace: 'return state;',
    caughtBy: { file: engine, title: 'whose claim stands on the target make the run refuse with exit 5' },
  },
  {
    name: 'the claim is not read back',
    file: 'src/engine/claim.ts',
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
    file: 'src/engine/target/guard.ts',
    find: 'await this.allowed(key, begun, ready)',
    replace: 'await this.allowed(key, true, ready)',
    caughtBy: { file: caught, title: 'no cut-over begins at 0 h, even when no gate stands before it' },
  },
  {
    name: 'the cutoff of the window is ignored',
    file: 'src/engine/gates/window.ts',
    find: 'window.durationMs - window.cutoffMs',
    replace: 'window.durationMs',
    caughtBy: { file: caught, title: 'no cut-over begins at 4.6 h, even when no gate stands before it' },
  },
  {
    name: 'a hold begins anew with each resume',
    file: 'src/engine/gates/hold.ts',
    find: 'known?.until ?? run.ports.clock.now() + step.forMs',
    replace: 'run.ports.clock.now() + step.forMs',
    caughtBy: { file: engine, title: 'pauses at the hold with exit 3' },
  },
  {
    name: 'a hold is not waited for',
    file: 'src/engine/gates/hold.ts',
    find: "if (run.ports.clock.now() < until) await waitAtGate(run, step.id, 'hold', until);",
    replace: '',
    caughtBy: { file: engine, title: 'pauses at the hold with exit 3' },
  },
  {
    name: 'what is seen beside a foreign claim is forgotten',
    file: 'src/engine/target/guard.ts',
    find: 'await this.recordDrift(state);',
    replace: '',
    caughtBy: { file: 'test/promises/rds-pitfalls.test.ts', title: 'a fence that was seen open beside the claim' },
  },
  {
    name: 'a replacement that is being deleted is judged good',
    file: 'src/steps/ebs/comparison.ts',
    find: "if (gone(volume) || volume.State === 'error')",
    replace: 'if (false)',
    caughtBy: { file: 'test/promises/back.test.ts', title: 'a replacement that somebody deletes before it is judged' },
  },
  {
    name: 'a write point that was seen is lost behind the key of a start',
    file: 'src/engine/state/fold.ts',
    find: 'return now.key === null ? { at: known.at, key: null } : known;',
    replace: 'return known;',
    caughtBy: {
      file: 'test/promises/seen.test.ts',
      title: 'somebody has started the box on its replacements, and stopped it',
    },
  },
  {
    name: 'what was seen through an open fence is forgotten',
    file: 'src/engine/target/observe.ts',
    find: 'await recordExposed(run, exposed);',
    replace: '',
    caughtBy: { file: rdsFence, title: 'is not forgotten when it is closed by the time of the proof' },
  },
];
