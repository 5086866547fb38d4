import * as z from 'zod';
import { type AwsContext, defineRead } from '../../../aws/services.ts';
import { claimants, marker, tagValue } from '../../../aws/tags.ts';
import { problem } from '../../../errors/index.ts';
import { CheckedKeys, type Surroundings } from '../../domain.ts';
import { Refusals } from '../../refusals.ts';
import { type AcceptedOfDatabase, AcceptOfDatabase, Fence, SecretId } from '../domain.ts';
import { refuseFence } from '../fence/rules.ts';
import { permissionsOfSql } from '../fence/sessions.ts';
import { readOf } from '../in-report.ts';
import { byName, type Kind, nameGiven, type Original, originalOf } from '../kinds/kind.ts';
import { type Described, groupsOf, idIn, isGoing, isUsable, nameIn } from '../status.ts';
import { factsNow, factsRead } from './facts.ts';
import { loginAs } from './reading.ts';
import { refuseSilence } from './refusals.ts';
import { refuseAround } from './refusals-around.ts';

/** What reading a database takes, an instance or a cluster, besides its name. */
const reading = {
  keys: CheckedKeys,
  fence: Fence,
  writers: z.enum(['none', 'hook']).meta({
    description:
      'what writes from inside the database (pg_cron, the event scheduler, subscriptions), which no fence stops: none, or hook: a control.exec step of yours that disables it',
  }),
  credentials: z
    .strictObject({
      secret: SecretId.meta({
        description:
          'JSON with `username` and `password`, as for RDS; read whenever it is needed, with all versions that may be in force',
      }),
    })
    .optional()
    .meta({ description: 'the login for SQL; left out: REKEY_DB_USER and REKEY_DB_PASSWORD' }),
  accept: AcceptOfDatabase,
} as const;

/** Reads one with all that its replacement must have, part by part, and refuses one that can't be moved. */
export const read = (kind: Kind) =>
  defineRead({
    type: kind.steps.read,
    permissions: [
      ...kind.describesToRead,
      'rds:DescribePendingMaintenanceActions',
      'rds:DescribeBlueGreenDeployments',
      'rds:DescribeDBProxies',
      'rds:DescribeDBProxyTargets',
      'rds:DescribeEventSubscriptions',
      'rds:DescribeIntegrations',
      ...kind.describesAround,
      'rds:DescribeAccountAttributes',
      'ec2:DescribeSecurityGroups',
      'kms:DescribeKey',
      ...permissionsOfSql,
    ],
    input: byName(kind, reading),
    output: kind.ReadOutput,
    title: (input) => `read ${nameGiven(kind, input)}`,
    async read(ctx, input) {
      const name = nameGiven(kind, input);
      const asked = { ...input, name };
      const refusals = new Refusals<AcceptedOfDatabase>(input.accept, ctx.announce);
      const one = await kind.read(ctx, asked, refusals);
      if (!one) throw notFound(ctx, kind, name);
      const { found, vpc, engine } = one;
      if (ctx.isOurs(idIn(found))) throw madeByThisRun(found);
      one.refuseItself();
      await refuseFence(ctx, input.fence, { name, groups: groupsOf(found), vpc }, refusals);
      await one.refuseNames();
      await refuseAround(ctx, one.surroundings(), input.keys.to, refusals);
      await one.refuseMore();
      const login = engine && loginAs(engine, one.database, asked);
      const at = login && kind.addressOf(login, found);
      const connected = at && isUsable(found) ? await refuseSilence(ctx, at, refusals) : undefined;
      refusals.throwIfAny(name);
      if (!login) throw notFound(ctx, kind, name);
      one.announce();
      const parts = await kind.parts(ctx, found);
      const result = one.result({ ...login, ...(connected !== undefined && { connected }) });
      return { ...result, surroundings: factsRead(found, parts, input.fence.securityGroup, result) };
    },
    surroundings: {
      of: (output) => surroundingsIn(output),
      look: (ctx, _input, output) => factsNow(ctx, kind, originalOf(kind, output)),
    },
    claims: (output) => kind.claimsIn(output),
    originals(_input, output) {
      const { replicas = [] } = output as { readonly replicas?: readonly Original[] };
      return Object.fromEntries([originalOf(kind, output), ...replicas].map((one) => [one.id, readOf(one)]));
    },
  });

/** Of a read by an older version there are none. */
const surroundingsIn = (output: object) =>
  (output as { readonly surroundings?: Surroundings | undefined }).surroundings;

/** What this run has claimed keeps that claim under any name. */
function notFound(ctx: AwsContext, kind: Kind, name: string) {
  const renamed = kind
    .lastSeen(ctx)
    .find((one) => claimants(one.TagList).includes(ctx.run) && !ctx.isOurs(idIn(one)) && !isGoing(one));
  return problem('target-refused', {
    target: name,
    reasons: [
      {
        why: `there is no ${kind.noun} ${name} in ${ctx.aws.region}`,
        wayOut: renamed
          ? `somebody has renamed ${name}, which this run has claimed, to ${nameIn(renamed)} (${idIn(renamed)}): give it the name back, or move it by a plan with that name`
          : 'check the identifier, the account and the region',
      },
    ],
  });
}

/** Somebody has given it the name since this run has taken its cut-over back: that it is under the new key does not say that the run is over. */
function madeByThisRun(found: Described) {
  const original = tagValue(found.TagList, marker.original) ?? 'the original';
  return problem('target-refused', {
    target: nameIn(found),
    reasons: [
      {
        why: `${nameIn(found)} is ${idIn(found)}, which this run made of ${original}: somebody else has given it the name`,
        wayOut: `look which of both clients have written to since, and give the name back to ${original}`,
      },
    ],
  });
}
