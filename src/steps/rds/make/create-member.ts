import * as z from 'zod';
import { defineEffect } from '../../../aws/services.ts';
import { marker, tagValue } from '../../../aws/tags.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { memberParameters } from '../carry/member.ts';
import { MadeCluster, Member } from '../cluster-domain.ts';
import { MadeDatabase } from '../domain.ts';
import { nameOf } from '../found.ts';
import { clusters } from '../kinds/cluster.ts';
import { brokenStatus, isGoing, isSettled } from '../status.ts';
import { bornAs, tagsOfMade } from './born.ts';

/** Makes a member of the replacement like one of the original. The first of a cluster becomes its writer. */
export const createMember = defineEffect({
  type: 'rds.create-member',
  hazard: 'additive',
  call: 'rds:CreateDBInstance',
  creates: (output) => [output.id],
  repeat: 'token',
  belongs: true,
  settleWithinMs: settleWithinMs.database,
  permissions: [
    'rds:CreateDBInstance',
    'rds:AddTagsToResource',
    'rds:DescribeDBInstances',
    'rds:DescribeDBClusters',
    'iam:PassRole',
  ],
  input: z.strictObject({ replacement: MadeCluster, member: Member }),
  output: MadeDatabase,
  title: (input) => `member ${input.member.name} of ${input.replacement.name}`,
  async look(ctx, { replacement, member }, known) {
    const name = bornAs(ctx);
    const all = await ctx.aws.sight.databases();
    const made = all.find((one) => (known ? one.DbiResourceId === known.id : one.DBInstanceIdentifier === name));
    if (!made?.DbiResourceId || isGoing(made)) {
      // Its name is needed by the call, and what is gone has none.
      const cluster = ctx.sentAt === undefined ? await ctx.aws.sight.cluster(replacement.id) : undefined;
      return ctx.sentAt !== undefined || cluster ? { is: 'absent' } : gone(replacement.id);
    }
    const token = tagValue(made.TagList, marker.token);
    // Tags of something new may show later than the thing itself.
    if (token === undefined && (made.TagList ?? []).length === 0) return { is: 'absent' };
    if (token !== ctx.token) return { is: 'failed', reason: `${name} was not made by this run` };
    const output = { id: made.DbiResourceId, original: member.id, name };
    const broken = brokenStatus(made);
    if (broken !== undefined) return { is: 'failed', output, reason: `AWS accepted it, and ${broken}` };
    return isSettled(made) && made.Endpoint?.Address !== undefined ? { is: 'done', output } : { is: 'pending', output };
  },
  async run(ctx, { replacement, member }) {
    const name = bornAs(ctx);
    const settings = { ...member.settings, ...member.moved };
    const answer = await ctx.aws.rds.createDBInstance({
      ...memberParameters(settings),
      DBInstanceIdentifier: name,
      DBInstanceClass: String(settings['DBInstanceClass']),
      Engine: String(settings['Engine']),
      DBClusterIdentifier: nameOf(ctx, clusters, replacement.id),
      Tags: tagsOfMade(ctx, { original: member.id, tags: member.tags, source: replacement.id }),
    });
    const id = answer.DBInstance?.DbiResourceId;
    return id === undefined ? undefined : { id, original: member.id, name };
  },
  undo: (_input, output) => (output ? [{ uses: 'rds.discard-member', with: { member: output.id } }] : []),
});

const gone = (id: string) => ({ is: 'failed', reason: `${id} is gone` }) as const;
