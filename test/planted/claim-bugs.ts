import type { PlantedBug } from './planted-bug.ts';

const caught = 'test/planted/caught.test.ts';
const engine = 'test/engine/engine.test.ts';
const operator = 'test/promises/operator.test.ts';
const rdsFence = 'test/promises/rds-fence.test.ts';

/** What could go wrong with claims, windows and holds, and with commands that may be in effect. */
export const claimBugs: readonly PlantedBug[] = [
  {
    name: 'a clock that is set makes a claim that does not show yet one that somebody has taken off',
    file: 'src/engine/claim.ts',
    find: 'isShownBy(ports, { here: claimedAt, there: claimed.sentAtThere }, seen.at)',
    replace: 'seen.at >= claimedAt + 300_000',
    caughtBy: {
      file: 'test/promises/clock-set.test.ts',
      title: 'an hour right after the claim does not have it said that somebody has taken it off',
    },
  },
  {
    name: 'the window is not looked at before the first disruptive effect',
    file: 'src/engine/target/guard.ts',
    find: 'await this.allowed(key, begun, ready)',
    replace: 'await this.allowed(key, true, ready)',
    caughtBy: {
      file: 'test/promises/before-the-window.test.ts',
      title: 'a window that closes while the last questions wait for their answers',
    },
  },
  {
    name: 'a proof that the plan requires may be missing',
    file: 'src/steps/ebs/delete-volume.ts',
    find: "changedBlocks === 'require' || (await",
    replace: '(await',
    caughtBy: {
      file: 'test/promises/original-in-error.test.ts',
      title: 'and one whose plan requires the proof is kept',
    },
  },
  {
    name: 'the claim of another run is ignored',
    file: 'src/engine/target/guard.ts',
    find: 'if (!claims.foreign.length) return state;',
    replace: 'return state;',
    caughtBy: { file: engine, title: 'whose claim stands on the target make the run refuse with exit 5' },
  },
  {
    name: 'the claim is not read back',
    file: 'src/engine/claim.ts',
    find: 'await putOn(run, guard, standing(run, claimedBy(run)));\n  await guard.look();',
    replace: 'await putOn(run, guard, standing(run, claimedBy(run)));',
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
    name: 'the cutoff of the window is ignored',
    file: 'src/engine/gates/window.ts',
    find: 'window.durationMs - window.cutoffMs',
    replace: 'window.durationMs',
    caughtBy: { file: caught, title: 'no cut-over begins at 4.6 h, even when no gate stands before it' },
  },
  {
    name: 'a hold begins anew with each resume',
    file: 'src/engine/gates/hold.ts',
    find: 'return gateOf(run, step).until - run.ports.clock.now();',
    replace: 'return step.forMs;',
    caughtBy: { file: engine, title: 'pauses at the hold with exit 3' },
  },
  {
    name: 'a hold is not waited for',
    file: 'src/engine/gates/hold.ts',
    find: 'heldByRunnerMs(run, step) <= 0 : leftMs <= 0;',
    replace: 'heldByRunnerMs(run, step) <= 0 : leftMs !== undefined;',
    caughtBy: { file: engine, title: 'pauses at the hold with exit 3' },
  },
  {
    name: 'what is seen beside a foreign claim is forgotten',
    file: 'src/engine/target/guard.ts',
    find: 'await this.recordDrift(state);',
    replace: '',
    caughtBy: {
      file: 'test/promises/rds-position.test.ts',
      title: 'is not needed for what was seen beside the claim of another run',
    },
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
  {
    name: 'what was found so counts as done by a call that was refused',
    file: 'src/engine/effect.ts',
    find: 'this.done(late.output, this.hasChanged(late.output, before))',
    replace: 'this.done(late.output, true)',
    caughtBy: { file: operator, title: 'an instance that was found stopped, and of which AWS refuses the stop' },
  },
  {
    name: 'a command before the cut-over that was taken back counts as done',
    file: 'src/engine/unwind/unwind.ts',
    find: ' && isDiscard(run, { phase, output: phase.end.output });',
    replace: ';',
    caughtBy: { file: operator, title: 'one with an undo before the cut-over that was taken back is started anew' },
  },
  {
    name: 'a command that may be in effect is started again',
    file: 'src/engine/doubt.ts',
    find: 'if (takesBack(run, last).length === 0) throw doubt;',
    replace: 'if (takesBack(run, last).length === 0) continue;',
    caughtBy: { file: operator, title: 'one that failed before the cut-over, and that nothing takes back' },
  },
  {
    name: 'a command that failed is started again before it is taken back',
    file: 'src/engine/doubt.ts',
    find: 'await clear(run, guard, last, definition.title(last.input));',
    replace: '',
    caughtBy: { file: operator, title: 'one that failed before the cut-over may have taken effect' },
  },
  {
    name: 'the target is taken out of service for a command in doubt',
    file: 'src/engine/walk.ts',
    find: 'for (const later of beginsCutOver(run, step) ? run.plan.steps : [])',
    replace: 'for (const later of beginsCutOver(run, step) ? [step] : [])',
    caughtBy: { file: operator, title: 'one that failed inside the cut-over, and that nothing takes back' },
  },
  {
    name: 'a command in doubt leaves the target down',
    file: 'src/errors/target.ts',
    find: "course: 'unwind',\n    message: (p: { command: string })",
    replace: 'message: (p: { command: string })',
    caughtBy: { file: operator, title: 'where nothing takes that one back the instance is taken back' },
  },
  {
    name: 'a command that fails to take back keeps the target down',
    file: 'src/engine/unwind/unwind.ts',
    find: "if (effectOf(run.ports.registry, one.phase)?.hazard === 'disruptive') await takeBack",
    replace: 'if (one.phase) await takeBack',
    caughtBy: { file: operator, title: 'one that fails to take back does not keep the instance down' },
  },
  {
    name: 'a claim of another run is believed by a look from before that of this one',
    file: 'src/engine/target/guard.ts',
    find: 'unclaimed.includes(on)) && this.mayBeUnclaimed(askedAt))',
    replace: 'unclaimed.includes(on)) && !this.mayBeUnclaimed(0))',
    caughtBy: {
      file: 'test/promises/replaced-claim.test.ts',
      title: 'that the operator had taken over by the process before',
    },
  },
];
