import { caughtIn } from './in-steps-of-rds.ts';
import type { PlantedBug } from './planted-bug.ts';

/** What could be lost of a database on its way over: what it has beside its data, and the clients that come back to it. */
export const rdsCarryBugs: readonly PlantedBug[] = [
  ...caughtIn('test/promises/rds-replicas.test.ts', [
    [
      'a replica that was promoted is deleted',
      'finish/delete-read-replica.ts',
      'else if (old.ReadReplicaSourceDBInstanceIdentifier === undefined)',
      'else if (old.ReadReplicaSourceDBInstanceIdentifier === null)',
      'that somebody has promoted in the hold are kept',
    ],
  ]),
  ...caughtIn('test/promises/rds-others.test.ts', [
    [
      'a replacement is not compared again before clients are admitted',
      'judge/verify.ts',
      '...(original ? unlikeNow(ctx, kind, verdict, { read, ...pair, original, replacement }) : []),',
      '',
      'the replacement changed by somebody after it was compared',
    ],
    [
      'a stopped original is left stopped',
      'fence/fence.ts',
      '{ uses: kind.steps.start, with: theId(kind, idOf(kind, input)) },',
      '',
      'stopped behind its fence, it is started again',
    ],
    [
      'a login that does not see the sessions of others is taken for one that sees nobody',
      'fence/sessions.ts',
      'const blind = answer.rows.find(([first]) => first === blindness);',
      "const blind = answer.rows.find(([first]) => first === 'never');",
      'because this login does not see the sessions of others',
    ],
    [
      'a database that does not answer is taken for one without sessions',
      'fence/sessions.ts',
      'return { seen: [answer.unknown], position: undefined };',
      'return { seen: [], position: undefined };',
      'because nothing gets through is told before',
    ],
  ]),
  ...caughtIn('test/promises/rds-clients-back.test.ts', [
    [
      'an original is deleted although no client has come back',
      'judge/clients-back.ts',
      'return { pending: {',
      'return { text: why, waits: {',
      'after an instance has let its clients in that none comes back is said before the hold, and the original waits',
    ],
    [
      'that nobody has come back after the admission is not said',
      'judge/clients-back.ts',
      'ctx.announce(told(name, back, at, were));',
      '',
      'after a cluster has let its clients in that none comes back is said before the hold, and the original waits',
    ],
  ]),
  ...caughtIn('test/promises/rds-groups-back.test.ts', [
    [
      'a group that somebody has put on the original meanwhile is taken off on the way back',
      'fence/group-change.ts',
      'input.keepsOthers === true && one',
      'input.keepsOthers === null && one',
      'is on a cluster that serves again',
    ],
  ]),
  ...caughtIn('test/promises/rds-roles.test.ts', [
    [
      'a role that comes in the cut-over is a change of the original',
      'read/facts.ts',
      'return factsOf(whole.found, whole.parts, read.fence, named, read.roles);',
      'return factsOf(whole.found, whole.parts, read.fence, named);',
      "the roles of 'a cluster' with one that somebody gives it when it is restarted",
    ],
    [
      'a role that comes after the read stays with the original',
      'judge/verify.ts',
      'log, roles: original ? rolesIn(original) : [], ...guarded };',
      'log, roles: original ? rolesIn(original).slice(0, 2) : [], ...guarded };',
      "the roles of 'an instance' with one that somebody gives it when its name is taken away",
    ],
    [
      'a role that the original does not have any more is given to its replacement',
      'judge/comparison.ts',
      '? rolesLacking(found.name, original.roles, found.roles)',
      '? rolesLacking(found.name, [], found.roles)',
      "the roles of 'an instance' without one that somebody takes off it when its name is taken away",
    ],
    [
      'that all roles have come over is not compared',
      'judge/verify-serving.ts',
      '...rolesLacking(name, verdict.roles, rolesIn(found)),',
      '',
      "the roles of 'a cluster' are compared when clients are in",
    ],
    [
      'a replacement is given roles before it is judged in its place',
      'make/add-role.ts',
      'verdict: kind.PlacedVerdict',
      'verdict: kind.Verdict',
      'that gives a replacement its roles before the last proof is refused',
    ],
  ]),
  ...caughtIn('test/promises/rds-tag-in-cut-over.test.ts', [
    [
      'a tag that comes too late to be carried over is lost without a word',
      'finish/proof.ts',
      '.filter((text) => !there.has(text) && !won(text))',
      '.filter((text) => there.has(text) && won(text))',
      'in the hold of a cluster is told before that goes with it',
    ],
    [
      'a replacement gets the tags of the reading, not those of now',
      'make/born.ts',
      'return found ? carried(found.TagList) : read.tags;',
      'return read.tags ?? found;',
      'of an instance, when it is snapshotted are on what takes its place',
    ],
    [
      'a tag that was carried over counts as lost',
      'judge/comparison.ts',
      'plans.has(key) || is.get(key) === was.get(key) ?',
      'plans.has(key) ?',
      'of a member, when the cluster is restored are on what takes its place',
    ],
  ]),
  ...caughtIn('test/steps/rds/cluster-endpoints.test.ts', [
    [
      'the members that a custom endpoint names are gone as soon as a look does not show them',
      'names/cluster-endpoints.ts',
      'ctx.clock.now() >= until',
      'until > 0',
      'is waited for as long as a look of the past may hide it',
    ],
  ]),
  ...caughtIn('test/promises/rds-scaled-readers.test.ts', [
    [
      'a reader that Application Auto Scaling takes away is a change of the cluster',
      'claim/as-set.ts',
      '.filter((one) => !isScaled(one.TagList))',
      '',
      'takes away inside the cut-over before the restore',
    ],
    [
      'a reader that Application Auto Scaling has taken away is missing in the comparison',
      'judge/comparison.ts',
      'one.scaled !== true || found !== undefined',
      'one.id !== undefined',
      'takes away inside the cut-over before the final snapshot',
    ],
    [
      'a reader that Application Auto Scaling makes in the cut-over stays with the original',
      'read/facts.ts',
      'const all = [...new Set([found, ...parts])].map(',
      'const all = [found, ...parts.filter((one) => !isScaled(one.TagList))].map(',
      'that Application Auto Scaling makes before the names change hands would stay with the original',
    ],
    [
      'a reader that Application Auto Scaling makes for what has the name is one that nobody asked for',
      'judge/places.ts',
      ' && !isScaled(one.TagList)',
      '',
      'makes for what has its name by now',
    ],
    [
      'a custom endpoint is judged by the readers that Application Auto Scaling has taken away',
      'judge/places.ts',
      'members: one.members.filter((name) => !gone.includes(name))',
      'members: one.members',
      'and that a custom endpoint names, is taken away from what has its name by now',
    ],
    [
      'a custom endpoint is given back with members that are gone',
      'names/cluster-endpoints.ts',
      'listed.filter((name) => !lacks.includes(name));',
      '[...listed];',
      'and that a custom endpoint names, keeps no resume from its work',
    ],
  ]),
  ...caughtIn('test/promises/rds-others.test.ts', [
    [
      'an operator is told to delete an original that has lost its key',
      'status.ts',
      'return made\n',
      'return name\n',
      'is never named as something to delete',
    ],
  ]),
  ...caughtIn('test/promises/rds-protection-after-read.test.ts', [
    [
      'deletion protection is carried as it was read',
      'read/facts.ts',
      "one.DeletionProtection ? 'on' : 'off'",
      "'as read'",
      'is carried over, or the run stops and says so',
    ],
  ]),
  ...caughtIn('test/promises/rds-others.test.ts', [
    [
      'a way into a database that no list of sessions shows is not looked for',
      'read/refusals-around.ts',
      'if (Port !== undefined)',
      'if (Port === 0)',
      'with an option that opens a port of its own',
    ],
  ]),
];
