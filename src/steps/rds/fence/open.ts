import type { DBInstance } from '@aws-sdk/client-rds';
import type { AwsContext } from '../../../aws/services.ts';
import type { Json } from '../../../contract/json.ts';
import type { Observation } from '../../../contract/step.ts';
import type { Database } from '../domain.ts';
import type { Kind, Original } from '../kinds/kind.ts';
import { type Described, groupsOf, hasDataApi, idIn, isGoing, isOpen, isStopped, isUsable, nameIn } from '../status.ts';
import { type LogPosition, writtenSince } from './position.ts';
import { holesInFence } from './rules.ts';
import { addressOf, sessionsAt } from './sessions.ts';

/** What an observation is made of: the original, who has the clients' name, and what this run made of the original. */
export interface Concerned {
  readonly original: Described | undefined;
  readonly holder: Described | undefined;
  readonly made: readonly Described[];
}

/** Who was seen to be connected behind the fence, and where the log stood then, by the id of what to. */
export type Seated = ReadonlyMap<string, Sitting>;

interface Sitting {
  readonly sessions: readonly string[];
  readonly position: LogPosition | undefined;
}

/**
 * A change of security groups ends no session, so that one shows an opening of the fence that nobody has seen. Until something is made
 * of the original, the proof of the fence asks who is connected: before that a restart has yet to end all sessions. So `proven` says
 * whether there is one since the latest read: what is made may stand there from an earlier cut-over. `instances`: all, as the same look
 * has shown them.
 */
export async function seatedAt(
  ctx: AwsContext,
  kind: Kind,
  { original, holder, made }: Concerned,
  read: Original | undefined,
  { instances, proven }: { readonly instances: readonly DBInstance[]; readonly proven: boolean },
): Promise<Seated> {
  if (!read || made.length === 0) return new Map();
  const isAsked = (one: Described) => isFenced(one, read.fence) && isUsable(one) && (proven || idIn(one) !== read.id);
  const asked = distinct([original, holder, ...made]).filter(isAsked);
  const seen = asked.map(async (one) => {
    const parts = kind.partsAmong(one, instances);
    return [idIn(one), await sessionsSeen(ctx, read, parts)] as const;
  });
  return new Map(await Promise.all(seen));
}

/**
 * How those lived that are concerned. `open`: the ids of those that others than the runner may get in to now, by groups of their own; or,
 * behind the fence and where clients look for it, because somebody has opened that (`fence` says how) or is connected to the original
 * (`sessions` says who). `dataApi`: of those that are open, whose Data API is on.
 */
export async function lifeOf(
  ctx: AwsContext,
  { original, holder, made }: Concerned,
  read: Original | undefined,
  seated: Seated,
): Promise<Observation['life']> {
  const all = distinct([original, holder, ...made]);
  const open = all.filter((one) => isOpen(one, read?.fence)).map(idIn);
  const holes = read && all.some((one) => isFenced(one, read.fence)) ? await holesInFence(ctx, read) : [];
  // While a name changes hands, clients are where they were before.
  const reached = holder ?? original;
  const id = reached && read && isFenced(reached, read.fence) ? idIn(reached) : undefined;
  const sessions = reached && reached === original ? (seated.get(idIn(reached))?.sessions ?? []) : [];
  const entries = all
    .filter((one) => hasDataApi(one) && isOpen(one, read?.fence))
    .map((one) => `on, of ${nameIn(one)}`);
  const entered = id !== undefined && (holes.length > 0 || sessions.length > 0) ? [id] : [];
  return {
    open: [...new Set([...open, ...entered])].sort(),
    ...(holes.length > 0 && { fence: holes }),
    ...(sessions.length > 0 && { sessions: [...sessions] }),
    ...(entries.length > 0 && { dataApi: entries }),
  };
}

const isFenced = (one: Described, fence: string) => groupsOf(one).includes(fence) && !isGoing(one) && !isStopped(one);

/** Each once, without what is not there. */
export const distinct = (all: readonly (Described | undefined)[]) => [
  ...new Map(all.flatMap((one) => (one ? [[idIn(one), one] as const] : []))).values(),
];

/** Who is seen to be connected to any part of one. What does not answer tells nothing, and holds nothing up. */
async function sessionsSeen(ctx: AwsContext, read: Original, parts: readonly DBInstance[]): Promise<Sitting> {
  const answers = await Promise.all(
    parts.map(async (part) => {
      const at = addressOf(read, part);
      return at && sessionsAt(ctx, at);
    }),
  );
  const [writer] = answers;
  return { sessions: answers.flatMap((one) => one?.seen ?? []), position: writer?.seen && writer.position };
}

/** How somebody has written to the original since its log stood there, who need not be connected any more. What is not known tells nothing. */
export function writtenTo(sitting: Sitting | undefined, since: LogPosition | undefined): readonly string[] {
  return sitting ? writtenSince(since, sitting.position).found : [];
}

/** The original, where it is behind a fence of which is seen that somebody has opened it, or is connected behind it. */
export function exposedBy(
  life: Observation['life'],
  original: Described | undefined,
  read: Pick<Database, 'fence'> | undefined,
  seated: Seated,
  written: readonly string[],
): { readonly original: string; readonly how: string }[] {
  if (!original || !read || !groupsOf(original).includes(read.fence)) return [];
  const id = idIn(original);
  const holes = listed(life['fence']);
  const sessions = seated.get(id)?.sessions ?? [];
  return [
    ...(holes.length > 0 ? [`its fence was open: ${holes.join('; ')}`] : []),
    ...(hasDataApi(original) ? ['its Data API was on, which lets clients in past its fence'] : []),
    ...(sessions.length > 0 ? [`somebody was connected behind its fence: ${sessions.join('; ')}`] : []),
    ...written,
  ].map((how) => ({ original: id, how }));
}

/** The observation after clients were let in to one, or kept out. */
export function opened(observation: Observation, id: string, open: boolean): Observation {
  const others = listed(observation.life['open']).filter((one) => one !== id);
  return { ...observation, life: { ...observation.life, open: (open ? [...others, id] : others).sort() } };
}

/** What an observation says as a list. */
export const listed = (value: Json | undefined) => (Array.isArray(value) ? value.map(String) : []);
