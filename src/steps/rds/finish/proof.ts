import type { DBCluster, DBInstance } from '@aws-sdk/client-rds';
import { printable } from '../../../aws/printable.ts';
import type { AwsContext } from '../../../aws/services.ts';
import { carried } from '../../../aws/tags.ts';
import { canonical } from '../../../contract/json.ts';
import { unseenMs } from '../../../contract/settle.ts';
import type { Proof } from '../../../contract/step.ts';
import type { Tag } from '../../domain.ts';
import { memberSettings } from '../carry/member.ts';
import type { FinalDatabaseVerdict, MemberPair } from '../domain.ts';
import { writtenSince } from '../fence/position.ts';
import { holesInFence } from '../fence/rules.ts';
import { addressOf, permissionsOfSql, sessionsAt } from '../fence/sessions.ts';
import { clientsAwaited } from '../judge/clients-back.ts';
import { logHeld } from '../judge/log-held.ts';
import type { Kind } from '../kinds/kind.ts';
import { type Described, groupsOf, hasDataApi, hasGroups, idIn, nameIn } from '../status.ts';

/** What taking the proof needs besides looking at the pair. */
export const permissionsOfProof = [
  'ec2:DescribeSecurityGroups',
  'kms:DescribeKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  ...permissionsOfSql,
] as const;

/**
 * What speaks against deleting the original, or any part of it, now, as AWS shows both at this moment. `asked`: what was asked to go
 * before, so that it may be gone.
 */
export async function faultsOfProof(
  ctx: AwsContext,
  kind: Kind,
  verdict: FinalDatabaseVerdict,
  asked: readonly string[] = [],
): Promise<Proof> {
  const pair = await kind.pairWithEndpoints(ctx, verdict);
  const { original, replacement } = pair;
  if (original && replacement) {
    const [was, is] = [setNow(kind, original), setNow(kind, replacement)];
    for (const told of lastDifferences([nameIn(original), was], [nameIn(replacement), is])) ctx.announce(told);
    for (const told of goneWith(original, replacement, ctx.tags)) ctx.announce(told);
    for (const told of membersGone(kind.pairsIn(verdict), pair.instances, ctx.tags)) ctx.announce(told);
  }
  const proof = await proofAbout(ctx, verdict, original, asked);
  const findings = [...proof.findings, ...kind.faultsOfPair(verdict, pair)];
  if (findings.length > 0 || !replacement) return { ...proof, findings };
  const written = original ? await writtenTo(ctx, verdict, original, kind.partsAmong(original, pair.instances)) : [];
  if (written.length > 0) return { ...proof, findings: written, stale: true };
  const { pending, position } = await clientsAwaited(ctx, verdict, kind.partsAmong(replacement, pair.instances));
  const held = logHeld(verdict, position);
  // What the verdict says can't be told is not told again.
  if (verdict.log.unknown === null) for (const told of held.told) ctx.announce(told);
  return { ...proof, findings: held.findings, pending };
}

/**
 * The same for what deletes it, or a part of it: the run has taken its protection off before, so that somebody else wants it kept who has
 * set it again. RDS refuses the delete of what is protected, but not that of the members of a cluster which is. An older look shows how
 * it was before.
 */
export function unlessProtected(proof: Proof, original: Described | undefined): Proof {
  if (!original?.DeletionProtection || proof.pending) return proof;
  const why = `somebody has protected original ${nameIn(original)} against deletion again: if it may go, take that off`;
  return { ...proof, pending: { why, withinMs: unseenMs } };
}

/**
 * How somebody has written to an original since it was judged, and has gone. What can't be told stops nothing, and is said. Without
 * members a cluster was asked with them.
 */
async function writtenTo(
  ctx: AwsContext,
  { clients, position }: FinalDatabaseVerdict,
  original: Described,
  [writer]: readonly DBInstance[],
): Promise<readonly string[]> {
  const at = clients && writer && addressOf(clients, writer);
  if (!at) return [];
  const answer = await sessionsAt(ctx, at);
  const { found, told } = answer.seen ? writtenSince(position, answer.position) : { found: [], told: [answer.unknown] };
  for (const one of told) ctx.announce(`original ${nameIn(original)}: ${one}`);
  return found.map((how) => `original ${nameIn(original)}: ${how}`);
}

