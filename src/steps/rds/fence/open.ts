import type { AwsContext } from '../../../aws/services.ts';
import type { Json } from '../../../contract/json.ts';
import type { Observation } from '../../../contract/step.ts';
import type { Database } from '../domain.ts';
import type { Kind, Original } from '../kinds/kind.ts';
import { type Described, groupsOf, idIn, isGoing, isOpen, isStopped, isUsable } from '../status.ts';
import { holesInFence } from './rules.ts';
import { addressOf, sessionsAt } from './sessions.ts';

/** What an observation is made of: the original, who has the clients' name, and what this run made of the original. */
export interface Concerned {
  readonly original: Described | undefined;
  readonly holder: Described | undefined;
  readonly made: readonly Described[];
}

/**
 * How those lived that are concerned. `open`: the ids of those that others than the runner may get in to now: by groups of their own,
 * or, behind the fence, because somebody has opened that (`fence` says how) or is connected (`sessions` says who). A change of
 * security groups ends no session, so that one shows an opening that nobody has seen.
 */
export async function lifeOf(
  ctx: AwsContext,
  kind: Kind,
  { original, holder, made }: Concerned,
  read: Original | undefined,
): Promise<Observation['life']> {
  const all = distinct([original, holder, ...made]);
  const open = all.filter((one) => isOpen(one, read?.fence)).map(idIn);
  const fenced = read
    ? all.filter((one) => groupsOf(one).includes(read.fence) && !isGoing(one) && !isStopped(one))
    : [];
  if (!read || fenced.length === 0) return { open: open.sort() };
  // Until something is made of it, the proof of the fence asks who is connected: before that a restart has yet to end all sessions.
  const asked = made.length > 0 ? fenced.filter(isUsable) : [];
  const [holes, ...sessions] = await Promise.all([
    holesInFence(ctx, read),
    ...asked.map((one) => sessionsSeen(ctx, kind, read, one)),
  ]);
  const seated = asked.filter((_one, index) => sessions[index]?.length).map(idIn);
  // Clients come by their name; the original is where they were before.
  const reached = holder ?? original;
  const entered = [
    ...(holes.length > 0 && reached && fenced.includes(reached) ? [idIn(reached)] : []),
    ...seated.filter((id) => id !== (original && idIn(original)) || reached === original),
  ];
  return {
    open: [...new Set([...open, ...entered])].sort(),
    ...(holes.length > 0 && { fence: holes }),
    ...(seated.length > 0 && {
      sessions: Object.fromEntries(
        seated.map((id) => [id, [...(sessions[asked.findIndex((one) => idIn(one) === id)] ?? [])]]),
      ),
    }),
  };
}

const distinct = (all: readonly (Described | undefined)[]) => [
  ...new Map(all.flatMap((one) => (one ? [[idIn(one), one] as const] : []))).values(),
];

/** Who is seen to be connected to one or a part of it. What does not answer tells nothing, and holds nothing up. */
async function sessionsSeen(ctx: AwsContext, kind: Kind, read: Original, one: Described): Promise<readonly string[]> {
  const parts = await kind.parts(ctx, one);
  const seen = parts.map(async (part) => {
    const at = addressOf(read, part);
    return at ? ((await sessionsAt(ctx, at)).seen ?? []) : [];
  });
  return (await Promise.all(seen)).flat();
}

/** The original, where it is behind a fence of which is seen that somebody has opened it, or is connected behind it. */
export function exposedBy(
  life: Observation['life'],
  original: Described | undefined,
  read: Pick<Database, 'fence'> | undefined,
): { readonly original: string; readonly how: string }[] {
  if (!original || !read || !groupsOf(original).includes(read.fence)) return [];
  const id = idIn(original);
  const holes = listed(life['fence']);
  const sessions = listed((life['sessions'] as { readonly [id: string]: Json } | undefined)?.[id]);
  return [
    ...(holes.length > 0 ? [`its fence was open: ${holes.join('; ')}`] : []),
    ...(sessions.length > 0 ? [`somebody was connected behind its fence: ${sessions.join('; ')}`] : []),
  ].map((how) => ({ original: id, how }));
}

/** The observation after clients were let in to one, or kept out. */
export function opened(observation: Observation, id: string, open: boolean): Observation {
  const others = listed(observation.life['open']).filter((one) => one !== id);
  return { ...observation, life: { ...observation.life, open: (open ? [...others, id] : others).sort() } };
}

/** What an observation says as a list. */
export const listed = (value: Json | undefined) => (Array.isArray(value) ? value.map(String) : []);
