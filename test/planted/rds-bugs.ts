import type { PlantedBug } from './bugs.ts';

const pitfalls = 'test/promises/rds-pitfalls.test.ts';
const others = 'test/promises/rds-others.test.ts';
const steps = 'src/steps/rds';

/** What could go wrong in moving an RDS instance: the guard of each known pitfall, taken out. */
export const rdsBugs: readonly PlantedBug[] = [
  {
    name: 'the database is not asked who is connected',
    file: `${steps}/sessions.ts`,
    find: 'return answer.rows.map(\n    (row)',
    replace: 'return answer.rows.slice(0, 0).map(\n    (row)',
    caughtBy: {
      file: pitfalls,
      title: 'a pooled session that comes back through a hole keeps the run from its snapshot',
    },
  },
  {
    name: 'a fence that was opened since is not noticed',
    file: `${steps}/verify-instance.ts`,
    find: 'return holesInFence(ctx, instance);',
    replace: 'return [];',
    caughtBy: { file: pitfalls, title: 'a fence that is opened after the proof' },
  },
  {
    name: 'a restart in doubt is sent again without a look at the events',
    file: `${steps}/drop-sessions.ts`,
    find: 'const since = at !== null && (',
    replace: 'const since = at === null && (',
    caughtBy: { file: pitfalls, title: 'a restart in doubt, lost after its effect' },
  },
  {
    name: 'a rename is over as soon as the name is there',
    file: `${steps}/rename-instance.ts`,
    find: 'isSettled(instance) && followed ?',
    replace: 'followed !== undefined ?',
    caughtBy: { file: pitfalls, title: '6: a rename is over when the new name is available' },
  },
  {
    name: 'a restore takes the defaults of RDS',
    file: `${steps}/restore-instance.ts`,
    find: "...parametersFor('restore', instance.settings),",
    replace: '',
    caughtBy: { file: pitfalls, title: '7: a restore resets nothing' },
  },
  {
    name: 'differences are found and not told',
    file: `${steps}/compare-instances.ts`,
    find: 'else findings.push(told);',
    replace: '',
    caughtBy: { file: pitfalls, title: '7: a difference that the plan does not name stops it' },
  },
  {
    name: 'a managed master password is lost',
    file: `${steps}/refusals-of-instance.ts`,
    find: 'if (found.MasterUserSecret)',
    replace: 'if (found.MasterUserSecret === null)',
    caughtBy: { file: pitfalls, title: '8: a master password that Secrets Manager manages' },
  },
  {
    name: 'automated backups go whatever the plan says',
    file: `${steps}/delete-instance.ts`,
    find: "DeleteAutomatedBackups: automatedBackups === 'delete'",
    replace: 'DeleteAutomatedBackups: true',
    caughtBy: { file: pitfalls, title: '9: what becomes of backups is said in the plan' },
  },
  {
    name: 'nobody is told of policies that name the old instance',
    file: `${steps}/read-instance.ts`,
    find: 'if (found.IAMDatabaseAuthenticationEnabled)',
    replace: 'if (found.DBInstanceIdentifier === undefined)',
    caughtBy: { file: pitfalls, title: '10: that IAM policies name the old DbiResourceId' },
  },
  {
    name: 'Performance Insights stays under the old key',
    file: `${steps}/read-instance.ts`,
    find: 'moved: moved ?',
    replace: 'moved: moved === undefined ?',
    caughtBy: { file: pitfalls, title: '11: Performance Insights is switched on under the new key' },
  },
  {
    name: 'replicas stay with the old one',
    file: `${steps}/refusals-of-instance.ts`,
    find: 'if (replicas.length > 0)',
    replace: 'if (replicas.length < 0)',
    caughtBy: { file: pitfalls, title: '12: read replicas, which would stay with the original' },
  },
  {
    name: 'an original that let clients in again is deleted',
    file: `${steps}/proof.ts`,
    find: 'const stale = original !== undefined && !hasGroups(original, [verdict.fence]);',
    replace: 'const stale = false as boolean;',
    caughtBy: { file: others, title: 'the original let clients in again: it is not deleted' },
  },
  {
    name: 'a stopped original is left stopped',
    file: `${steps}/fence-instance.ts`,
    find: "{ uses: 'rds.start-instance', with: { database: input.database } },",
    replace: '',
    caughtBy: { file: others, title: 'stopped behind its fence, it is started again' },
  },
];
