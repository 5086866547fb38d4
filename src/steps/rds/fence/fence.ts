import * as z from 'zod';
import { defineEffect } from '../../../aws/services.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { SecurityGroupId } from '../domain.ts';
import { isReplacement, nameOf } from '../found.ts';
import { byId, idOf, type Kind, theId } from '../kinds/kind.ts';
import { isScaled } from '../scaled.ts';
import { brokenStatus, idIn, isGoing, nameIn, statusOf, wantsItsKey } from '../status.ts';
import { allTowards, groupsBack, groupsBefore, groupsFor, towards } from './group-change.ts';
import { opened } from './open.ts';
import { lastRestart } from './restarts.ts';

/** Keeps clients out by the fence. Connections that are open already are tracked, and stay until each part restarts. */
export const fence = (kind: Kind) =>
  defineEffect({
    type: kind.steps.fence,
    hazard: 'disruptive',
    call: `rds:Modify${kind.resource}`,
    repeat: 'convergent',
    settleWithinMs: settleWithinMs.databaseChange,
    permissions: [`rds:Modify${kind.resource}`, ...kind.describes, 'rds:DescribeEvents'],
    input: byId(kind, {
      fence: SecurityGroupId,
      securityGroups: z.array(SecurityGroupId).min(1).meta({ description: 'its security groups without the fence' }),
    }),
    output: kind.Fenced,
    title: (input) => `keep clients out of ${idOf(kind, input)}`,
    async look(ctx, input) {
      const id = idOf(kind, input);
      const found = await kind.find(ctx, id);
      if (!found) return { is: 'failed', reason: `${id} is gone` };
      const parts = await kind.parts(ctx, found);
      const how = allTowards(found, parts, [input.fence]);
      if (how === 'not asked') return { is: 'absent', before: groupsBefore(found) };
      if (how === 'on its way') return { is: 'pending', output: kind.fenced(id, []) };
      const restarts = parts.map(async ({ DbiResourceId: part = '', DBInstanceIdentifier: name = '', TagList }) => ({
        id: part,
        lastRestart: await lastRestart(ctx, name),
        ...(isScaled(TagList) && { scaled: true }),
      }));
      return { is: 'done', output: kind.fenced(id, await Promise.all(restarts)) };
    },
    async run(ctx, input) {
      const name = nameOf(ctx, kind, idOf(kind, input));
      await kind.modify(ctx, name, { VpcSecurityGroupIds: [input.fence], ApplyImmediately: true });
      return undefined;
    },
    undo: (input, _output, before) => [
      { uses: kind.steps.start, with: theId(kind, idOf(kind, input)) },
      { uses: kind.steps.admit, with: { ...input, ...groupsBack(before, input) } },
    ],
    expect: (observation, input) => opened(observation, idOf(kind, input), false),
  });

/** Lets clients in again, through the security groups that the original had. On the replacement this is the write point. */
export const admit = (kind: Kind) =>
  defineEffect({
    type: kind.steps.admit,
    hazard: 'disruptive',
    call: `rds:Modify${kind.resource}`,
    repeat: 'convergent',
    serves: true,
    settleWithinMs: settleWithinMs.databaseChange,
    permissions: [`rds:Modify${kind.resource}`, ...kind.describes],
    input: byId(kind, {
      fence: SecurityGroupId,
      securityGroups: z.array(SecurityGroupId).min(1).meta({ description: 'what it has without the fence' }),
      deletionProtection: z
        .boolean()
        .optional()
        .meta({ description: 'set in the same call: what holds writes is protected as the original was' }),
      keepsOthers: z
        .boolean()
        .optional()
        .meta({ description: 'going back: a group that somebody has put on it meanwhile stays' }),
    }),
    output: byId(kind, {}),
    title: (input) => `let clients in to ${idOf(kind, input)}`,
    writePoint: () => true,
    async look(ctx, input) {
      const id = idOf(kind, input);
      const found = await kind.find(ctx, id);
      if (!found) return { is: 'failed', reason: `${id} is gone` };
      const how = allTowards(found, await kind.parts(ctx, found), groupsFor(found, input));
      const unable = brokenStatus(found) ?? (statusOf(found) === 'stopped' ? `${nameIn(found)} is stopped` : undefined);
      // It takes no change as long as it is so: to ask for one again and again would never end.
      if (how === 'not asked' && unable !== undefined) return { is: 'failed', reason: unable, neverRan: true };
      const guarded = !input.deletionProtection || found.DeletionProtection === true;
      if (how === 'not asked' || (how === 'there' && !guarded)) return { is: 'absent', before: groupsBefore(found) };
      const output = theId(kind, id);
      return how === 'there' ? { is: 'done', output } : { is: 'pending', output };
    },
    async run(ctx, input) {
      const id = idOf(kind, input);
      const seen = kind.lastSeen(ctx).find((one) => idIn(one) === id);
      await kind.modify(ctx, nameOf(ctx, kind, id), {
        VpcSecurityGroupIds: groupsFor(seen, input),
        ...(input.deletionProtection && { DeletionProtection: true }),
        ApplyImmediately: true,
      });
      return undefined;
    },
    undo: (input) => {
      const { fence, securityGroups } = input;
      return [{ uses: kind.steps.fence, with: { ...theId(kind, idOf(kind, input)), fence, securityGroups } }];
    },
    expect: (observation, input) => opened(observation, idOf(kind, input), true),
  });

