import * as z from 'zod';
import { defineEffect } from '../../../aws/services.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { DatabaseId } from '../domain.ts';
import { foreignTags, nameOf } from '../found.ts';
import { instances } from '../kinds/instance.ts';
import { isGoing } from '../status.ts';

/** Removes a member that this run made, of a cluster that no client was ever let in to. */
export const discardMember = defineEffect({
  type: 'rds.discard-member',
  hazard: 'discard',
  call: 'rds:DeleteDBInstance',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.databaseChange,
  permissions: ['rds:DeleteDBInstance', 'rds:DescribeDBInstances'],
  input: z.strictObject({ member: DatabaseId }),
  output: z.strictObject({ member: DatabaseId }),
  title: (input) => `discard ${input.member}`,
  async look(ctx, { member }) {
    const instance = await ctx.aws.sight.database(member);
    if (!instance) return { is: 'done', output: { member } };
    if (isGoing(instance)) return { is: 'pending', output: { member } };
    const reason = foreignTags(ctx, `${member} (${instance.DBInstanceIdentifier})`, instance.TagList);
    return reason === undefined ? { is: 'absent' } : { is: 'failed', reason: `${reason}: it is kept` };
  },
  async run(ctx, { member }) {
    await ctx.aws.rds.deleteDBInstance({
      DBInstanceIdentifier: nameOf(ctx, instances, member),
      SkipFinalSnapshot: true,
    });
    return undefined;
  },
  undo: 'impossible',
  discards: (input) => input.member,
});
