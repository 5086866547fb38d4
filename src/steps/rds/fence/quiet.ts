import type { AwsContext } from '../../../aws/services.ts';
import type { Proof } from '../../../contract/step.ts';
import { RekeyError } from '../../../errors/index.ts';
import type { Kind, Original } from '../kinds/kind.ts';
import { hasGroups, nameIn } from '../status.ts';
import { type LogPosition, writtenSince } from './position.ts';
import { holesInFence } from './rules.ts';
import { addressOf, permissionsOfSql, type Sessions, sessionsAt } from './sessions.ts';

// A server that is busy or a network that fails answers within minutes; until then its clients stay out.
const unknownForMs = 10 * 60_000;

/** What asking it takes. */
export const permissionsOfQuiet = (kind: Kind) => [
  ...kind.describes,
  'ec2:DescribeSecurityGroups',
  ...permissionsOfSql,
];

/**
 * What speaks against nobody writing to an original now, whatever an earlier proof says: its groups, the rules of its fence, and who is
 * connected to any part of it; and whether the log has moved `since`, by somebody who has come and left. What can't be told yet is waited for.
 */
export async function quiet(
  ctx: AwsContext,
  kind: Kind,
  original: Original,
  since: LogPosition | undefined,
): Promise<Proof> {
  const { id, fence } = original;
  const [whole, holes] = await Promise.all([kind.whole(ctx, id), holesInFence(ctx, original)]);
  if (!whole) return { findings: [`${id} is not there`] };
  const open = [...new Set([whole.found, ...whole.parts])]
    .filter((one) => !hasGroups(one, [fence]))
    .map((one) => `${nameIn(one)} is not behind ${fence} alone`);
  const answers = await Promise.all(
    whole.parts.map(async (part): Promise<Sessions> => {
      const at = addressOf(original, part);
      return at ? sessionsAt(ctx, at) : { unknown: `${nameIn(part)} has no endpoint`, final: false };
    }),
  );
  const unanswered = answers.flatMap((one) => (one.seen ? [] : [one]));
  for (const { error } of unanswered) if (error instanceof RekeyError) throw error;
  const seen = answers.flatMap((one) => one.seen ?? []);
  const [writer] = answers;
  const written = writer?.seen ? writtenSince(since, writer.position) : { found: [], told: [] };
  for (const told of written.told) ctx.announce(`${original.name}: ${told}`);
  const findings = [...open, ...holes, ...seen, ...written.found.map((how) => `${original.name}: ${how}`)];
  const [first] = unanswered;
  if (!first) return { findings };
  if (findings.length > 0 || first.final) return { findings: [...findings, first.unknown] };
  return { findings, pending: { why: first.unknown, withinMs: unknownForMs } };
}
