import type { PlantedBug } from './planted-bug.ts';

/** A bug in a step of RDS: its name, the file, what stands there, what instead, and a part of the title of the test that catches it. */
type Row = readonly [name: string, file: string, find: string, replace: string, title: string];

function caughtIn(file: string, rows: readonly Row[]): PlantedBug[] {
  return rows.map(([name, step, find, replace, title]) => ({
    name,
    file: `src/steps/rds/${step}`,
    find,
    replace,
    caughtBy: { file, title },
  }));
}

/** What could go wrong in moving a database: the guard of each known pitfall, and each guard that asks in SQL, taken out. */
export const rdsBugs: readonly PlantedBug[] = [
  ...caughtIn('test/promises/rds-pitfalls.test.ts', [
    [
      'the database is not asked who is connected',
      'fence/sessions.ts',
      'seen: others.map(',
      'seen: others.slice(0, 0).map(',
      'a pooled session that comes back through a hole keeps the run from its snapshot',
    ],
    [
      'a fence that was opened since is not noticed',
      'judge/verify.ts',
      'return holesInFence(ctx, read);',
      'return [];',
      'a fence that is opened when the replacement has the name',
    ],
    [
      'a restart in doubt is sent again without a look at the events',
      'fence/restarts.ts',
      'const since = at !== null && (',
      'const since = at === null && (',
      'a restart in doubt, lost after its effect',
    ],
    [
      'a rename is over as soon as the name is there',
      'names/rename.ts',
      '!busy && followed && kind.isWhole(found, parts)',
      'followed !== undefined',
      '6: a rename is over when the new name is available',
    ],
    [
      'a restore takes the defaults of RDS',
      'kinds/instance.ts',
      "...parametersFor('restore', settings),",
      '',
      '7: a restore resets nothing',
    ],
    [
      'differences are found and not told',
      'judge/comparison.ts',
      '...replacement.filter(({ attribute }) => !named.includes(attribute)).map(({ told }) => told),',
      '',
      '7: a difference that the plan does not name stops it',
    ],
    [
      'a managed master password is lost',
      'read/master-user-secret.ts',
      'if (!inTime)',
      'if (inTime)',
      '8: a master password that Secrets Manager manages',
    ],
    [
      'automated backups go whatever the plan says',
      'finish/delete.ts',
      "DeleteAutomatedBackups: automatedBackups === 'delete'",
      'DeleteAutomatedBackups: true',
      '9: what becomes of backups is said in the plan',
    ],
    [
      'nobody is told of policies that name the old instance',
      'read/announce.ts',
      'if (found.IAMDatabaseAuthenticationEnabled) tell(',
      'if (found.KmsKeyId === undefined) tell(',
      '10: that IAM policies name the old DbiResourceId',
    ],
    [
      'Performance Insights stays under the old key',
      'read/reading.ts',
      'return same ?',
      'return same === undefined ?',
      '11: Performance Insights is switched on under the new key',
    ],
    [
      'replicas stay with the old one',
      'read/read-replicas.ts',
      'if (names.length + clusters.length === 0)',
      'if (names.length + clusters.length >= 0)',
      '12: read replicas, which would stay with the original',
    ],
  ]),
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
  ...caughtIn('test/promises/rds-sql-guards.test.ts', [
    [
      'the fence is believed after one look',
      'fence/verify-fence.ts',
      'if (second.against.length > 0) return pending(input, second.against);',
      '',
      'a client that is there only at every second look',
    ],
    [
      'the answers of old and new are not compared',
      'judge/check-sql.ts',
      'if (JSON.stringify(old) !== JSON.stringify(made))',
      'if (old === undefined)',
      'an answer that is another one on the replacement',
    ],
    [
      'nobody asks the original once more before clients are let in',
      'judge/verify.ts',
      'return { why: [...seen, ...unheard], position };',
      'return { why: unheard, position };',
      'a client of the original, under its new name, keeps them out',
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
      'one.scaled !== true || instance(one.id) !== undefined',
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
  ]),
  ...caughtIn('test/promises/rds-fence.test.ts', [
    [
      'the proof does not ask for the groups of the original',
      'finish/proof.ts',
      'original !== undefined && !hasGroups(original, [verdict.fence])',
      'original === undefined && verdict.fence.length === 0',
      'is kept, since clients may have written to it',
    ],
  ]),
  ...caughtIn('test/promises/rds-sql.test.ts', [
    [
      'a statement that is refused counts as answered alike',
      'judge/check-sql.ts',
      "if (one && 'unknown' in one) return",
      "if (one && 'unknown' in one && !one.final) return",
      'serves again at once when a statement is refused',
    ],
    [
      'a password that was not given takes the cut-over back',
      'fence/sessions.ts',
      '  if (answer.error instanceof RekeyError) throw answer.error;\n  return { seen',
      '  return { seen',
      'stays as it is when a resume forgot the login',
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
  ...caughtIn('test/sweep/lying-clusters.test.ts', [
    [
      'the members of a cluster are not compared',
      'judge/comparison.ts',
      '...members.flatMap((one) => ofMember(part(one), inPlaceOf(one), { own })),',
      '',
      'with a member of another class',
    ],
    [
      'a cluster that nobody can reach proves the delete of its original',
      'kinds/cluster.ts',
      'if (writer && isUsable(writer)) return [];',
      'if (replacement) return [];',
      'the members of the replacement',
    ],
  ]),
  ...caughtIn('test/promises/rds-cluster-back.test.ts', [
    [
      'a broken member holds up the return of its cluster',
      'fence/group-change.ts',
      "=== 'there' || broken(part)",
      "=== 'there' || (broken(part) && false)",
      'is not waited for when the original comes back with the others',
    ],
  ]),
  ...caughtIn('test/aws/databases-postgres.test.ts', [
    [
      "the statistics that autovacuum's analyze writes are a write of somebody",
      'fence/position.ts',
      "('pg_statistic', 'pg_statistic_ext_data', 'pg_authid')",
      "('pg_authid')",
      "moves by autovacuum's analyze, a checkpoint and the heartbeat of RDS, and nobody has written",
    ],
    [
      'the sessions of RDS in its own database are those of somebody who writes',
      'fence/position.ts',
      "WHERE datname NOT IN ('rdsadmin', current_database())\n      UNION ALL",
      'WHERE datname <> current_database()\n      UNION ALL',
      "moves by autovacuum's analyze, a checkpoint and the heartbeat of RDS, and nobody has written",
    ],
    [
      'who writes in another database and leaves is not found',
      'fence/position.ts',
      'tup_inserted + tup_updated + tup_deleted FROM',
      '0 FROM',
      'shows who has come, written in another database and left between two looks',
    ],
    [
      'PostgreSQL leaves out the sessions that a login may not see',
      'fence/sessions.ts',
      "WHERE NOT pg_has_role('pg_read_all_stats', 'USAGE')",
      'WHERE false',
      'who may not see the sessions of others never proves that there are none',
    ],
    [
      'a session that only receives the log is not listed',
      'fence/sessions.ts',
      "('client backend', 'walsender')",
      "('client backend')",
      'a session with an open transaction, and one that receives the log',
    ],
  ]),
  ...caughtIn('test/aws/databases-mysql.test.ts', [
    [
      'MySQL leaves out the sessions that a login may not see',
      'fence/sessions.ts',
      'WHERE NOT EXISTS (SELECT 1 FROM information_schema.processlist WHERE user <>',
      'WHERE 1 = 0 AND EXISTS (SELECT 1 FROM information_schema.processlist WHERE user <>',
      'never proves that nobody is connected to who may not see the sessions of others',
    ],
    [
      "the heartbeat of RDS in MySQL's own schema is a write of somebody",
      'fence/position.ts',
      "TABLE_SCHEMA NOT IN ('mysql', 'sys',",
      "TABLE_SCHEMA NOT IN ('sys',",
      'moves by the heartbeat of RDS, which is nobody who writes, nor is who asks',
    ],
    [
      'who makes a table in MySQL and leaves is not found',
      'fence/position.ts',
      "SUM(IF(VARIABLE_NAME LIKE 'COM_%', VARIABLE_VALUE, 0))",
      '0',
      'shows who has come, made a table and left',
    ],
  ]),
  ...caughtIn('test/promises/rds-verdict-of-the-past.test.ts', [
    [
      'a verdict fails by a look of the past',
      'judge/verdicts.ts',
      'lags: findings.length > 0',
      'lags: findings.length < 0',
      'does not fail the verdict about a database that serves',
    ],
  ]),
  ...caughtIn('test/promises/rds-quiet-anew.test.ts', [
    [
      'the final snapshot is taken by the proof of a dead process',
      'make/create-snapshot.ts',
      'input.after ? quiet(ctx',
      'input.after && 1 > 2 ? quiet(ctx',
      'is taken anew before the final snapshot of an instance',
    ],
  ]),
  ...caughtIn('test/promises/rds-session-at-delete.test.ts', [
    [
      'who is connected to an original is not asked before its delete',
      'fence/open.ts',
      'const sessions = seated.get(id)?.sessions ?? [];',
      'const sessions: readonly string[] = [];',
      'keeps the original of an instance from being deleted',
    ],
  ]),
  ...caughtIn('test/promises/rds-fence.test.ts', [
    [
      'a fence is looked at only where the name is',
      'fence/open.ts',
      'all.some((one) => isFenced(one, read.fence))',
      'holder && isFenced(holder, read.fence)',
      'while nobody has the name, takes the cut-over back',
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
  ...caughtIn('test/promises/rds-tag-after-read.test.ts', [
    [
      'tags are compared only when the replacement is there',
      'read/facts.ts',
      "told: { [of('the tags')]: listed(",
      "told: { [of('the tags')]: '' && listed(",
      'costs no downtime',
    ],
  ]),
  ...caughtIn('test/promises/rds-statement-tried.test.ts', [
    [
      'statements are asked for the first time while clients are out',
      'judge/check-sql.ts',
      'return original.success ? refusedStatements(',
      'return original.success && 1 > 2 ? refusedStatements(',
      'costs no downtime: it is tried on the original',
    ],
  ]),
  ...caughtIn('test/promises/rds-fence-refused.test.ts', [
    [
      'a fence may let in the range that clients come from',
      'fence/rules.ts',
      'if (known !== undefined)\n      refusals.refuse(',
      'if (known !== undefined && 1 > 2)\n      refusals.refuse(',
      'that lets in the very range that clients come from is refused',
    ],
    [
      'a fence may let in the members of a group',
      'fence/rules.ts',
      'for (const peer of rules.flatMap(namedPeersOf))',
      'for (const peer of rules.slice(0, 0).flatMap(namedPeersOf))',
      'that lets in members of a group',
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
  ...caughtIn('test/plan/safe.test.ts', [
    [
      'a plan may restore what was taken while clients wrote',
      'needs.ts',
      "given: 'after',\n    before: steps.restore,",
      'before: steps.restore,',
      'that restores a snapshot which was taken while clients wrote',
    ],
    [
      'a plan may let clients in to what nobody has judged',
      'needs.ts',
      'through: idField,',
      '',
      'takes what nobody has judged',
    ],
  ]),
  ...caughtIn('test/promises/rds-position.test.ts', [
    [
      'the final snapshot, and what is made from it, do not ask whether the log has moved',
      'fence/quiet.ts',
      '...written.found.map((how)',
      '...[].map((how)',
      'before the final snapshot of an instance, has the cut-over taken back',
    ],
    [
      'the copy of a snapshot forgets where the log stood',
      'make/copy-snapshot.ts',
      'return { database, source, after, ...positioned(position) };',
      'return { database, source, after };',
      'while the final snapshot of an instance is taken, keeps anything from being restored from it',
    ],
    [
      'the snapshot of a cluster forgets where the log stood',
      'kinds/cluster.ts',
      '...positioned(after?.position),',
      '',
      'while the final snapshot of a cluster is taken, keeps anything from being restored from it',
    ],
    [
      'a replacement is admitted without a look at the log of the original',
      'judge/verify.ts',
      'since.found.map((how)',
      '[].map((how)',
      'when an instance is restored, keeps the replacement from being admitted',
    ],
    [
      'no look asks whether the log of the original has moved',
      'fence/open.ts',
      '...written,',
      '',
      'while an instance is in its hold, keeps the original from being deleted',
    ],
    [
      'after a restart of MySQL the hold has nothing to compare with',
      'judge/verify.ts',
      '...(since.found.length === 0 && positioned(position))',
      '',
      'does not hide who comes, writes and leaves during the hold of MySQL',
    ],
    [
      'that a log has moved is somebody who writes, whatever the statistics say',
      'fence/position.ts',
      "if (changed.length === 0) return { is: 'not' };",
      '',
      'moves the position of the log of PostgreSQL, and stops no run',
    ],
    [
      'what nobody can tell after a restart is not said',
      'fence/position.ts',
      'return { found: [], told: [`',
      'return { found: [], told: true ? [] : [`',
      'is not told apart after a restart of MySQL, which is said',
    ],
  ]),
  ...[
    [
      'the statistics of before a restart count after it',
      '(restarted && now.reset === fromStart)',
      'false',
      'counts from its start',
    ],
    ['another server is taken for the one that answered', 'before.server !== now.server', 'false', 'another server'],
    [
      'statistics that a crash has lost are a write of somebody',
      'count >= (before.counts[name] ?? 0)',
      'true',
      'lost in a crash',
    ],
    [
      'a session in another database is one that writes',
      'differs(name) && (!names.includes(sessions) || differs(sessions))',
      'differs(name) || differs(sessions)',
      'nobody came to',
    ],
    [
      'what RDS does to the catalogs at a start is a write of somebody',
      'if (restarted && !changed.includes(rowsOfTables))',
      'if (restarted && changed.length === 0)',
      'catalogs changed across a restart',
    ],
  ].map(([name = '', find = '', replace = '', title = '']) => ({
    name,
    file: 'src/steps/rds/fence/position.ts',
    find,
    replace,
    caughtBy: { file: 'test/steps/rds/position.test.ts', title },
  })),
  {
    name: 'an original that stays is left without its protection',
    file: 'src/engine/walk.ts',
    find: 'else if (error instanceof PlanStopped) await setBackWhatIsKept(run, guard, error.message);',
    replace: '',
    caughtBy: {
      file: 'test/promises/rds-protection-back.test.ts',
      title: 'is protected against deletion as it was',
    },
  },
  {
    name: 'who is connected to a replacement that is not open yet does not count',
    file: 'src/engine/target/observe.ts',
    find: 'await recordOccupied(run, occupied);',
    replace: '',
    caughtBy: {
      file: 'test/promises/rds-sessions-on-replacement.test.ts',
      title: 'is not discarded, and what they wrote is not lost',
    },
  },
  {
    name: 'a plan that promises a hook and has none is taken',
    file: 'src/plan/needs.ts',
    find: 'isOf(need.of)(one) && isMeant(one, need)',
    replace: 'isOf(need.of)(one) && need.when === undefined',
    caughtBy: {
      file: 'test/plan/safe.test.ts',
      title: 'a plan of rds-instance that says that a hook stops what writes inside is refused without one',
    },
  },
];