/** Starts what somebody has stopped meanwhile, or RDS has, for want of its key: neither takes any other change (facts §3.2). */
export const start = (kind: Kind) =>
  defineEffect({
    type: kind.steps.start,
    hazard: 'disruptive',
    call: `rds:Start${kind.resource}`,
    repeat: 'convergent',
    settleWithinMs: settleWithinMs.databaseChange,
    permissions: [`rds:Start${kind.resource}`, `rds:Describe${kind.resource}s`],
    input: byId(kind, {
      ifThere: z
        .boolean()
        .optional()
        .meta({ description: 'what is gone, or has no name for a moment, is not stopped' }),
    }),
    output: byId(kind, {}),
    title: (input) => `see that ${idOf(kind, input)} is not stopped`,
    async look(ctx, input) {
      const id = idOf(kind, input);
      const found = await kind.find(ctx, id);
      const output = theId(kind, id);
      if (!found) return input.ifThere ? { is: 'done', output } : { is: 'failed', reason: `${id} is gone` };
      const status = statusOf(found);
      if (wantsItsKey(found)) {
        ctx.announce(
          `${nameIn(found)} is ${status}: enable its key ${found.KmsKeyId}, and rekey starts it; RDS gives it up seven days after it has lost its key`,
        );
        return { is: 'absent' };
      }
      if (status === 'stopped') return { is: 'absent' };
      return ['stopping', 'starting'].includes(status) ? { is: 'pending', output } : { is: 'done', output };
    },
    async run(ctx, input) {
      await kind.start(ctx, nameOf(ctx, kind, idOf(kind, input)));
      return undefined;
    },
    undo: 'unneeded',
    expect: (observation) => observation,
  });

/** Keeps clients out of the replacement, before a rollback takes its name away. */
export const fenceReplacement = (kind: Kind) =>
  defineEffect({
    type: kind.steps.fenceReplacement,
    hazard: 'disruptive',
    call: `rds:Modify${kind.resource}`,
    repeat: 'convergent',
    settleWithinMs: settleWithinMs.databaseChange,
    permissions: [`rds:Modify${kind.resource}`, `rds:Describe${kind.resource}s`],
    input: z.strictObject({
      original: kind.Id.meta({ description: 'the original, of which the replacement is fenced' }),
      fence: SecurityGroupId,
    }),
    output: z.strictObject({ original: kind.Id }),
    title: (input) => `keep clients out of what replaces ${input.original}`,
    async look(ctx, input) {
      const made = (await kind.all(ctx)).filter((one) => isReplacement(one, ctx.run, input.original) && !isGoing(one));
      const hows = made.map((one) => towards(one, [input.fence]));
      const output = { original: input.original };
      if (hows.includes('not asked')) return { is: 'absent' };
      return hows.includes('on its way') ? { is: 'pending', output } : { is: 'done', output };
    },
    async run(ctx, input) {
      const open = kind
        .lastSeen(ctx)
        .find((one) => isReplacement(one, ctx.run, input.original) && towards(one, [input.fence]) === 'not asked');
      if (!open) return { original: input.original };
      await kind.modify(ctx, nameIn(open), { VpcSecurityGroupIds: [input.fence], ApplyImmediately: true });
      return undefined;
    },
    undo: 'unneeded',
    expect: (observation) => ({ ...observation, life: { ...observation.life, open: [] } }),
  });
