import type { PlantedBug } from './planted-bug.ts';

const hangingStop = 'test/promises/hanging-stop.test.ts';
const turnedRound = 'test/promises/turned-round.test.ts';
const attachedAnew = 'test/promises/attached-anew.test.ts';
const haltedForNothing = 'test/promises/halted-for-nothing.test.ts';
const keysFirst = 'test/promises/keys-before-the-halt.test.ts';
const clockSet = 'test/promises/clock-set.test.ts';
const downForWantOf = 'test/promises/down-for-want-of.test.ts';
const exposedThenTurned = 'test/promises/exposed-then-turned-round.test.ts';

/** What could go wrong while the target stands: how long is waited and for what, what is halted, and the way back. */
export const wayBackBugs: readonly PlantedBug[] = [
  // Waiting: bounded where the other set can come up, without end where none can.
  {
    name: 'a name that somebody else has is asked for again and again without end',
    file: 'src/engine/effect.ts',
    find: "const unseen = already ? 'state' :",
    replace: "const unseen = already ? 'unreachable' :",
    caughtBy: { file: 'test/promises/rds-name-taken.test.ts', title: 'is said within hours, with who is down' },
  },
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
    name: 'what a target was found to be like is not on record when it is brought back',
    file: 'src/engine/target/guard.ts',
    find: "await run.append({ t: 'looked', plan: run.plan.name, observation: state.observation });",
    replace: '',
    caughtBy: {
      file: 'test/promises/rds-fence.test.ts',
      title: 'is told by status, should the process that has seen it die',
    },
  },
  {
    name: 'the end of one detach shows how another one stands that is on its way',
    file: 'src/engine/state/fold.ts',
    find: 'wholeAt: plan.seen?.wholeAt ?? 0 };',
    replace: 'wholeAt: at };',
    caughtBy: { file: 'test/promises/seen.test.ts', title: 'is that the target was changing' },
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
    name: 'a start that takes longer than its time is given up on the way back',
    file: 'src/engine/patience.ts',
    find: "start: own, back: aDay, 'start back': aDay",
    replace: "start: own, back: own, 'start back': own",
    caughtBy: { file: hangingStop, title: 'the box that is taken back is waited for, and that is told' },
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
    find: 'looksFirst = true;',
    replace: 'looksFirst = false;',
    caughtBy: { file: downForWantOf, title: 'is not started once more when somebody else has started it meanwhile' },
  },

  // Nothing is halted that could not come up again.
  {
    name: 'an instance is stopped though its key is closed',
    file: 'src/steps/ec2/instance-facts.ts',
    find: 'return (await mayUse(ctx, key)) ? usable : notUsable;',
    replace: 'return usable;',
    caughtBy: { file: keysFirst, title: 'the old key is disabled while the run waits for its window' },
  },
  {
    name: 'keys of volumes that are left alone are not tried when it is read again',
    file: 'src/steps/ec2/read-instance.ts',
    find: 'use: closed ?? lost ?? usable',
    replace: 'use: usable',
    caughtBy: { file: keysFirst, title: 'alias/team is disabled while the run waits for its window' },
  },
  {
    name: 'the key of a volume that is left alone is not looked at by the read',
    file: 'src/steps/ec2/read-instance.ts',
    find: "state !== undefined && state !== 'Enabled' ? state : undefined",
    replace: 'undefined',
    caughtBy: {
      file: keysFirst,
      title: 'a volume beside is under a key that is PendingDeletion: it is refused by name',
    },
  },
  {
    name: 'a rollback halts what it can not bring back',
    file: 'src/engine/unwind/unwind.ts',
    find: 'if (outset.halts && seen.running && !outset.lost.length) await refuseHalt(run, guard);',
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
    name: 'a rollback does not ask where replacements are',
    file: 'src/steps/ec2/restorable.ts',
    find: '[volume, found.get(replacement)]',
    replace: '[volume]',
    caughtBy: { file: haltedForNothing, title: 'when a replacement was given to another instance' },
  },
  {
    name: 'a rollback asks only for keys of the read',
    file: 'src/steps/ec2/restorable.ts',
    find: '...stands.flatMap(({ KmsKeyId }) => KeyArn.safeParse(KmsKeyId).data ?? [])',
    replace: '...otherKeys(reads).map(({ key }) => key)',
    caughtBy: { file: haltedForNothing, title: 'the key of a volume is closed that came in the hold' },
  },
  {
    name: 'what stands at a wrong place of the target stays there',
    file: 'src/engine/unwind/unwind.ts',
    find: 'if (takenBack.length) await clearPlaces(run, guard, because);',
    replace: '',
    caughtBy: { file: haltedForNothing, title: 'in the swap somebody puts an original back, at another device' },
  },
  {
    name: 'what only a person can put right is not waited for on the way back',
    file: 'src/engine/effect.ts',
    find: 'if (why === undefined) return { done: seen };',
    replace: 'if (why !== null) return { done: seen };',
    caughtBy: { file: haltedForNothing, title: 'an original, for another box' },
  },
  {
    name: 'the command that ends a run with both kept lacks its time',
    file: 'src/errors/engine.ts',
    find: "p.since === undefined ? ''",
    replace: "p.since === undefined ? ' --discard-writes-since'",
    caughtBy: { file: 'test/promises/named-commands.test.ts', title: 'every command that an error names' },
  },
  {
    name: 'one look says that nobody has started the target',
    file: 'src/engine/unwind/unwind.ts',
    find: 'isShownBy(run.ports, run.watchedSince, askedAt) || !guard.neverRan(seen)',
    replace: 'askedAt > 0',
    caughtBy: { file: 'test/promises/ran-unseen.test.ts', title: 'AWS shows the past of up to 200000 ms' },
  },
  {
    name: 'an original is deleted though its replacement was taken off in the hold',
    file: 'src/steps/ebs/delete-volume.ts',
    find: '...exchanged(ctx, verdict, replacement)',
    replace: '',
    caughtBy: { file: attachedAnew, title: 'of the hold: somebody went back to the originals' },
  },
  {
    name: 'an original is deleted though it was attached anew after its last snapshot',
    file: 'src/steps/ebs/verify-volume.ts',
    find: 'at <= Date.parse(snapshot.startTime)',
    replace: 'at > 0',
    caughtBy: { file: attachedAnew, title: 'of the cut-over: somebody borrowed the data volume' },
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
    find: " && seen.activeSide !== 'originals';",
    replace: ';',
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
  {
    name: 'a rollback discards what may be the last copy of a database that is gone',
    file: 'src/engine/unwind/unwind.ts',
    find: 'missing.includes(id) && !deleted.includes(id)',
    replace: 'missing.includes(id) && deleted.includes(id)',
    caughtBy: {
      file: 'test/promises/rds-last-copy.test.ts',
      title: 'is deleted right before a process goes on with the way back',
    },
  },
  {
    name: 'a rollback leaves an unwinding what it is',
    file: 'src/engine/unwind/rollback.ts',
    find: 'unwinding?.over === false && unwinding.stop',
    replace: 'unwinding?.over === false && !unwinding',
    caughtBy: {
      file: 'test/promises/rollback.test.ts',
      title: 'a rollback that takes over an unwinding and gets stuck',
    },
  },
  {
    name: 'what is found later counts as robbed of its claim',
    file: 'src/engine/claim.ts',
    find: 'filter((id) => !before.has(id))',
    replace: 'filter((id) => !before.has(id) && before.size === 0)',
    caughtBy: { file: 'test/promises/claims.test.ts', title: 'a volume that is found when the plan is read again' },
  },
  {
    name: 'a look of any age shows whose claim stands',
    file: 'src/engine/target/guard.ts',
    find: 'if (known && isRecent(this.run.ports.clock, known.at, unseenMs)) return known;\n    await this.look();',
    replace: 'if (known) return known;',
    caughtBy: {
      file: 'test/promises/claims.test.ts',
      title: 'a claim that is stripped while a snapshot takes long is put back',
    },
  },
  {
    name: 'an unwinding forgets what was seen of the originals, also where it is turned round',
    file: 'src/engine/state/fold.ts',
    find: 'if (entry.turned !== undefined) return;\n      plan.stale.clear();',
    replace: 'plan.stale.clear();\n      if (entry.turned !== undefined) return;',
    caughtBy: { file: exposedThenTurned, title: 'when it was seen before the unwinding began' },
  },
  {
    name: 'what is seen of the originals on the way back is not put on record',
    file: 'src/engine/target/observe.ts',
    find: 'if (goesBack && standstillMayBeOver(run.plan, run.ports.registry, run.state)) return;',
    replace: 'if (goesBack) return;',
    caughtBy: { file: exposedThenTurned, title: 'when it was seen by the unwinding itself' },
  },

  // The clock of the runner's machine is set, and AWS's is not.
  {
    name: 'a clock that is set back keeps a sleeper asleep',
    file: 'src/contract/clock.ts',
    find: 'Math.min((at - now()) / speed, dueMs)',
    replace: '(at - now()) / speed',
    caughtBy: { file: clockSet, title: 'lets a sleeper wake' },
  },
  {
    name: 'a clock that is set back keeps a question from being asked',
    file: 'src/aws/settle-hub.ts',
    find: 'this.#dueAt <= now || this.#dueAt - now > this.#pauseMs',
    replace: 'this.#dueAt <= now',
    caughtBy: { file: clockSet, title: 'in the cut-over of ec2-instance keeps nobody out' },
  },
  {
    name: 'a clock that is set back makes an old look new',
    file: 'src/contract/clock.ts',
    find: 'ageMs >= 0 && ageMs < withinMs',
    replace: 'ageMs < withinMs',
    caughtBy: { file: clockSet, title: 'does not make an old look at the instance one of now' },
  },
  {
    name: "a stop is forced by the runner's clock alone",
    file: 'src/engine/effect.ts',
    find: 'this.nowThere() - sentAtThere < afterMs',
    replace: 'this.nowThere() < sentAtThere',
    caughtBy: { file: clockSet, title: '25 minutes while a stop hangs' },
  },

  {
    name: 'credentials that fail once end a process whose target is down',
    file: 'src/engine/retry.ts',
    find: "if (error.class === 'stop-run' && forMs >= limitMs)",
    replace: "if (error.class === 'stop-run')",
    caughtBy: {
      file: downForWantOf,
      title: 'that fail for a moment while a target is down do not leave it down on the way back',
    },
  },
  {
    name: 'what may have been made is asked for as if the target served',
    file: 'src/engine/unwind/happened.ts',
    find: 'retryRead(run.ports, title, look, run.asker(title))',
    replace: 'retryRead(run.ports, title, look)',
    caughtBy: { file: downForWantOf, title: 'a look at what may have been made' },
  },

  {
    name: 'a run that only comes by has the target left as it stands',
    file: 'src/engine/target/guard.ts',
    find: 'if (!comesAnew || waitedMs >= newcomersYieldMs ||',
    replace: 'if (!comesAnew || waitedMs < newcomersYieldMs ||',
    caughtBy: {
      file: 'test/promises/claims.test.ts',
      title: 'of ec2-instance: another run that claims it in the cut-over',
    },
  },
  {
    name: 'a run whose claim was taken over waits for the other to let go',
    file: 'src/engine/target/guard.ts',
    find: 'foreign.length > 0 && foreign.every(({ on }) => !unclaimed.includes(on))',
    replace: 'foreign.length > 0',
    caughtBy: { file: 'test/promises/claims.test.ts', title: 'one that has taken the claim over, as it stands alone' },
  },

  {
    name: "a window opens by the runner's clock alone",
    file: 'src/engine/gates/window.ts',
    find: 'Math.abs(there - now) > alikeMs ? [now, there] : [now]',
    replace: 'Math.abs(there - now) > alikeMs ? [now] : [now]',
    caughtBy: { file: clockSet, title: 'two hours while a window is waited for' },
  },
  {
    name: 'what was waited for before uses up the patience with what comes after it',
    file: 'src/engine/retry.ts',
    find: 'const family = familyOf(error);\n      const at',
    replace: "const family = 'final';\n      const at",
    caughtBy: { file: 'test/promises/patience-by-family.test.ts', title: 'on the way back' },
  },
  {
    name: 'that a target stands still by a halt of this run is taken for the doing of somebody else',
    file: 'src/engine/unwind/unwind.ts',
    find: '(seen.running || haltsUnderWay(run).length > 0)',
    replace: 'seen.running',
    caughtBy: { file: 'test/promises/halt-under-way.test.ts', title: 'killed when AWS had taken the stop' },
  },
  {
    name: 'a rollback discards a snapshot before what was made from it shows',
    file: 'src/engine/unwind/unwind.ts',
    find: 'if (!outset.gone.length && !(await guard.unreadable()).length) await discardLeftovers(run, guard);',
    replace: '',
    caughtBy: { file: 'test/promises/operator.test.ts', title: 'a CreateVolume whose answer was lost' },
  },
];
