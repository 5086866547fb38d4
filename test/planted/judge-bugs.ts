import type { PlantedBug } from './planted-bug.ts';

const histories = 'test/judge/histories.test.ts';
const sees = 'test/judge/sees.test.ts';

/** For each promise a bug that only the judge can see: no guard and no verification of ours stands in its way. */
export const judgeBugs: readonly PlantedBug[] = [
  {
    name: 'every instance is left stopped',
    file: 'src/steps/ec2/read-instance.ts',
    find: "state: instance.State?.Name === 'stopped' ? 'stopped' : 'running'",
    replace: "state: 'stopped'",
    caughtBy: { file: sees, title: 'an instance that ran runs when its run is over' },
  },
  {
    name: 'nothing is taken back by itself',
    file: 'src/engine/unwind/on-stop.ts',
    find: 'if (begun || (stale',
    replace: 'if (!begun && (stale',
    caughtBy: { file: sees, title: 'a cut-over that AWS refuses leaves the target serving' },
  },
  {
    name: 'the last snapshot is discarded',
    file: 'src/engine/prove.ts',
    find: 'missing.includes(original) || ',
    replace: '',
    caughtBy: { file: sees, title: 'the only snapshot that is left of a volume is not deleted' },
  },
  {
    name: 'what carries our tags is ours, whoever made it',
    file: 'src/engine/unwind/discard.ts',
    find: 'if (!definition || !unsure || definition',
    replace: 'if (!definition || definition',
    caughtBy: { file: sees, title: "somebody else's copy of a snapshot of ours is not deleted" },
  },
  {
    name: 'a resume does not wait for a hold that has begun',
    file: 'src/engine/gates/hold.ts',
    find: 'if (run.state.gates.get(step.id)?.passed) return;',
    replace: 'if (run.state.gates.get(step.id)) return;',
    caughtBy: { file: sees, title: 'an original is there for as long as it was said to be held' },
  },
  {
    name: 'a claim is put on a neighbour, too',
    file: 'src/steps/ec2/claim.ts',
    find: 'createTags({ Resources: input.resources, Tags })',
    replace: "createTags({ Resources: [...input.resources, 'vol-00000000000000003'], Tags })",
    caughtBy: { file: sees, title: 'nothing is changed but the target, what belongs to it, and what the run has made' },
  },
  {
    name: 'what is said of now is the other way round',
    file: 'src/report/plan-status.ts',
    find: 'activeSideOf(pairs, on), running }',
    replace: 'activeSideOf(pairs, on), running: !running }',
    caughtBy: { file: sees, title: 'what is said of the target at the end is so' },
  },
  {
    name: 'down time is told five minutes late',
    file: 'src/report/plan-status.ts',
    find: 'insideCutOver(plan, registry, state) ? touchedAt(registry, state) : undefined',
    replace: 'insideCutOver(plan, registry, state) ? (touchedAt(registry, state) ?? 0) + 300_000 : undefined',
    caughtBy: { file: sees, title: 'a target that is down is told as down since it was' },
  },
  {
    name: 'a second security group is not carried',
    file: 'src/steps/rds/read/reading.ts',
    find: 'securityGroups: groupsOf(found)',
    replace: 'securityGroups: groupsOf(found).slice(0, 1)',
    caughtBy: { file: sees, title: 'the security groups that its original had' },
  },
  {
    name: 'deletion protection is not carried',
    file: 'src/steps/rds/read/reading.ts',
    find: 'deletionProtection: found.DeletionProtection ?? false',
    replace: 'deletionProtection: false',
    caughtBy: { file: sees, title: 'the deletion protection that its original had' },
  },
  {
    name: 'a tag is not carried',
    file: 'src/aws/tags.ts',
    find: "!key.startsWith('aws:') && !key.startsWith('rekey:')",
    replace: "!key.startsWith('aws:') && !key.startsWith('rekey:') && key !== 'team'",
    caughtBy: { file: sees, title: 'the tags that its original had' },
  },
  {
    name: 'roles are not carried',
    file: 'src/aws/database-sight.ts',
    find: 'things: answer.DBInstances,',
    replace: 'things: answer.DBInstances?.map((one) => ({ ...one, AssociatedRoles: [] })),',
    caughtBy: { file: sees, title: 'the roles that its original had' },
  },
  {
    name: 'the parameter group is not carried',
    file: 'src/steps/rds/carry/instance.ts',
    find: 'read: ({ DBParameterGroups }) => DBParameterGroups?.[0]?.DBParameterGroupName',
    replace: 'read: ({ DBParameterGroups }) => (DBParameterGroups === null ? null : undefined)',
    caughtBy: { file: sees, title: 'the parameter group that its original had' },
  },
  {
    name: 'every instance is left stopped, in histories',
    file: 'src/steps/ec2/read-instance.ts',
    find: "state: instance.State?.Name === 'stopped' ? 'stopped' : 'running'",
    replace: "state: 'stopped'",
    caughtBy: { file: histories, title: 'histories of an instance show no failure beyond' },
  },
  {
    name: 'what is said of now is the other way round, in histories',
    file: 'src/report/plan-status.ts',
    find: 'activeSideOf(pairs, on), running }',
    replace: 'activeSideOf(pairs, on), running: !running }',
    caughtBy: { file: histories, title: 'histories of an instance show no failure beyond' },
  },
  {
    name: 'down time is told five minutes late, in histories',
    file: 'src/report/plan-status.ts',
    find: 'insideCutOver(plan, registry, state) ? touchedAt(registry, state) : undefined',
    replace: 'insideCutOver(plan, registry, state) ? (touchedAt(registry, state) ?? 0) + 300_000 : undefined',
    caughtBy: { file: histories, title: 'histories of an instance show no failure beyond' },
  },
  {
    name: 'a rollback is named as next when originals are deleted',
    file: 'src/report/next-steps.ts',
    find: 'deleted.length + deleting.length > 0',
    replace: 'deleted.length + deleting.length < 0',
    caughtBy: { file: 'test/sweep/next.test.ts', title: 'a rollback that is named as next' },
  },
];
