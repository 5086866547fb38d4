/** In CI's sweep everything is lived through; by default a sample, so that `npm test` stays short. */
export const full = process.env['REKEY_SWEEP'] === 'full';

/** At most so many of a list, spread evenly over it; `turn` moves which. */
export function spread<T>(list: readonly T[], most: number, turn = 0): readonly T[] {
  if (list.length <= most) return list;
  const stride = list.length / most;
  return Array.from({ length: most }, (_one, at) => list[(Math.floor(at * stride) + turn) % list.length] as T);
}

/** All of a list in a full sweep, else at most so many of it: a plan with more steps takes no longer. */
export const sampled = <T>(list: readonly T[], most: number, turn = 0): readonly T[] =>
  full ? list : spread(list, most, turn);
