import * as z from 'zod';
import { type AwsContext, defineEffect } from '../../../aws/services.ts';
import type { Observation, Seen } from '../../../contract/step.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { ClusterId, DatabaseId, DatabaseName } from '../domain.ts';
import { nameOf, surelyFound } from '../found.ts';
import { clusters } from '../kinds/cluster.ts';
import { instances } from '../kinds/instance.ts';
import { byId, idOf, type Kind, theId } from '../kinds/kind.ts';
import { waitsOn } from '../read/read-replicas.ts';
import { brokenStatus, deadName, idIn, isGoing, isSettled, nameIn, pendingOf, statusOf } from '../status.ts';

interface Rename {
  readonly from: string;
  readonly to: string;
  readonly ifThere?: boolean | undefined;
  readonly scaled?: boolean | undefined;
}

const names = <N extends z.ZodType>(name: N) => ({
  from: name.meta({ description: 'the name that it has' }),
  to: name.meta({ description: 'the name that it is to have' }),
});

/** Renames one, and waits until its endpoints and its parts have followed. */
export const rename = (kind: Kind) =>
  defineEffect({
    type: kind.steps.rename,
    hazard: 'disruptive',
    call: `rds:Modify${kind.resource}`,
    repeat: 'convergent',
    settleWithinMs: settleWithinMs.databaseChange,
    permissions: [`rds:Modify${kind.resource}`, ...kind.describes, 'kms:GenerateDataKeyWithoutPlaintext'],
    input: byId(kind, {
      ...names(kind.Name),
      ifThere: z.boolean().optional().meta({ description: 'going back: what is gone holds no name' }),
      scaled: z
        .boolean()
        .optional()
        .meta({ description: 'Application Auto Scaling may have deleted it, and then it holds no name' }),
      of: ClusterId.optional().meta({
        description: 'the cluster that it is a member of, which is started on the way back if somebody has stopped it',
      }),
    }),
    output: byId(kind, { name: kind.Name }),
    title: (input) => `rename ${input.from} to ${input.to}`,
    look(ctx, input) {
      const id = idOf(kind, input);
      return lookAtRename(ctx, kind, id, input, { ...theId(kind, id), name: input.to });
    },
    async run(ctx, input) {
      await kind.rename(ctx, nameOf(ctx, kind, idOf(kind, input)), input.to);
      return undefined;
    },
    // The members of a cluster may come up anew with it [U].
    restarts: (input) => idOf(kind, input),
    undo: (input) => {
      const { of, from, to } = input;
      const id = theId(kind, idOf(kind, input));
      // What is stopped, by whomever, takes no other name, and the fence, which starts it, too, is taken back last.
      const start = of
        ? { uses: clusters.steps.start, with: theId(clusters, of) }
        : { uses: kind.steps.start, with: id };
      return [
        { ...start, with: { ...start.with, ifThere: true } },
        { uses: kind.steps.rename, with: { ...id, from: to, to: from, ifThere: true } },
      ];
    },
    expect: (observation, input) => renamed(observation, kind, idOf(kind, input), input),
  });

/** How far a rename is. After the call it goes on being `available` under the old name, then is found under both names or none. */
async function lookAtRename<O>(ctx: AwsContext, kind: Kind, id: string, input: Rename, output: O): Promise<Seen<O>> {
  const found = await kind.find(ctx, id);
  // One that still holds the name keeps the next rename waiting, not this one.
  if (input.scaled && ctx.sentAt === undefined && (!found || isGoing(found))) return { is: 'done', output };
  const mayBeGone = input.ifThere === true || input.scaled === true;
  if (!found && mayBeGone && !(await surelyFound(ctx, kind, id))) return { is: 'done', output };
  // Under no name for a moment: it is on its way, if anything was asked.
  if (!found) return ctx.sentAt === undefined ? { is: 'failed', reason: `${id} is gone` } : { is: 'pending', output };
  const name = nameIn(found);
  if (`${kind.resource}Identifier` in pendingOf(found) || statusOf(found) === 'renaming')
    return { is: 'pending', output };
  if (name === input.to) {
    // What is broken does not settle by itself; what that means is for those to say who look at more than its name.
    if (brokenStatus(found) !== undefined) return { is: 'done', output };
    const followed = kind.ownNames(found).every((host) => host?.startsWith(`${input.to}.`) === true);
    const parts = await kind.parts(ctx, found);
    const busy = [found, ...parts].some((one) => !isSettled(one) && brokenStatus(one) === undefined);
    return !busy && followed && kind.isWhole(found, parts) ? { is: 'done', output } : { is: 'pending', output };
  }
  // Going back it gets the name that it had, whatever somebody has called it meanwhile.
  if (name !== input.from && input.ifThere !== true)
    return { is: 'failed', reason: `${id} is named ${name} now, not ${input.from}: somebody renamed it` };
  // A name is free when who had it is gone.
  if (kind.lastSeen(ctx).some((one) => nameIn(one) === input.to && isGoing(one))) return { is: 'pending', output };
  const reason = deadName(found, ctx.run, kind.deleteCommand);
  return reason === undefined ? { is: 'absent' } : { is: 'failed', reason };
}

/** The observation after one has got another name. Names of members are not looked at. */
function renamed(observation: Observation, kind: Kind, id: string, { from, to }: Rename): Observation {
  const { shape } = observation;
  const target = shape[kind.targetField];
  const left = target === from && shape['holder'] === id ? null : (shape['holder'] ?? null);
  return { ...observation, shape: { ...shape, holder: target === to ? id : left } };
}

/** Renames a read replica, old or new, and waits until its endpoint has followed. The target serves meanwhile. */
export const renameReadReplica = defineEffect({
  type: 'rds.rename-read-replica',
  hazard: 'additive',
  call: 'rds:ModifyDBInstance',
  creates: 'nothing',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.databaseChange,
  permissions: ['rds:ModifyDBInstance', 'rds:DescribeDBInstances'],
  input: z.strictObject({
    database: DatabaseId.meta({ description: 'the replica to rename, by its resource id' }),
    ...names(DatabaseName),
    ifThere: z.boolean().optional().meta({ description: 'going back: what is gone holds no name' }),
  }),
  output: z.strictObject({ database: DatabaseId, name: DatabaseName }),
  title: (input) => `rename replica ${input.from} to ${input.to}`,
  async look(ctx, { database, ...input }) {
    const seen = await lookAtRename(ctx, instances, database, input, { database, name: input.to });
    const all = ctx.aws.sight.lastSeen();
    if (seen.is === 'done' || all.some((one) => idIn(one) === database)) return seen;
    if (await surelyFound(ctx, instances, database)) return seen;
    const reason = `${database} is gone`;
    if (all.some((one) => nameIn(one) === input.to)) return { is: 'failed', reason };
    const give = `aws rds modify-db-instance --new-db-instance-identifier ${input.to} --apply-immediately`;
    return { is: 'failed', reason: `${reason}, and nobody has the name ${input.to}: give it to a replica (${give})` };
  },
  // Going back its name matters more than what waits.
  async prove(ctx, { database, ifThere }) {
    return { findings: ifThere ? [] : waitsOn(await ctx.aws.sight.database(database)) };
  },
  async run(ctx, input) {
    await instances.rename(ctx, nameOf(ctx, instances, input.database), input.to);
    return undefined;
  },
  undo: (input) => [
    {
      uses: 'rds.rename-read-replica',
      with: { database: input.database, from: input.to, to: input.from, ifThere: true },
    },
  ],
});
