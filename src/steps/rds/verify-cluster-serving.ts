import * as z from 'zod';
import { defineVerify } from '../../aws/services.ts';
import type { Seen } from '../../contract/step.ts';
import { settleWithinMs } from '../deadlines.ts';
import { Cluster, ClusterVerdict, FinalClusterVerdict } from './cluster-domain.ts';
import { isWriter, membersOf } from './cluster-found.ts';
import { clusterTowards } from './cluster-groups.ts';
import { faultsOfProbes, probing } from './probes.ts';
import { brokenStatus, isUsable, nameIn, statusOf } from './status.ts';
import { judged, pending, takenIn } from './verdicts.ts';

/** Judges the replacement with its clients let in, and makes with the earlier verdict the final one. */
export const verifyClusterServing = defineVerify({
  type: 'rds.verify-cluster-serving',
  settleWithinMs: settleWithinMs.databaseChange,
  permissions: ['rds:DescribeDBClusters', 'rds:DescribeDBInstances'],
  input: z.strictObject({ cluster: Cluster, verdict: ClusterVerdict, ...probing }),
  output: FinalClusterVerdict,
  title: (input) => `verify that ${input.verdict.name} serves`,
  async check(ctx, input): Promise<Seen<FinalClusterVerdict>> {
    const { verdict, cluster } = input;
    const [found, all] = await Promise.all([ctx.aws.sight.cluster(verdict.replacement), ctx.aws.sight.databases()]);
    if (!found) return judged(verdict, [`replacement ${verdict.replacement} is gone`]);
    const members = membersOf(found, all);
    const broken = [found, ...members].flatMap((one) => brokenStatus(one) ?? []);
    if (broken.length > 0) return judged(verdict, broken);
    const busy = [found, ...members].find((one) => !isUsable(one));
    if (busy) return pending(verdict, `${nameIn(busy)} is ${statusOf(busy)}`);
    if (!members.some((one) => isWriter(found, one))) return pending(verdict, `${verdict.name} has no writer now`);
    const open = clusterTowards(found, members, verdict.securityGroups);
    if (open === 'on its way') return pending(verdict, `the security groups of ${verdict.name} are on their way`);
    const name = nameIn(found);
    const findings = [
      ...(name === verdict.name ? [] : [`${verdict.replacement} is named ${name}, not ${verdict.name}`]),
      ...(open === 'there' ? [] : [`${name} has not the security groups that the original had`]),
      ...(cluster.deletionProtection && !found.DeletionProtection
        ? [`${name} is not protected against deletion, the original was`]
        : []),
    ];
    return judged(verdict, [
      ...findings,
      ...(findings.length > 0 ? [] : await faultsOfProbes(ctx, verdict.name, input)),
    ]);
  },
  conclude: (input, status, reason) => takenIn(input.verdict, status, [reason]),
  verdicts: (output) => [output],
});
