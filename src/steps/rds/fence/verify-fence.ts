import { type AwsContext, defineVerify } from '../../../aws/services.ts';
import type { Seen } from '../../../contract/step.ts';
import type { VerdictStatus } from '../../../contract/verdict.ts';
import { pause } from '../../../contract/wait.ts';
import { settleWithinMs } from '../../deadlines.ts';
import type { FenceProof, RestartedDatabase } from '../domain.ts';
import { byOriginal, type Kind, type Original, originalOf } from '../kinds/kind.ts';
import { hasGroups } from '../status.ts';
import { type LogPosition, positioned, writtenSince } from './position.ts';
import { holesInFence } from './rules.ts';
import { foreignSessionsOf, permissionsOfSql } from './sessions.ts';

// A pool that was thrown out comes back within seconds, if it can.
const betweenMs = 20_000;

interface Fenced {
  readonly original: Original;
  readonly restarts: readonly RestartedDatabase[];
}

/** Has the database itself, each part of it, say that nobody else is connected, twice, some time apart. Waits while somebody is. */
export const verifyFence = (kind: Kind) => {
  const fencedBy = (input: object): Fenced => ({ original: originalOf(kind, input), restarts: kind.restartsOf(input) });
  const proofOf = (input: object, status: VerdictStatus, findings: readonly string[], position?: LogPosition) =>
    proof(kind, fencedBy(input), status, findings, position);
  const pending = (input: object, { against, byOthers }: Asked): Seen<FenceProof> => ({
    is: 'pending',
    output: proofOf(input, 'TIMED_OUT', against),
    why: against.join('; '),
    byOthers,
  });
  return defineVerify({
    type: kind.steps.verifyFence,
    settleWithinMs: settleWithinMs.sessions,
    permissions: [...kind.describes, 'ec2:DescribeSecurityGroups', ...permissionsOfSql],
    input: byOriginal(kind, kind.restartsShape),
    output: kind.FenceProof,
    title: (input) => `verify that nobody is connected to ${originalOf(kind, input).name}`,
    async check(ctx, input) {
      const first = await findings(ctx, kind, fencedBy(input));
      if (first.against.length > 0) return pending(input, first);
      await pause(ctx, betweenMs);
      // What is done to the fence from here on may come too late for this proof.
      const provenAt = new Date(ctx.aws.time.now()).toISOString();
      const second = await findings(ctx, kind, fencedBy(input));
      if (second.against.length > 0) return pending(input, second);
      const { position } = second;
      for (const told of writtenSince(position, position).told)
        ctx.announce(`${originalOf(kind, input).name}: ${told}`);
      return { is: 'done', output: { ...proofOf(input, 'SUCCESSFUL', [], position), provenAt } };
    },
    conclude: (input, status, reason) => proofOf(input, status, [reason]),
    // There is no replacement yet: the verdict is about the original and its fence.
    verdicts: (output) => [output],
  });
};

/** What speaks against nobody writing, and where the log stands. */
interface Asked {
  readonly against: readonly string[];
  /** It is not behind its fence as this run left it. */
  readonly byOthers: boolean;
  readonly position?: LogPosition | undefined;
}

async function findings(ctx: AwsContext, kind: Kind, { original, restarts }: Fenced): Promise<Asked> {
  const { id, fence } = original;
  const found = await kind.find(ctx, id);
  if (!found) return { against: [`${id} is not there`], byOthers: true };
  if (!hasGroups(found, [fence])) return { against: [`${id} is not behind ${fence} alone`], byOthers: true };
  const parts = await kind.parts(ctx, found);
  const own = parts.flatMap((part) => {
    const name = part.DBInstanceIdentifier ?? '';
    if (!hasGroups(part, [fence])) return [`${name} is not behind ${fence} alone`];
    // One that somebody has added since may hold sessions which no restart has ended.
    const restarted = restarts.some((one) => one.id === part.DbiResourceId);
    return restarted ? [] : [`${name} was not restarted behind the fence`];
  });
  const [holes, { seen, position }] = await Promise.all([
    holesInFence(ctx, original),
    foreignSessionsOf(ctx, original, parts),
  ]);
  return { against: [...own, ...holes, ...seen], byOthers: own.length + holes.length > 0, position };
}

function proof(
  kind: Kind,
  { original, restarts }: Fenced,
  status: VerdictStatus,
  findings: readonly string[],
  position: LogPosition | undefined,
): FenceProof {
  const { id } = original;
  return {
    id,
    original: id,
    replacement: `no one else at ${original.name}`,
    status,
    findings: [...findings],
    restartedAt: kind.restartedAt(restarts),
    ...positioned(position),
  };
}
