import type { AwsContext } from '../../../aws/services.ts';
import type { Json } from '../../../contract/json.ts';
import type { Observation } from '../../../contract/step.ts';
import type { Database } from '../domain.ts';
import { type Described, groupsOf, idIn, isGoing, isOpen, isStopped } from '../status.ts';
import { holesInFence } from './rules.ts';

/**
 * How those lived that are concerned. `open`: the ids of those that others than the runner may get in to now, by groups of
 * their own, or, where the clients' name is behind the fence, because somebody has opened that: `fence` says how.
 */
export async function lifeOf(
  ctx: AwsContext,
  concerned: readonly Described[],
  holder: Described | undefined,
  read: Pick<Database, 'fence' | 'letThrough'> | undefined,
): Promise<Observation['life']> {
  const open = concerned.filter((one) => isOpen(one, read?.fence)).map(idIn);
  const fenced = holder && read && groupsOf(holder).includes(read.fence) && !isGoing(holder) && !isStopped(holder);
  const holes = fenced ? await holesInFence(ctx, read) : [];
  if (!holder || holes.length === 0) return { open: open.sort() };
  return { open: [...new Set([...open, idIn(holder)])].sort(), fence: holes };
}

/** The original, where it is behind a fence of which is seen that somebody has opened it. */
export function exposedBy(
  life: Observation['life'],
  original: Described | undefined,
  read: Pick<Database, 'fence'> | undefined,
): { readonly original: string; readonly how: string }[] {
  const holes = life['fence'];
  if (!original || !read || !Array.isArray(holes) || !groupsOf(original).includes(read.fence)) return [];
  return [{ original: idIn(original), how: `its fence was open: ${holes.join('; ')}` }];
}

/** The observation after clients were let in to one, or kept out. */
export function opened(observation: Observation, id: string, open: boolean): Observation {
  const others = listed(observation.life['open']).filter((one) => one !== id);
  return { ...observation, life: { ...observation.life, open: (open ? [...others, id] : others).sort() } };
}

/** What an observation says as a list. */
export const listed = (value: Json | undefined) => (Array.isArray(value) ? value.map(String) : []);
