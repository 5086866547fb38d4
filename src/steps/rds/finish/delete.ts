import * as z from 'zod';
import { type AwsContext, defineEffect } from '../../../aws/services.ts';
import type { Proof } from '../../../contract/step.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { DatabaseId, FinalClusterVerdict } from '../domain.ts';
import { nameOf } from '../found.ts';
import { clusters } from '../kinds/cluster.ts';
import { instances } from '../kinds/instance.ts';
import { byId, type Kind, theId } from '../kinds/kind.ts';
import { type DescribedSnapshot, idIn, isGoing, nameIn, snapshottedIn } from '../status.ts';
import { historyOf, permissionsOfHistory } from './history.ts';
import { faultsOfProof, permissionsOfProof, unlessProtected } from './proof.ts';

/** Deletes an original, a cluster without members by then, by the verdict about it and its replacement. */
export const deleteOriginal = (kind: Kind) =>
  defineEffect({
    type: kind.steps.delete,
    hazard: 'destructive',
    call: `rds:Delete${kind.resource}`,
    repeat: 'convergent',
    settleWithinMs: settleWithinMs.database,
    permissions: [
      `rds:Delete${kind.resource}`,
      `rds:Create${kind.snapshot}`,
      ...kind.describesAll,
      `rds:Describe${kind.snapshot}s`,
      ...permissionsOfProof,
    ],
    optionalPermissions: permissionsOfHistory,
    // What is to stay of it, under its old key. A plan says it; there are no defaults.
    input: z.strictObject({
      verdict: kind.FinalVerdict,
      finalSnapshot: z
        .union([z.literal('none'), kind.SnapshotName])
        .meta({ description: 'none, or the name of one that is taken, and stays, under the old key' }),
      automatedBackups: z
        .enum(['delete', 'retain'])
        .meta({ description: 'retained ones stay, under the old key, until they expire' }),
    }),
    output: byId(kind, {}),
    title: (input) => `delete original ${input.verdict.original}`,
    async look(ctx, { verdict, finalSnapshot }) {
      const found = await kind.find(ctx, verdict.original);
      const output = theId(kind, verdict.original);
      if (!found) return { is: 'done', output };
      if (isGoing(found)) return { is: 'pending', output };
      // Nothing had that name when the delete was sent: what has it now and is of the original was taken by it.
      const last = ctx.sentAt === undefined ? undefined : await finalSnapshotOf(ctx, kind, finalSnapshot);
      return last && snapshottedIn(last) === verdict.original ? { is: 'pending', output } : { is: 'absent' };
    },
    async run(ctx, { verdict, ...stays }) {
      await kind.delete(ctx, nameOf(ctx, kind, verdict.original), toldRemains(ctx, verdict.original, stays));
      return undefined;
    },
    undo: 'impossible',
    verdict: (input) => input.verdict,
    deletes: (input) => input.verdict.original,
    remains: ({ verdict, finalSnapshot, automatedBackups }) => [
      ...(finalSnapshot === 'none' ? [] : [finalSnapshot]),
      ...(automatedBackups === 'retain' ? [`automated backups of ${verdict.original}`] : []),
    ],
    history: historyOf(kind),
    async prove(ctx, { verdict, finalSnapshot }) {
      // At once, so that they share their looks.
      const [faults, original, taken] = await Promise.all([
        faultsOfProof(ctx, kind, verdict, ctx.sentAt === undefined ? [] : [verdict.original]),
        kind.find(ctx, verdict.original),
        finalSnapshotOf(ctx, kind, finalSnapshot),
      ]);
      const proof = unlessProtected(faults, original);
      // RDS would refuse, after hours of hold.
      const foreign = taken !== undefined && (ctx.sentAt === undefined || snapshottedIn(taken) !== verdict.original);
      if (!foreign) return proof;
      return { ...proof, findings: [...proof.findings, `the name ${finalSnapshot} of the final snapshot is taken`] };
    },
  });

/** What has the name under which the plan wants one to stay. */
async function finalSnapshotOf(ctx: AwsContext, kind: Kind, name: string): Promise<DescribedSnapshot | undefined> {
  return name === 'none' ? undefined : kind.findSnapshot(ctx, name);
}

interface Remains {
  readonly finalSnapshot: string;
  readonly automatedBackups: 'delete' | 'retain';
}

/** The same as RDS takes it, with or without members: told to the operator, since it stays under the old key. */
function toldRemains(ctx: AwsContext, original: string, { finalSnapshot, automatedBackups }: Remains) {
  if (finalSnapshot !== 'none') ctx.announce(`the final snapshot ${finalSnapshot} stays, under the old key`);
  if (automatedBackups === 'retain')
    ctx.announce(`the automated backups of ${original} stay, under the old key, until they expire`);
  return {
    ...(finalSnapshot === 'none'
      ? { SkipFinalSnapshot: true }
      : { SkipFinalSnapshot: false, FinalDBSnapshotIdentifier: finalSnapshot }),
    DeleteAutomatedBackups: automatedBackups === 'delete',
  };
}

const memberInput = z.strictObject({
  verdict: FinalClusterVerdict,
  member: DatabaseId.meta({ description: "one of the verdict's members: of the original's" }),
});
type MemberInput = z.infer<typeof memberInput>;

/** Deletes a member of an original cluster, by the verdict about the cluster. What it holds is the cluster's. */
export const deleteMember = defineEffect({
  type: 'rds.delete-member',
  hazard: 'destructive',
  call: 'rds:DeleteDBInstance',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.database,
  permissions: [
    'rds:DeleteDBInstance',
    'rds:DescribeDBInstances',
    'rds:DescribeDBClusters',
    'rds:DescribeDBClusterEndpoints',
    ...permissionsOfProof,
  ],
  optionalPermissions: permissionsOfHistory,
  input: memberInput,
  output: z.strictObject({ member: DatabaseId }),
  title: (input) => `delete ${input.member}, a member of original ${input.verdict.original}`,
  async look(ctx, { member }) {
    const instance = await ctx.aws.sight.database(member);
    if (!instance) return { is: 'done', output: { member } };
    return isGoing(instance) ? { is: 'pending', output: { member } } : { is: 'absent' };
  },
  async run(ctx, { member }) {
    await ctx.aws.rds.deleteDBInstance({
      DBInstanceIdentifier: nameOf(ctx, instances, member),
      SkipFinalSnapshot: true,
    });
    return undefined;
  },
  undo: 'impossible',
  verdict: (input) => input.verdict,
  deletes: (input) => input.verdict.original,
  deletesPart: true,
  history: historyOf(clusters),
  prove: (ctx, input) => proofOf(ctx, input),
});

async function proofOf(ctx: AwsContext, { verdict, member }: MemberInput): Promise<Proof> {
  // At once, so that they share their looks.
  const [faults, original, all] = await Promise.all([
    faultsOfProof(ctx, clusters, verdict),
    ctx.aws.sight.cluster(verdict.original),
    ctx.aws.sight.databases(),
  ]);
  const proof = unlessProtected(faults, original);
  const found = all.find((one) => idIn(one) === member);
  const known = verdict.members.some(({ id }) => id === member);
  const isMember = found !== undefined && original !== undefined && found.DBClusterIdentifier === nameIn(original);
  // What is gone, or going, since the delete was sent is so by that.
  const isOver = ctx.sentAt !== undefined && (found === undefined || isGoing(found));
  if (known && ((isMember && !isGoing(found)) || isOver)) return proof;
  return { ...proof, findings: [...proof.findings, `${member} is no member of ${verdict.original}`] };
}
