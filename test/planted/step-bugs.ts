import type { PlantedBug } from './planted-bug.ts';

const commands = 'test/engine/commands.test.ts';
const ownMachine = 'test/promises/own-machine.test.ts';
const caught = 'test/planted/caught.test.ts';
const account = 'test/planted/caught-in-an-account.test.ts';
const verify = 'test/steps/verify.test.ts';
const shipped = 'test/plans/shipped.test.ts';
const refusals = 'test/steps/refusals.test.ts';
const safe = 'test/plan/safe.test.ts';
const hub = 'test/aws/settle-hub.test.ts';
const blocks = 'test/promises/changed-blocks.test.ts';

/** What could go wrong in what the steps carry, how AWS is asked and what the operator is told. */
export const stepBugs: readonly PlantedBug[] = [
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

  {
    name: 'a tag that somebody put on the replacement fails its verification',
    file: 'src/steps/ebs/comparison.ts',
    find: 'const faults = wrong.filter(({ key }) => !has || asPlanned.has(key) || has.get(key) !== found.get(key));',
    replace: 'const faults = found.size > wanted.length ? wanted : wrong;',
    caughtBy: {
      file: 'test/promises/others.test.ts',
      title: 'puts one of his own on each new volume: told, and the run is done',
    },
  },
  {
    name: 'a tag of another value on the replacement is no fault',
    file: 'src/steps/ebs/comparison.ts',
    find: 'has.get(key) !== found.get(key)',
    replace: '!found.has(key)',
    caughtBy: {
      file: verify,
      title: 'the verdict before the write point a tag with a value that only the replacement has',
    },
  },
  {
    name: 'a node of Karpenter is stopped',
    file: 'src/steps/ec2/owners.ts',
    find: "tags: ['karpenter.sh/nodepool', ",
    replace: 'tags: [',
    caughtBy: { file: refusals, title: 'the owner of an instance, acceptable as karpenter' },
  },
  {
    name: 'an override takes IOPS and throughput away unsaid',
    file: 'src/steps/ebs/volume-reading.ts',
    find: 'if (unsaid.length === 0) ctx.announce',
    replace: 'if (unsaid.length < 9) ctx.announce',
    caughtBy: { file: refusals, title: 'an override of performance: gp2 to the defaults of gp3' },
  },
  {
    name: 'a volume in the middle of its modification is accepted as one that only optimizes',
    file: 'src/steps/ebs/volume-reading.ts',
    find: "if (ModificationState === 'modifying') refusals.refuse(why, wayOut);",
    replace: "if (ModificationState === 'modifying') refusals.unless('optimizing', why, wayOut);",
    caughtBy: { file: refusals, title: 'a volume that is being modified, and one that is only optimizing' },
  },

  {
    name: 'a tag of the plan that a replacement lacks is no fault',
    file: 'src/steps/ebs/comparison.ts',
    find: '!has || asPlanned.has(key) || ',
    replace: '!has || ',
    caughtBy: {
      file: 'test/promises/own-tags.test.ts',
      title: 'and that somebody takes off a replacement fail its verification',
    },
  },
  {
    name: "the plan's tags are not put on snapshots",
    file: 'src/steps/ebs/create-snapshot.ts',
    find: '...asTags(ctx.tags),',
    replace: '',
    caughtBy: { file: 'test/promises/own-tags.test.ts', title: 'are on each snapshot and replacement from its birth' },
  },
  {
    name: '--set x=null leaves a null where a member was to be left out',
    file: 'src/plan/sets.ts',
    find: 'if (rest.length === 0 && isNull(value)) return leftOut(node, entries, name, putting);',
    replace: '',
    caughtBy: {
      file: 'test/plan/sets.test.ts',
      title: '--set null leaves out a member that may be missing, and a step',
    },
  },

  {
    name: 'a discard that AWS forbids keeps the run from its end',
    file: 'src/engine/walk.ts',
    find: '(discards ? performDiscard : perform)(',
    replace: 'perform(',
    caughtBy: {
      file: 'test/promises/operator.test.ts',
      title: 'a snapshot that is locked does not keep the run from its end',
    },
  },

  // What a plan can't be without.
  {
    name: 'an original may be deleted without a hold',
    file: 'src/steps/ec2/instance-target.ts',
    find: "    of: 'ebs.delete-volume',\n    needs: 'gate: hold',",
    replace: "    of: 'ebs.delete-volume',\n    needs: 'ebs.delete-volume',",
    caughtBy: { file: safe, title: 'an instance without soak' },
  },
  {
    name: 'a needed step may stand anywhere',
    file: 'src/plan/needs.ts',
    find: 'return at > lower && (upper === -1 || at < upper);',
    replace: 'return at > -1;',
    caughtBy: { file: safe, title: 'an instance with verify before discard-snapshot' },
  },
  {
    name: 'a replacement may be made from the snapshot of what still ran',
    file: 'src/plan/needs.ts',
    find: "!fitting.some(({ id }) => leadsTo(outlines, one, need.through ?? '', id))",
    replace: 'fitting.length === 0',
    caughtBy: { file: safe, title: 'a replacement from the snapshot of the instance as it ran' },
  },
  {
    name: 'a run that has begun is refused by what its plan lacks',
    file: 'src/plan/parse.ts',
    find: 'if (!submitted) checkNeeds',
    replace: 'checkNeeds',
    caughtBy: { file: safe, title: 'a plan of a run that has begun is not held to it' },
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

  {
    name: 'a probe that was killed says that the command did nothing',
    file: 'src/steps/control/exec.ts',
    find: 'probed?.exit !== undefined ||',
    replace: 'probed !== undefined ||',
    caughtBy: { file: 'test/steps/exec.test.ts', title: 'a probe that is killed does not say' },
  },

  {
    name: 'auto-enable-IO is not compared before an original goes',
    file: 'src/steps/ebs/delete-volume.ts',
    find: '...io]',
    replace: '...io.slice(1)]',
    caughtBy: { file: 'test/promises/auto-enable-io.test.ts', title: 'on an original in the cut-over is told' },
  },

  // The machine that it runs on.
  {
    name: 'an instance that rekey runs on is read like any other',
    file: 'src/steps/ec2/read-instance.ts',
    find: 'refuseOwnMachine(ctx, input.instance, refusals),',
    replace: '',
    caughtBy: { file: ownMachine, title: 'an instance that rekey itself runs on is refused' },
  },
  {
    name: 'an instance is stopped by a process that runs on it',
    file: 'src/steps/ec2/instance-facts.ts',
    find: '    factsOfRunner(ctx, read.instance.id),',
    replace: '',
    caughtBy: { file: ownMachine, title: 'one that was read from elsewhere is not stopped' },
  },
  {
    name: 'a rollback halts the machine that it runs on',
    file: 'src/steps/ec2/instance-target.ts',
    find: 'return [...own, ...(await',
    replace: 'return [...own.slice(1), ...(await',
    caughtBy: { file: ownMachine, title: 'is not halted by a rollback that runs on it' },
  },

  // What an earlier process has started.
  {
    name: 'a command that an earlier process has left running is not waited for',
    file: 'src/engine/commands.ts',
    find: "if (is === 'alive') found.push",
    replace: 'if (!is) found.push',
    caughtBy: { file: commands, title: 'what an earlier process has started is ended' },
  },
  {
    name: 'a command that can not be looked at counts as ended',
    file: 'src/engine/commands.ts',
    find: "is === 'unknown' && !saidToHaveEnded",
    replace: 'is === undefined',
    caughtBy: { file: commands, title: 'nothing is started beside what was started on another machine' },
  },
  {
    name: 'a command whose end is on record is asked for from another machine',
    file: 'src/engine/state/fold.ts',
    find: 'filter(({ key }) => keyText(key) !== keyText(phase.key))',
    replace: 'filter(({ key }) => key !== phase.key)',
    caughtBy: {
      file: commands,
      title: 'what another machine has started is not asked for where it is on record that it ended well',
    },
  },
  {
    name: 'where processes can not be listed there are none',
    file: 'src/engine/commands.ts',
    find: 'if (!leaders && first) throw',
    replace: 'if (leaders && first) throw',
    caughtBy: { file: commands, title: 'may have been started where processes can not be listed' },
  },
  {
    name: 'a command of which only the start was meant is not looked for',
    file: 'src/engine/commands.ts',
    find: 'isCommand(ports.registry.step(uses)) && sentBy',
    replace: '!isCommand(ports.registry.step(uses)) && sentBy',
    caughtBy: { file: commands, title: 'one that was started and not put on record is found by its token' },
  },
  {
    name: 'a probe of which nothing is on record is not looked for',
    file: 'src/engine/commands.ts',
    find: 'const keys = [...sent.map(({ key }) => key), ...this.keysBeforeIntents()];',
    replace: 'const keys = sent.map(({ key }) => key);',
    caughtBy: { file: commands, title: 'a probe of a verification that an earlier process has started' },
  },
  {
    name: 'a run that begins looks through all processes of the machine',
    file: 'src/engine/commands.ts',
    find: 'if (!this.resumed) return;',
    replace: '',
    caughtBy: { file: commands, title: 'a run that begins looks for no command' },
  },
  {
    name: 'a signal goes to whatever has the number of a command',
    file: 'src/journal/processes.ts',
    find: "if ((await isAlive(leader)) !== 'alive') return;",
    replace: '',
    caughtBy: { file: commands, title: 'a stranger under the number of a command' },
  },
  {
    name: 'a command goes out although its start is not on record',
    file: 'src/steps/control/command.ts',
    find: "recorded?.catch(() => kill('is not on record'));",
    replace: 'recorded?.catch(() => {});',
    caughtBy: { file: 'test/steps/exec.test.ts', title: 'a command whose start can not be put on record' },
  },
  // Whether an original was used since its final snapshot.
  {
    name: 'an original is deleted without a proof snapshot',
    file: 'src/engine/prove.ts',
    find: 'evidence && call ? {',
    replace: 'evidence && !call ? {',
    caughtBy: { file: blocks, title: 'ebs-volume: what somebody has used elsewhere in the hold' },
  },
  {
    name: 'a changed block counts for nothing',
    file: 'src/steps/ebs/changed-blocks.ts',
    find: 'if (!found.changed) return',
    replace: 'if (found) return',
    caughtBy: { file: blocks, title: 'of volumes that are not encrypted it is proven alike' },
  },
  {
    name: 'only the first page of changed blocks is read',
    file: 'src/steps/ebs/changed-blocks.ts',
    find: '} while (NextToken);',
    replace: '} while (NextToken === null);',
    caughtBy: { file: blocks, title: 'ec2-instance: what somebody has used elsewhere in the hold' },
  },
  {
    name: 'a comparison that is refused counts as no change, without a word',
    file: 'src/steps/ebs/changed-blocks.ts',
    find: '{ unasked: printable(',
    replace: '{ changed: false, unasked: printable(',
    caughtBy: { file: blocks, title: 'not allowed: that is said' },
  },
  {
    name: 'a proof that is required and not allowed is done without',
    file: 'src/steps/ebs/changed-blocks.ts',
    find: 'if (required) return',
    replace: 'if (!required) return',
    caughtBy: { file: blocks, title: 'a plan that requires the proof keeps the original' },
  },
  {
    name: 'a proof snapshot of any age counts',
    file: 'src/engine/evidence.ts',
    find: 'nowOf(run) - takenAt < freshMs',
    replace: 'takenAt > 0',
    caughtBy: {
      file: 'test/promises/proof-takes-hours.test.ts',
      title: 'of ebs-volume is kept when he has written on it',
    },
  },
  {
    name: 'a comparison that AWS may not show yet is given up at once',
    file: 'src/steps/ebs/changed-blocks.ts',
    find: 'askedAt - since < unseenMs',
    replace: 'askedAt < since',
    caughtBy: { file: blocks, title: 'one that is not shown yet for a while' },
  },
  {
    name: 'proof snapshots are left behind',
    file: 'src/engine/unwind/discard.ts',
    find: ' || isEvidence(phase)) {',
    replace: ') {',
    caughtBy: { file: blocks, title: 'ebs-volume: what was only looked at elsewhere goes' },
  },

  // What the operator is told.
  {
    name: 'an unattached volume is told as an instance',
    file: 'src/cli/report.ts',
    find: "'ebs-volume': standingOfVolume,",
    replace: '',
    caughtBy: { file: 'test/cli/report.test.ts', title: 'an unattached volume that is done' },
  },
  {
    name: 'of what has vanished nothing is told that could be known',
    file: 'src/engine/effect.ts',
    find: 'await made?.whenVanished?.(run.context(act.key), input)',
    replace: 'made ? [] : []',
    caughtBy: { file: 'test/promises/others.test.ts', title: 'is told with its three causes' },
  },
  {
    name: 'what was announced is lost',
    file: 'src/engine/plan-run.ts',
    find: 'if (known) return;',
    replace: 'if (!known) return;',
    caughtBy: { file: account, title: 'the operator finds what had to be said in the journal' },
  },
  {
    name: 'a pause outranks a failed verification',
    file: 'src/engine/stops.ts',
    find: '[130, 4, 6, 1, 5, 2, 3]',
    replace: '[130, 3, 6, 1, 5, 2, 4]',
    caughtBy: { file: caught, title: 'the operator gets of several plans the worst exit code' },
  },
  {
    name: 'a snapshot of a volume that has failed is waited for',
    file: 'src/steps/ebs/create-snapshot.ts',
    find: 'const failed = ctx.sentAt !== undefined && (await',
    replace: 'const failed = ctx.sentAt === undefined && (await',
    caughtBy: {
      file: 'test/promises/original-in-error.test.ts',
      title: 'the run does not wait two days for a snapshot',
    },
  },
  {
    name: 'a proof that nothing can give keeps an original for ever',
    file: 'src/engine/prove.ts',
    find: 'if (!proving || made === undefined) {',
    replace: "if (call && !made) return { findings: ['it could not be made'] }; if (!proving || made === undefined) {",
    caughtBy: { file: 'test/promises/original-in-error.test.ts', title: 'the run ends without a proof snapshot' },
  },
  {
    name: 'that somebody else was stopping the target in the same moment is not told',
    file: 'src/steps/ec2/stop-instance.ts',
    find: "if (was === 'stopping' && !ctx.insists",
    replace: "if (was === 'stopped' && !ctx.insists",
    caughtBy: {
      file: 'test/promises/stopped-by-both.test.ts',
      title: 'was stopping the box when the stop of the run came',
    },
  },
  {
    name: 'an impaired original is copied',
    file: 'src/steps/ebs/volume-reading.ts',
    find: "if (VolumeStatus?.Status !== 'impaired' && !stopped) continue;",
    replace: "if (VolumeStatus?.Status !== 'gone' && !stopped) continue; else if (id) continue;",
    caughtBy: {
      file: 'test/promises/impaired-original.test.ts',
      title: 'an impaired volume of an instance is refused',
    },
  },
  {
    name: "whether a box still boots goes by the clock of the runner's machine",
    file: 'src/steps/ec2/verify-instance.ts',
    find: 'return ctx.aws.time.now() - (instance.LaunchTime',
    replace: 'return ctx.clock.now() - (instance.LaunchTime',
    caughtBy: { file: 'test/promises/proof.test.ts', title: 'where the clock of the runner is an hour ahead' },
  },
];
