import { caughtIn } from './in-steps-of-rds.ts';
import type { PlantedBug } from './planted-bug.ts';

/** What could go wrong where other people change a database, or write to it, while a run is about it. */
export const rdsChangedBugs: readonly PlantedBug[] = [
  {
    name: 'an original is named once for each part of it that is deleted',
    file: 'src/engine/state/phases.ts',
    find: 'return [...new Set(deleted)];',
    replace: 'return deleted;',
    caughtBy: {
      file: 'test/promises/rds-cluster-back.test.ts',
      title: 'of which the members are deleted, and the cluster is not, says once that a part of it is',
    },
  },
  ...caughtIn('test/promises/rds-cluster-others.test.ts', [
    [
      'maintenance of members is asked for and not told',
      'read/refusals-around.ts',
      "const ofOthers = { Filters: [{ Name: 'db-instance-id', Values: others.map((part) => part.arn) }] };",
      'const ofOthers = { ResourceIdentifier: arn };',
      'with maintenance due on a member',
    ],
  ]),
  ...caughtIn('test/promises/rds-cluster-others.test.ts', [
    [
      'what goes with the members of an original is not told',
      'finish/proof.ts',
      'membersGone(kind.pairsIn(verdict), pair.instances, ctx.tags)',
      'membersGone([], pair.instances, ctx.tags)',
      'a member of the original changed and tagged: what goes with it is told',
    ],
  ]),
  ...caughtIn('test/promises/rds-protected-again.test.ts', [
    [
      'members of an original cluster that is protected again are deleted',
      'finish/delete.ts',
      'const proof = unlessProtected(faults, original);\n  const found',
      'const proof = faults;\n  const found',
      'keeps the members that it has as a cluster',
    ],
    [
      'who has protected an original again learns it from AWS',
      'finish/delete.ts',
      'const proof = unlessProtected(faults, original);\n      // RDS would refuse',
      'const proof = faults;\n      // RDS would refuse',
      'stays as an instance, and the run says why',
    ],
  ]),
  ...caughtIn('test/promises/rds-stopped-between-names.test.ts', [
    [
      'what is stopped is to take its name back',
      'names/rename.ts',
      '{ ...start, with: { ...start.with, ifThere: true } },\n',
      '',
      'an instance that has just lost its name: is started',
    ],
    [
      'a member of a stopped cluster is started by itself',
      'names/rename.ts',
      'const start = of\n',
      "const start = of === ''\n",
      'a cluster, whose members are being renamed: is started',
    ],
    [
      'what could not use its key is left so once it can',
      'fence/fence.ts',
      'if (wantsItsKey(found)) {',
      "if (wantsItsKey(found) && id === '') {",
      'a cluster: is started by the resume once the key can be used',
    ],
  ]),
  ...caughtIn('test/steps/rds/as-set.test.ts', [
    [
      'an original that is about to be up again is missed as stopped ever after',
      'claim/as-set.ts',
      "['stopping', 'stopped']",
      "['stopping', 'stopped', 'starting']",
      'is the same while it starts as when it is up',
    ],
  ]),
  ...caughtIn('test/promises/rds-written-replacement.test.ts', [
    [
      'who has written to a replacement and has gone does not count',
      'claim/target.ts',
      'writtenTo(sitting, replacingOf(kind, proven, idIn(one)))',
      '[]',
      'of a cluster to which clients have written that are gone when the cut-over fails after verify',
    ],
    [
      'where the log of a replacement stood is noted only once it has its place',
      'judge/compare.ts',
      '...(replacing && { replacing })',
      '',
      'of an instance to which clients have written that are gone when the cut-over fails after rename-into-place',
    ],
    [
      'what clients have written to a replacement by the time it is verified is taken for its beginning',
      'judge/verify.ts',
      'replacing && writtenSince(verdict.replacing, replacing).found.length === 0',
      'replacing',
      'is not discarded when its clients can not be let in',
    ],
  ]),
  {
    name: 'a plan may switch off what writes inside the database after it was asked who writes',
    file: 'src/steps/rds/needs.ts',
    find: 'before: steps.verifyFence,',
    replace: 'before: steps.createSnapshot,',
    caughtBy: {
      file: 'test/plan/safe.test.ts',
      title:
        'a plan of rds-cluster that says that a hook stops what writes inside is refused with one that comes when the fence is verified, before snapshot',
    },
  },
  {
    name: 'who is connected to a replacement that has no place yet keeps the original from serving again',
    file: 'src/engine/target/observe.ts',
    find: 'state.writePoint === undefined && occupied.some(({ inPlace }) => inPlace)',
    replace: 'state.writePoint === undefined',
    caughtBy: {
      file: 'test/promises/rds-written-replacement.test.ts',
      title: 'is kept, and the original serves again when the cut-over fails',
    },
  },
  ...caughtIn('test/promises/rds-changed-in-hold.test.ts', [
    [
      'a protection that somebody puts on an original in its hold is taken off',
      'finish/protection.ts',
      'if (verdict.protected !== false) return proof;',
      'if (true) return proof;',
      'is not deleted, and the protection stays: an instance',
    ],
    [
      'whether an original was protected is not noted',
      'judge/verify.ts',
      ', ...guarded };',
      ' };',
      'is not deleted, and the protection stays: a cluster',
    ],
    [
      'a member that somebody adds to an original is found when the others are gone',
      'kinds/cluster.ts',
      'if (!members.some((member) => member.id === idIn(one)))',
      'if (false)',
      'with one that somebody has added none is deleted',
    ],
    [
      'a member of an original that has its name again goes with it',
      'kinds/cluster.ts',
      'members.some((member) => member.name === name)',
      'false',
      'are not deleted where one has been given back the name that clients know',
    ],
    [
      'that nobody knows who has written to an original is not said before it goes',
      'finish/proof.ts',
      'for (const one of told) ctx.announce(',
      'for (const one of told.slice(1)) ctx.announce(',
      'and whose statistics began again with that does not go without a word',
    ],
    [
      'an original that does not answer goes without a word',
      'finish/proof.ts',
      'told: [answer.unknown]',
      'told: []',
      'since it is stopped, does not go without a word',
    ],
  ]),
  ...caughtIn('test/promises/rds-changed-before-cut-over.test.ts', [
    [
      'a parameter of the cluster comes into force when its sessions are dropped',
      'claim/as-set.ts',
      'parametersPend(member) || clusterParametersPend(cluster, member)',
      'parametersPend(member)',
      'since the fence was asked for does not come into force by dropping the sessions',
    ],
    [
      'tags of custom endpoints are those of the first read',
      'read/facts.ts',
      'told: Object.fromEntries(tags)',
      'told: {}',
      'is one of the endpoint that takes its name',
    ],
  ]),
  ...caughtIn('test/promises/rds-named-by-hand.test.ts', [
    [
      'what somebody has renamed is not given its name back',
      'names/rename.ts',
      ' && input.ifThere !== true)',
      ')',
      'and has forgotten the members of a cluster: a rollback gives them their names',
    ],
  ]),
  ...caughtIn('test/promises/rds-replicas.test.ts', [
    [
      'a read replica is made as it was read',
      'make/create-read-replica.ts',
      'replicaNow(ctx.aws.sight.lastSeen(), read)',
      'read',
      'are made as they are by then',
    ],
    [
      'a new read replica is compared with the old one as it was read',
      'judge/verify-read-replica.ts',
      'replicaNow(all, input.replica)',
      'input.replica',
      'that somebody changes after they were made anew keep their names until the new ones are like them',
    ],
    [
      'a new read replica is judged while a change of the old one waits',
      'judge/verify-read-replica.ts',
      ', ...waitsOn(old)',
      '',
      'with a change that waits are not renamed, which would bring it into force: queued at CreateDBInstanceReadReplica',
    ],
    [
      'the rename of a read replica brings into force what waits on it',
      'names/rename.ts',
      'ifThere ? [] : waitsOn(',
      'ifThere || database ? [] : waitsOn(',
      'with a change that waits are not renamed, which would bring it into force: queued at verify-replica',
    ],
    [
      'a read replica that takes writes of its own is replaced',
      'read/instance.ts',
      'for (const why of await writesOf(',
      "for (const why of (await writesOf(ctx, loginAs('postgres', undefined, asked), replica)) ?? await writesOf(",
      'that take writes of their own are refused',
    ],
    [
      'a read replica that takes writes of its own since it was read is replaced',
      'judge/verify-read-replica.ts',
      ', ...own]',
      ']',
      'that take writes of their own since they were read keep their names',
    ],
    [
      'that nobody has the name of a read replica is not said',
      'names/rename.ts',
      'if (all.some((one) => nameIn(one) === input.to)) return',
      'if (true) return',
      'of which a new one is lost between the renames',
    ],
  ]),
  ...caughtIn('test/promises/rds-said-on-the-way-back.test.ts', [
    [
      'what somebody has renamed is not looked for where its name leads to nothing',
      'read/read.ts',
      'claimants(one.TagList).includes(ctx.run)',
      'false',
      'lets its clients in under the name that it has now',
    ],
  ]),
  {
    name: 'what is expected on the way back is said as if it had been seen',
    file: 'src/engine/target/guard.ts',
    find: 'length > 0 ? this.seenOnWayBack : undefined',
    replace: 'length > 0 ? undefined : undefined',
    caughtBy: {
      file: 'test/promises/rds-said-on-the-way-back.test.ts',
      title: 'is not said to be open under the name that clients know',
    },
  },
  {
    name: 'an original that somebody has renamed stays shut on the way back',
    file: 'src/engine/target/drift.ts',
    find: "seen.activeSide === 'originals' || (",
    replace: "seen.activeSide === 'originals' || (false && ",
    caughtBy: {
      file: 'test/promises/rds-said-on-the-way-back.test.ts',
      title: 'lets its clients in under the name that it has now',
    },
  },
  {
    name: 'a database that is open under another name than its own counts as serving',
    file: 'src/report/plan-status.ts',
    find: 'byAccident = false } = byName(target.serving(seen));',
    replace: 'byAccident = false } = target.serving(seen);',
    caughtBy: {
      file: 'test/promises/rds-said-on-the-way-back.test.ts',
      title: 'is not said to be open under the name that clients know',
    },
  },
  {
    name: 'past the write point a change of the target is said to be built over by a resume',
    file: 'src/engine/target/surroundings.ts',
    find: 'const onlyForward = run.state.writePoint !== undefined;',
    replace: 'const onlyForward = false;',
    caughtBy: {
      file: 'test/promises/rds-names-swapped.test.ts',
      title: 'is not said to be built again by a resume',
    },
  },
  ...caughtIn('test/promises/rds-key-given-back.test.ts', [
    [
      'what RDS has stopped for want of its key is not started again on the way back',
      'status.ts',
      "statusOf(one) === 'inaccessible-encryption-credentials-recoverable' && !isMember",
      'false && !isMember',
      'the old one, before the restart behind the fence',
    ],
    [
      'what is stopped is asked for its name back before it is started',
      'names/rename.ts',
      '{ ...start, with: { ...start.with, ifThere: true } },\n',
      '',
      'the new one, when the replacement takes the name',
    ],
    [
      'how to free the name of a replacement that has failed is not said',
      'status.ts',
      "['inaccessible-encryption-credentials', 'failed'].includes(status)",
      "['inaccessible-encryption-credentials'].includes(status)",
      'is named with the command that frees the name',
    ],
  ]),
];
