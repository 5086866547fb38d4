import type { DBInstance } from '@aws-sdk/client-rds';
import * as z from 'zod';
import { defineEffect } from '../../../aws/services.ts';
import { canonical } from '../../../contract/json.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { carriedBy, parametersFor, settingsOf } from '../carry/instance.ts';
import { Database, DatabaseId, MadeDatabase } from '../domain.ts';
import { nameOf } from '../found.ts';
import { instances } from '../kinds/instance.ts';
import { brokenStatus, isSettled, pendingOf } from '../status.ts';

const input = z.strictObject({ instance: Database, replacement: MadeDatabase });
type Input = z.infer<typeof input>;

/** Gives the replacement, in one call, what a restore can't: only ModifyDBInstance sets it (facts §5.2). */
export const modifyInstance = defineEffect({
  type: 'rds.modify-instance',
  hazard: 'additive',
  call: 'rds:ModifyDBInstance',
  creates: 'nothing',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.databaseChange,
  permissions: ['rds:ModifyDBInstance', 'rds:DescribeDBInstances', 'iam:PassRole'],
  input,
  output: z.strictObject({ database: DatabaseId }),
  title: (input) => `settings of ${input.replacement.name} that only a modification sets`,
  async look(ctx, input) {
    const instance = await ctx.aws.sight.database(input.replacement.id);
    if (!instance) return { is: 'failed', reason: `${input.replacement.id} is gone` };
    const broken = brokenStatus(instance);
    if (broken !== undefined) return { is: 'failed', reason: broken };
    const output = { database: input.replacement.id };
    if (!isSettled(instance) || Object.keys(pendingOf(instance)).length > 0) {
      return ctx.sentAt === undefined ? { is: 'absent' } : { is: 'pending', output };
    }
    return Object.keys(missing(input, instance)).length === 0 ? { is: 'done', output } : { is: 'absent' };
  },
  async run(ctx, input) {
    const instance = ctx.aws.sight.lastSeen().find((one) => one.DbiResourceId === input.replacement.id);
    const settings = instance ? missing(input, instance) : wantedOf(input);
    await ctx.aws.rds.modifyDBInstance({
      ...parametersFor('modify', settings),
      ...Object.fromEntries(besides.flatMap((name) => (settings[name] === undefined ? [] : [[name, settings[name]]]))),
      DBInstanceIdentifier: nameOf(ctx, instances, input.replacement.id),
      ApplyImmediately: true,
    });
    return undefined;
  },
  undo: 'unneeded',
});

// What a restore has set, and the creation of a read replica can't.
const besides = ['PreferredBackupWindow'] as const;

const wantedOf = ({ instance }: Input): Record<string, unknown> => ({ ...instance.settings, ...instance.moved });

/** The settings that the replacement still lacks. What hangs on another goes with it: a key without Performance Insights is refused. */
function missing(input: Input, found: DBInstance): Record<string, unknown> {
  const settings = wantedOf(input);
  const has = settingsOf(found);
  const lacking = [...carriedBy('modify'), ...besides].filter(
    (name) => settings[name] !== undefined && canonical(settings[name]) !== canonical(has[name]),
  );
  const together = [
    ['MonitoringInterval', 'MonitoringRoleArn'],
    [
      'PerformanceInsightsEnabled',
      'PerformanceInsightsKMSKeyId',
      'PerformanceInsightsRetentionPeriod',
      'DatabaseInsightsMode',
    ],
  ];
  const names = new Set(lacking.flatMap((name) => together.find((group) => group.includes(name)) ?? [name]));
  return Object.fromEntries(
    [...names].flatMap((name) => (settings[name] === undefined ? [] : [[name, settings[name]] as const])),
  );
}
