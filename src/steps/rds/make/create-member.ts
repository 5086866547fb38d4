import * as z from 'zod';
import { defineEffect } from '../../../aws/services.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { memberParameters } from '../carry/member.ts';
import { MadeCluster, MadeDatabase, Member } from '../domain.ts';
import { nameOf } from '../found.ts';
import { clusters } from '../kinds/cluster.ts';
import { instances } from '../kinds/instance.ts';
import { bornAmong, bornAs, seenBorn, tagsNow, tagsOfMade } from './born.ts';

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
    const made = bornAmong(ctx, await ctx.aws.sight.databases(), known);
    if (made) return seenBorn(ctx, made, known, { original: member.id, accepted: 'it' });
    // The call needs its name, which others may have given to something else since the call was refused; what is gone has none.
    const cluster = await ctx.aws.sight.cluster(replacement.id);
    return ctx.sentAt !== undefined || cluster ? { is: 'absent' } : gone(replacement.id);
  },
  async run(ctx, { replacement, member }) {
    const name = bornAs(ctx);
    const settings = { ...member.settings, ...member.moved };
    const answer = await ctx.aws.rds.createDBInstance({
      ...memberParameters('create', settings),
      DBInstanceIdentifier: name,
      DBInstanceClass: String(settings['DBInstanceClass']),
      Engine: String(settings['Engine']),
      DBClusterIdentifier: nameOf(ctx, clusters, replacement.id),
      Tags: tagsOfMade(ctx, {
        original: member.id,
        tags: tagsNow(instances.lastSeen(ctx), member),
        source: replacement.id,
      }),
    });
    const id = answer.DBInstance?.DbiResourceId;
    return id === undefined ? undefined : { id, original: member.id, name };
  },
  undo: (_input, output) => (output ? [{ uses: 'rds.discard-member', with: { member: output.id } }] : []),
});

const gone = (id: string) => ({ is: 'failed', reason: `${id} is gone` }) as const;
