import type { PlantedBug } from './planted-bug.ts';

const caught = 'test/planted/caught.test.ts';
const hold = 'test/promises/hold.test.ts';
const proof = 'test/promises/proof.test.ts';
const engine = 'test/engine/engine.test.ts';
const verify = 'test/steps/verify.test.ts';
const rdsFence = 'test/promises/rds-fence.test.ts';

/** What could go wrong around the target: deleted without a proof, started on a mixture, taken from its owner. */
export const cutOverBugs: readonly PlantedBug[] = [
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
    name: 'nobody looks at the originals in a hold',
    file: 'src/engine/gates/hold.ts',
    find: 'const { on } = await look();',
    replace: 'const { on } = { on: [] as string[], look };',
    caughtBy: { file: hold, title: 'ebs-volume: an original that is written elsewhere while a process passes by' },
  },
  {
    name: 'who waits in a hold looks once',
    file: 'src/engine/gates/hold.ts',
    find: 'until }, lookEveryMs)',
    replace: 'until }, lookEveryMs * 1e6)',
    caughtBy: { file: hold, title: 'ebs-volume: nor one that is used for a quarter of an hour' },
  },
  {
    name: "a hold goes by the runner's clock alone",
    file: 'src/engine/gates/hold.ts',
    find: 'aws === undefined ? byRunner',
    replace: 'aws !== 0 ? byRunner',
    caughtBy: { file: hold, title: 'jumps eight days ahead in the hold' },
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
    find: 'if (run.state.writePoint !== undefined && (complete || !(await neverServed(run, guard)))) return;\n  const begun = cutOverBegunAt(registry, run.state) !== undefined;\n  if (begun && (await guard.runsOnReplacements())) return;',
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
    find: 'if (neverRanCodes.test(code)',
    replace: "if (code === 'never'",
    caughtBy: { file: 'test/steps/start-instance.test.ts', title: 'a start that fell back for a key was never run' },
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
    find: 'await this.allowed(key, begun)',
    replace: 'await this.allowed(key, true)',
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
    find: 'const byRunner = until - run.ports.clock.now();',
    replace: 'const byRunner = step.forMs;',
    caughtBy: { file: engine, title: 'pauses at the hold with exit 3' },
  },
  {
    name: 'a hold is not waited for',
    file: 'src/engine/gates/hold.ts',
    find: 'if (leftMs <= 0) {',
    replace: 'if (leftMs !== undefined) {',
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