/** How one is set, with what a read refuses, which somebody may have switched on since. */
function setNow(kind: Kind, one: Described): Readonly<Record<string, unknown>> {
  const { ActivityStreamStatus = 'stopped', GlobalClusterIdentifier = null, MasterUserSecret } = one as DBCluster;
  return {
    ...kind.settings(one),
    HttpEndpointEnabled: hasDataApi(one),
    ActivityStreamStatus,
    GlobalClusterIdentifier,
    MasterUserSecret: MasterUserSecret !== undefined,
  };
}

/** In what an original that is about to go is set otherwise than what has its place: somebody has changed one of them since. */
function lastDifferences(
  [original, was]: readonly [string, Readonly<Record<string, unknown>>],
  [replacement, is]: readonly [string, Readonly<Record<string, unknown>>],
): string[] {
  const differ = (name: string) => canonical(was[name] ?? null) !== canonical(is[name] ?? null);
  const text = (value: unknown) => printable(canonical(value ?? null), 200);
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .filter((name) => name !== 'PerformanceInsightsKMSKeyId' && differ(name))
    .map((name) => `${original} goes with the ${name} ${text(was[name])}: ${replacement} has ${text(is[name])}`);
}

/** The same of each member, in whose place another one is. */
function membersGone(pairs: readonly MemberPair[], all: readonly DBInstance[], own: readonly Tag[]): string[] {
  return pairs.flatMap(({ id, replacement }) => {
    const [was, is] = [id, replacement].map((one) => all.find((each) => idIn(each) === one));
    if (!was || !is) return [];
    const set = (one: DBInstance) => [nameIn(one), memberSettings(one)] as const;
    return [...lastDifferences(set(was), set(is)), ...goneWith(was, is, own)];
  });
}

/** Tags and roles that somebody has put on an original too late to be carried over. `own`: the plan's tags, which win. */
function goneWith(original: Described, replacement: Described, own: readonly Tag[]): string[] {
  const tagsOf = (one: Described) => carried(one.TagList).map(({ key, value }) => `tag ${key}=${value}`);
  const rolesOf = (one: Described) =>
    (one.AssociatedRoles ?? []).map((role) => `role ${role.RoleArn} ${role.FeatureName ?? ''}`.trimEnd());
  const there = new Set([...tagsOf(replacement), ...rolesOf(replacement)]);
  const won = (text: string) => own.some(({ key }) => text.startsWith(`tag ${key}=`));
  return [...tagsOf(original), ...rolesOf(original)]
    .filter((text) => !there.has(text) && !won(text))
    .map((text) => `${nameIn(original)} goes with the ${printable(text, 300)}: ${nameIn(replacement)} has not got it`);
}

/** The same about the original, as it was seen a moment ago. */
async function proofAbout(
  ctx: AwsContext,
  verdict: Omit<FinalDatabaseVerdict, 'id'>,
  original: Described | undefined,
  asked: readonly string[],
): Promise<Proof> {
  const findings: string[] = [];
  if (verdict.status !== 'SUCCESSFUL') findings.push(`the verdict is ${verdict.status}`);
  if (verdict.original === verdict.replacement) findings.push('original and replacement are the same database');
  if (!original && !asked.includes(verdict.original)) findings.push(`original ${verdict.original} is not there`);
  const unfenced = original !== undefined && !hasGroups(original, [verdict.fence]);
  const holes = await holesInFence(ctx, verdict);
  findings.push(...holes.map((hole) => `the fence of original ${verdict.original} is open: ${hole}`));
  const stale = unfenced || (original !== undefined && holes.length > 0);
  if (unfenced)
    findings.push(
      `original ${nameIn(original)} is not behind its fence alone, but has ${groupsOf(original).join(', ')}`,
    );
  if (original && nameIn(original) === verdict.name)
    findings.push(`original ${verdict.original} holds the name ${verdict.name} again`);
  return { findings, stale };
}
