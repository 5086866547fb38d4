const wanted = process.env['REKEY_SWEEP'] ?? '';

/** In CI's sweep everything is lived through, but of plans that say so (`inFull`); by default a sample, so that `npm test` stays short. */
export const full = wanted === 'full' || wanted === 'whole';

/** Whether somebody wants all there is, also what is too much for CI. */
export const whole = wanted === 'whole';

/** At most so many of a list, spread evenly over it; `turn` moves which. */
export function spread<T>(list: readonly T[], most: number, turn = 0): readonly T[] {
  if (list.length <= most) return list;
  const stride = list.length / most;
  return Array.from({ length: most }, (_one, at) => list[(Math.floor(at * stride) + turn) % list.length] as T);
}

/**
 * All of a list in a full sweep, at most `inFull` of it where that is given and nobody wants the whole; else at most `most` of it,
 * and half of that of a plan that has an `inFull`: its histories are the long ones.
 */
export function sampled<T>(list: readonly T[], most: number, { turn = 0, inFull }: Sampling = {}): readonly T[] {
  if (whole) return list;
  if (full) return spread(list, inFull ?? list.length, turn);
  return spread(list, inFull === undefined ? most : Math.ceil(most / 2), turn);
}

interface Sampling {
  readonly turn?: number;
  readonly inFull?: number | undefined;
}
