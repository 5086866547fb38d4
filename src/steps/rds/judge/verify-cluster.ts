import type { DBCluster, DBInstance } from '@aws-sdk/client-rds';
import * as z from 'zod';
import { type AwsContext, defineVerify } from '../../../aws/services.ts';
import { marker, tagValue } from '../../../aws/tags.ts';
import type { DatabaseAddress } from '../../../contract/databases.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { faultsOfKey } from '../../kms/key-use.ts';
import { Cluster, ClusterFenceProof, ClusterVerdict, MadeClusterSnapshot } from '../cluster-domain.ts';
import { membersOf, writerAddressOf } from '../cluster-found.ts';
import { holesInFence } from '../fence/rules.ts';
import { addressOf, asked, foreignSessions, permissionsOfSql } from '../fence/sessions.ts';
import { customEndpointsOf, leadsAnywhere } from '../names/endpoints.ts';
import { brokenStatus, hasGroups, isSettled, nameIn, statusOf } from '../status.ts';
import { clusterDifferences } from './cluster-comparison.ts';
import { faultsOfPlaces } from './cluster-places.ts';
import { unlike } from './comparison.ts';
import { judged, pending, takenIn } from './verdicts.ts';

const input = z.strictObject({
  cluster: Cluster,
  verdict: ClusterVerdict,
  fenced: ClusterFenceProof,
  snapshot: MadeClusterSnapshot.meta({ description: 'the final snapshot' }),
});
type Input = z.infer<typeof input>;

/** Judges the pair before clients are admitted: key, lineage, names, members, fence, and that every endpoint answers. */
export const verifyCluster = defineVerify({
  type: 'rds.verify-cluster',
  // The names lead nowhere until the Domain Name System has followed the renames.
  settleWithinMs: settleWithinMs.databaseChange,
  permissions: [
    'rds:DescribeDBClusters',
    'rds:DescribeDBInstances',
    'rds:DescribeDBClusterEndpoints',
    'rds:DescribeDBClusterSnapshots',
    'ec2:DescribeSecurityGroups',
    'kms:GenerateDataKeyWithoutPlaintext',
    ...permissionsOfSql,
  ],
  input,
  output: ClusterVerdict,
  title: (input) => `verify that ${input.verdict.replacement} can take the place of ${input.verdict.original}`,
  async check(ctx, input) {
    const { verdict, cluster } = input;
    const { sight } = ctx.aws;
    const [original, replacement, all, endpoints] = await Promise.all([
      sight.cluster(verdict.original),
      sight.cluster(verdict.replacement),
      sight.databases(),
      sight.clusterEndpoints(),
    ]);
    if (!replacement) return judged(verdict, [`replacement ${verdict.replacement} is gone`]);
    const members = membersOf(replacement, all);
    const broken = [replacement, ...members].flatMap((one) => brokenStatus(one) ?? []);
    if (broken.length > 0) return judged(verdict, broken);
    const busy = [replacement, ...members].find((one) => !isSettled(one));
    if (busy) return pending(verdict, `${nameIn(busy)} is ${statusOf(busy)}`);
    const custom = customEndpointsOf(replacement, endpoints);
    const findings = [
      ...faultsOfPlaces(verdict, cluster, { replacement, members, endpoints: custom }),
      ...(await faultsOfKey(ctx, verdict.key, verdict.keyTried)),
      ...(await lineageFaults(ctx, input, replacement)),
      ...(await fenceFaults(ctx, input, original)),
      ...(original ? unlikeNow(input, { original, replacement, all }) : []),
    ];
    if (findings.length > 0 || !original) return judged(verdict, findings);
    const hosts = [
      replacement.ReaderEndpoint,
      ...custom.filter((one) => leadsAnywhere(replacement, one)).map(({ Endpoint }) => Endpoint),
      ...members.map(({ Endpoint }) => Endpoint?.Address),
    ];
    const why = [
      ...(await connected(ctx, cluster, membersOf(original, all))),
      ...(await unanswered(ctx, input, replacement, hosts)),
    ];
    return why.length > 0 ? pending(verdict, why.join('; ')) : judged(verdict, []);
  },
  conclude: (input, status, reason) => takenIn(input.verdict, status, [reason]),
  verdicts: (output) => [output],
});

/** What somebody has changed on either since they were compared would be lost without a word. */
function unlikeNow({ cluster, verdict }: Input, now: Parameters<typeof clusterDifferences>[2]): string[] {
  const { was, is } = clusterDifferences(cluster, verdict.members, now);
  return unlike(was, is, verdict.differences);
}

/** Replacement, final snapshot, original: in one line, with the fence closed before it and ever since. */
async function lineageFaults(ctx: AwsContext, input: Input, replacement: DBCluster): Promise<string[]> {
  const { snapshot, fenced, verdict } = input;
  const taken = await ctx.aws.sight.clusterSnapshot(snapshot.id);
  const faults: string[] = [];
  const source = tagValue(replacement.TagList, marker.source);
  const original = tagValue(replacement.TagList, marker.original);
  if (source !== snapshot.id)
    faults.push(`${verdict.replacement} was restored from ${source ?? 'nobody knows what'}, not from ${snapshot.id}`);
  if (original !== verdict.original)
    faults.push(`${verdict.replacement} is marked as made of ${original ?? 'nothing'}, not of ${verdict.original}`);
  if (!taken) faults.push(`snapshot ${snapshot.id} is not there`);
  else if (taken.DbClusterResourceId !== verdict.original)
    faults.push(`${snapshot.id} is of ${taken.DbClusterResourceId}, not of ${verdict.original}`);
  if (snapshot.after !== fenced.restartedAt || fenced.original !== verdict.original)
    faults.push(`${snapshot.id} was not taken behind the fence`);
  return faults;
}

/** The fence was closed when the final snapshot was taken; what came in since would be on the original alone. */
async function fenceFaults(
  ctx: AwsContext,
  { cluster, verdict }: Input,
  original: DBCluster | undefined,
): Promise<readonly string[]> {
  if (!original) return [`original ${verdict.original} is gone`];
  if (!hasGroups(original, [verdict.fence]))
    return [`original ${original.DBClusterIdentifier} is not behind the fence alone: somebody may have written to it`];
  return holesInFence(ctx, cluster);
}

/** Who is connected to the original all the same, member by member. */
async function connected(ctx: AwsContext, cluster: Cluster, members: readonly DBInstance[]): Promise<string[]> {
  const sessions = members.map(async (member) => {
    const at = addressOf(cluster, member);
    return at ? foreignSessions(ctx, at) : [`${member.DBInstanceIdentifier} has no endpoint`];
  });
  return (await Promise.all(sessions)).flat();
}

/** The names of the new cluster that do not answer yet: those of the writer and of `others`. */
async function unanswered(
  ctx: AwsContext,
  { cluster }: Input,
  replacement: DBCluster,
  others: readonly (string | undefined)[],
): Promise<string[]> {
  const writer = writerAddressOf(cluster, replacement);
  if (!writer) return [`${cluster.name} has no endpoint`];
  const hosts = [writer.host, ...others].flatMap((host) => host ?? []);
  const answers = hosts.map((host) => asked(ctx, { ...writer, host } satisfies DatabaseAddress, 'SELECT 1'));
  return (await Promise.all(answers)).flatMap((one) => ('unknown' in one ? [one.unknown] : []));
}
