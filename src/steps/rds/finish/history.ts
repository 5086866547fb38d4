import type { LookupAttributeKey } from '@aws-sdk/client-cloudtrail';
import type { AwsContext, AwsServices } from '../../../aws/services.ts';
import { type Looked, lookUp, trailLateMs } from '../../../aws/trail.ts';
import type { History, Recalled } from '../../../contract/step.ts';
import type { FinalDatabaseVerdict } from '../domain.ts';
import type { Kind } from '../kinds/kind.ts';
import { idIn, nameIn } from '../status.ts';
import { type Fenced, openedBy, renamedAt } from './opened-meanwhile.ts';

/** What asking it takes, which may be refused. */
export const permissionsOfHistory = ['cloudtrail:LookupEvents'] as const;

interface Deleted {
  readonly verdict: FinalDatabaseVerdict;
}

/**
 * Whether others have let clients in to an original since the proof of its fence, and shut them out again: no look shows that.
 * CloudTrail does, minutes later: by the rules of the fence, by other groups, or by the Data API.
 */
export function historyOf(kind: Kind): History<AwsServices, Deleted> {
  const asked = ({ verdict }: Deleted) =>
    `whether anybody has let clients in to ${verdict.original} for a while since its fence was proven`;
  return {
    lateMs: trailLateMs,
    early: (ctx, { verdict }) => recalled(ctx, kind, verdict, []),
    whole: (ctx, { verdict }) => recalled(ctx, kind, verdict, callsOf(kind)),
    waits: (input, until) =>
      `CloudTrail shows a call up to ${trailLateMs / 60_000} minutes late. At ${new Date(until).toISOString()} rekey asks it ${asked(input)}, and deletes nothing before that`,
    unknown: (input, why) =>
      `CloudTrail does not show ${asked(input)} (${why}). rekey decides by what it sees itself: security groups, rules, sessions and the position of the log`,
  };
}

// Not by the resource: under which name the history has a database, and the group of a changed rule, is not documented.
const callsOf = ({ resource }: Kind): readonly string[] => [
  `Modify${resource}`,
  'ModifySecurityGroupRules',
  ...(resource === 'DBCluster' ? ['EnableHttpEndpoint'] : []),
];

/** By all that concerns the fence, and by these calls, of whatever in the account. */
async function recalled(
  ctx: AwsContext,
  kind: Kind,
  verdict: FinalDatabaseVerdict,
  calls: readonly string[],
): Promise<Recalled> {
  const since = Date.parse(verdict.provenAt ?? '');
  if (Number.isNaN(since)) return { findings: [], unknown: 'an earlier release of rekey has not noted when that was' };
  const ask = (key: LookupAttributeKey, value: string) => lookUp(ctx.aws, [key, value], since);
  const ofFence = await ask('ResourceName', verdict.fence);
  const ofAll: Looked[] = [];
  for (const call of calls) ofAll.push(await ask('EventName', call));
  const seen = kind.lastSeen(ctx).find((one) => idIn(one) === verdict.original);
  const oldName = seen ? nameIn(seen) : verdict.name;
  return judged({ ...verdict, oldName, run: ctx.run, resource: kind.resource }, ofFence, ofAll);
}

/**
 * What these answers come to. Where calls were asked for, the rename of the original has to be among them: a history that lacks it has
 * a gap. What can't be read counts against the delete where it is about the fence; elsewhere it is most likely about something else.
 */
function judged(of: Fenced, ofFence: Looked, ofAll: readonly Looked[]): Recalled {
  const calls = [ofFence, ...ofAll].flatMap((one) => one.calls);
  const renamed = renamedAt(calls, of);
  const found = calls.flatMap((call) => openedBy(call, of, renamed) ?? []);
  const why = [
    ...(ofFence.cut === undefined ? [] : [ofFence.cut]),
    ...ofAll.flatMap(({ cut, unread }) => [...unread, ...(cut === undefined ? [] : [cut])]),
    ...(ofAll.length > 0 && renamed === undefined
      ? [`it does not show that ${of.original} gave up the name ${of.name}`]
      : []),
  ];
  const findings = [...new Set([...ofFence.unread, ...found])];
  return { findings, ...(why.length > 0 && { unknown: why.join('; ') }) };
}
