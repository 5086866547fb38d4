import { printable } from '../../../aws/printable.ts';
import { type AwsContext, defineVerify } from '../../../aws/services.ts';
import { marker, tagValue } from '../../../aws/tags.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { faultsOfKey } from '../../kms/key-use.ts';
import type { DatabaseVerdict, FenceProof, PlacedDatabaseVerdict } from '../domain.ts';
import { type LogPosition, positioned, writtenSince } from '../fence/position.ts';
import { holesInFence } from '../fence/rules.ts';
import { asked, foreignSessionsOf, permissionsOfSql, sessionsAt } from '../fence/sessions.ts';
import {
  type BothThere,
  byOriginal,
  type Kind,
  type MadeSnapshot,
  type Original,
  originalOf,
  type SnapshotCopy,
  type Whole,
} from '../kinds/kind.ts';
import {
  brokenStatus,
  type Described,
  type DescribedSnapshot,
  encryptionOf,
  hasGroups,
  isSettled,
  nameIn,
  rolesIn,
  snapshottedIn,
  statusOf,
} from '../status.ts';
import { differencesOfPair, unlike } from './comparison.ts';
import { logHeld } from './log-held.ts';
import { judged, judgedByLooks, pending, takenIn } from './verdicts.ts';

interface Input {
  readonly verdict: DatabaseVerdict;
  readonly fenced: FenceProof;
  readonly snapshot: MadeSnapshot;
}

/** Judges the pair before clients are admitted: key, lineage, names, parts, fence, and that every endpoint answers. */
export const verify = (kind: Kind) =>
  defineVerify({
    type: kind.steps.verify,
    // The names lead nowhere until the Domain Name System has followed the renames.
    settleWithinMs: settleWithinMs.databaseChange,
    permissions: [
      ...new Set([...kind.describes, ...kind.describesAll]),
      `rds:Describe${kind.snapshot}s`,
      'ec2:DescribeSecurityGroups',
      'kms:GenerateDataKeyWithoutPlaintext',
      ...permissionsOfSql,
    ],
    input: byOriginal(kind, {
      verdict: kind.Verdict,
      fenced: kind.FenceProof,
      snapshot: kind.MadeSnapshot.meta({ description: 'the final snapshot' }),
      ...kind.copyShape,
    }),
    output: kind.PlacedVerdict,
    title: (input) => `verify that ${input.verdict.replacement} can take the place of ${input.verdict.original}`,
    async check(ctx, input) {
      const read = originalOf(kind, input);
      const pair = await kind.pairWithEndpoints(ctx, input.verdict);
      const { original, replacement } = pair;
      const verdict = placed(input, original);
      if (!replacement) return judged(verdict, [`replacement ${verdict.replacement} is gone`]);
      const made = { found: replacement, parts: kind.partsAmong(replacement, pair.instances) };
      const all = [...new Set([replacement, ...made.parts])];
      const broken = all.flatMap((one) => brokenStatus(one) ?? []);
      if (broken.length > 0) return judged(verdict, broken);
      const busy = all.find((one) => !isSettled(one));
      if (busy) return pending(verdict, `${nameIn(busy)} is ${statusOf(busy)}`);
      const open = await fenceFaults(ctx, read, verdict, original);
      const seen = [
        ...faultsOf(verdict, replacement),
        ...kind.faultsOfPlace(verdict, read, made, pair.endpoints),
        ...(original ? unlikeNow(ctx, kind, verdict, { read, ...pair, original, replacement }) : []),
      ];
      if (open.length > 0 || !original) return judged(verdict, [...seen, ...open]);
      if (seen.length > 0) return judgedByLooks(verdict, seen);
      const old = { found: original, parts: kind.partsAmong(original, pair.instances) };
      const names = kind.otherNames(made, pair.endpoints);
      const { why, position, replacing } = await unanswered(ctx, kind, read, verdict, old, made, names);
      if (why.length > 0) return pending(verdict, why.join('; '));
      // Nothing of these passes by itself or comes with the names: they are asked for once, last.
      const lasting = [
        ...(await faultsOfKey(ctx, verdict.key, verdict.keyTried)),
        ...(await lineageFaults(ctx, kind, input, replacement)),
      ];
      if (lasting.length > 0) return judged(verdict, lasting);
      const since = writtenSince(input.fenced.position, position);
      const held = logHeld(verdict, replacing);
      for (const told of since.told) ctx.announce(`${verdict.original}: ${told}`);
      for (const told of held.told) ctx.announce(told);
      for (const { id } of verdict.roles.filter((role) => !read.roles.some((one) => one.id === role.id)))
        ctx.announce(
          `somebody has given ${nameIn(original)} the role ${printable(id, 300)}: ${verdict.name} gets it, too`,
        );
      const untouched = replacing && writtenSince(verdict.replacing, replacing).found.length === 0;
      const logs = { ...(since.found.length === 0 && positioned(position)), ...(untouched && { replacing }) };
      return judged({ ...verdict, ...logs, log: held.log }, [
        ...since.found.map((how) => `original ${nameIn(original)}: ${how}`),
        ...held.findings,
      ]);
    },
    conclude: (input, status, reason) => takenIn(placed(input, undefined), status, [reason]),
    verdicts: (output) => [output],
  });

/** The verdict with what is given to the replacement once it is judged, the roles that its original has by now, and before its log was asked. */
function placed({ verdict, fenced }: Input, original: Described | undefined): PlacedDatabaseVerdict {
  const log = { ...(fenced.position && { final: fenced.position }), unknown: 'nobody has asked' };
  const { provenAt } = fenced;
  const guarded = original && { protected: original.DeletionProtection === true };
  return { ...verdict, ...(provenAt && { provenAt }), log, roles: original ? rolesIn(original) : [], ...guarded };
}

