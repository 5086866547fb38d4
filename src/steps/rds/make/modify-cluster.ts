import type { DBCluster } from '@aws-sdk/client-rds';
import * as z from 'zod';
import { defineEffect } from '../../../aws/services.ts';
import { canonical } from '../../../contract/json.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { clusterCarriedBy, clusterParameters, clusterSettings } from '../carry/cluster.ts';
import { Cluster, ClusterId, MadeCluster } from '../cluster-domain.ts';
import { nameOf } from '../found.ts';
import { clusters } from '../kinds/cluster.ts';
import { brokenStatus, isSettled, pendingOf } from '../status.ts';

const input = z.strictObject({ cluster: Cluster, replacement: MadeCluster });
type Input = z.infer<typeof input>;

/** Gives the replacement, in one call, what a restore can't: only ModifyDBCluster sets it (facts §5.3). */
export const modifyCluster = defineEffect({
  type: 'rds.modify-cluster',
  hazard: 'additive',
  call: 'rds:ModifyDBCluster',
  creates: 'nothing',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.databaseChange,
  permissions: ['rds:ModifyDBCluster', 'rds:DescribeDBClusters'],
  input,
  output: z.strictObject({ cluster: ClusterId }),
  title: (input) => `settings of ${input.replacement.name} that only a modification sets`,
  async look(ctx, input) {
    const cluster = await ctx.aws.sight.cluster(input.replacement.id);
    if (!cluster) return { is: 'failed', reason: `${input.replacement.id} is gone` };
    const broken = brokenStatus(cluster);
    if (broken !== undefined) return { is: 'failed', reason: broken };
    const output = { cluster: input.replacement.id };
    if (!isSettled(cluster) || Object.keys(pendingOf(cluster)).length > 0) {
      return ctx.sentAt === undefined ? { is: 'absent' } : { is: 'pending', output };
    }
    return Object.keys(missing(input, cluster)).length === 0 ? { is: 'done', output } : { is: 'absent' };
  },
  async run(ctx, input) {
    const cluster = ctx.aws.sight.lastSeenClusters().find((one) => one.DbClusterResourceId === input.replacement.id);
    const settings = cluster ? missing(input, cluster) : wantedOf(input);
    await ctx.aws.rds.modifyDBCluster({
      ...clusterParameters('modify', settings),
      // The mode is refused without what it rests on, even where that is so already.
      ...('DatabaseInsightsMode' in settings && insights(wantedOf(input))),
      DBClusterIdentifier: nameOf(ctx, clusters, input.replacement.id),
      ApplyImmediately: true,
    });
    return undefined;
  },
  undo: 'unneeded',
});

const wantedOf = ({ cluster }: Input): Record<string, unknown> => ({ ...cluster.settings, ...cluster.moved });

/** The settings that the replacement still lacks. */
function missing(input: Input, found: DBCluster): Record<string, unknown> {
  const settings = wantedOf(input);
  const has = clusterSettings(found);
  const lacking = clusterCarriedBy('modify').filter(
    (name) => settings[name] !== undefined && canonical(settings[name]) !== canonical(has[name]),
  );
  return Object.fromEntries(lacking.map((name) => [name, settings[name]]));
}

function insights(settings: Readonly<Record<string, unknown>>) {
  const { PerformanceInsightsEnabled, PerformanceInsightsRetentionPeriod } = settings;
  return clusterParameters('restore', { PerformanceInsightsEnabled, PerformanceInsightsRetentionPeriod });
}