/** What speaks against the replacement being what the original was, behind its fence: key and name. */
function faultsOf(verdict: DatabaseVerdict, found: Described): string[] {
  const name = nameIn(found);
  const encryption = encryptionOf(found);
  return [
    ...(found.KmsKeyId === verdict.key
      ? []
      : [`${name} is under ${found.KmsKeyId ?? 'no key'}, not under ${verdict.key}`]),
    ...(encryption === 'sse-kms' ? [] : [`${name} is encrypted by ${encryption}, not under a key of KMS`]),
    ...(name === verdict.name ? [] : [`${verdict.replacement} is named ${name}, not ${verdict.name}`]),
    ...(hasGroups(found, [verdict.fence])
      ? []
      : [`${name} is not behind the fence alone: somebody may have written to it`]),
  ];
}

/** What somebody has changed on either since they were compared would be lost without a word. */
function unlikeNow(
  ctx: AwsContext,
  kind: Kind,
  verdict: DatabaseVerdict,
  { read, ...now }: BothThere & { readonly read: Original },
): string[] {
  const { was, is } = differencesOfPair(kind, read, kind.pairsIn(verdict), now, ctx.tags);
  return unlike(was, is, verdict.differences);
}

/** Replacement, copy of it if there is one, final snapshot, original: in one line, with the fence closed before it and ever since. */
async function lineageFaults(ctx: AwsContext, kind: Kind, input: Input, replacement: Described): Promise<string[]> {
  const { snapshot, fenced, verdict } = input;
  const copy = kind.copyIn(input);
  const [taken, copied] = await Promise.all([
    kind.findSnapshot(ctx, snapshot.id),
    copy && kind.findSnapshot(ctx, copy.id),
  ]);
  const faults: string[] = [];
  const from = copy?.id ?? snapshot.id;
  const source = tagValue(replacement.TagList, marker.source);
  const original = tagValue(replacement.TagList, marker.original);
  if (source !== from)
    faults.push(`${verdict.replacement} was restored from ${source ?? 'nobody knows what'}, not from ${from}`);
  if (original !== verdict.original)
    faults.push(`${verdict.replacement} is marked as made of ${original ?? 'nothing'}, not of ${verdict.original}`);
  if (copy) faults.push(...faultsOfCopy(copy, copied, snapshot.id, verdict.key));
  if (!taken) faults.push(`snapshot ${snapshot.id} is not there`);
  else if (snapshottedIn(taken) !== verdict.original)
    faults.push(`${snapshot.id} is of ${snapshottedIn(taken)}, not of ${verdict.original}`);
  if (snapshot.after === null || snapshot.after !== fenced.restartedAt || fenced.original !== verdict.original)
    faults.push(`${snapshot.id} was not taken behind the fence`);
  return faults;
}

function faultsOfCopy(copy: SnapshotCopy, copied: DescribedSnapshot | undefined, of: string, key: string): string[] {
  const faults: string[] = [];
  if (copy.source !== of) faults.push(`${copy.id} is a copy of ${copy.source ?? 'nothing'}, not of ${of}`);
  if (!copied) faults.push(`snapshot ${copy.id} is not there`);
  else if (tagValue(copied.TagList, marker.source) !== of) faults.push(`${copy.id} is not marked as a copy of ${of}`);
  if (copied && copied.KmsKeyId !== key)
    faults.push(`${copy.id} is under ${copied.KmsKeyId ?? 'no key'}, not under ${key}`);
  return faults;
}

/** The fence was closed when the final snapshot was taken; what came in since would be on the original alone. */
async function fenceFaults(
  ctx: AwsContext,
  read: Original,
  verdict: DatabaseVerdict,
  original: Described | undefined,
): Promise<readonly string[]> {
  if (!original) return [`original ${verdict.original} is gone`];
  if (!hasGroups(original, [verdict.fence]))
    return [`original ${nameIn(original)} is not behind the fence alone: somebody may have written to it`];
  return holesInFence(ctx, read);
}

/** Where the logs of the two stand. */
interface Positions {
  readonly position: LogPosition | undefined;
  readonly replacing: LogPosition | undefined;
}

/** What either does not say yet; nothing once the new one answers at all its names, and the old one that it is left alone, and where its log stands. */
async function unanswered(
  ctx: AwsContext,
  kind: Kind,
  read: Original,
  verdict: DatabaseVerdict,
  old: Whole,
  made: Whole,
  names: readonly string[],
): Promise<{ readonly why: readonly string[] } & Partial<Positions>> {
  const strays = kind.ownNames(made.found).filter((host) => !host?.startsWith(`${verdict.name}.`));
  if (strays.length > 0)
    return { why: strays.map((host) => `${verdict.name} still has the endpoint ${host ?? 'none'}`) };
  const writer = kind.addressOf(read, made.found);
  if (!writer) return { why: [`${read.name} has no endpoint`] };
  const others = names.map((host) => asked(ctx, { ...writer, host }, 'SELECT 1'));
  const [{ seen, position }, own, ...unheard] = await Promise.all([
    foreignSessionsOf(ctx, read, old.parts),
    sessionsAt(ctx, writer),
    ...others,
  ]);
  const why = [own, ...unheard].flatMap((one) => ('unknown' in one ? [one.unknown] : []));
  return { why: [...seen, ...why], position, replacing: own.seen && own.position };
}
