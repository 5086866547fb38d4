/** A stretch of time that is drawn shorter than it was: nothing but waiting is in it. */
export interface Break {
  readonly from: number;
  readonly to: number;
  readonly ms: number;
}

/** Where times stand on a line; all but the breaks is to one scale. */
export interface Axis {
  /** The place of a time, in pixels. */
  at(ms: number): number;
  /** In pixels from and to. */
  readonly breaks: readonly Break[];
}

const breakWidth = 56;
const shortestBreakMs = 10 * 60_000;

/**
 * Lays out the line between the first and the last of these times. A gap between two neighbours that is longer than all shorter ones
 * together is a break: a hold of seven days would hide a cut-over of ten minutes.
 */
export function axisOf(times: readonly number[], width: number): Axis {
  const sorted = [...new Set(times)].sort((a, b) => a - b);
  const gaps = sorted.slice(1).map((to, at) => ({ from: sorted[at] ?? to, to, ms: to - (sorted[at] ?? to) }));
  const broken = new Set<number>();
  let sum = 0;
  for (const gap of [...gaps].sort((a, b) => a.ms - b.ms)) {
    if (gap.ms > sum && gap.ms > shortestBreakMs && sum > 0) broken.add(gap.from);
    else sum += gap.ms;
  }
  const room = Math.max(1, width - broken.size * breakWidth);
  const places: { readonly from: number; readonly to: number; readonly x: number; readonly width: number }[] = [];
  let x = 0;
  for (const { from, to, ms } of gaps) {
    const wide = broken.has(from) ? breakWidth : sum > 0 ? (room * ms) / sum : 0;
    places.push({ from, to, x, width: wide });
    x += wide;
  }
  return {
    at(ms) {
      const place = places.find(({ to }) => ms <= to) ?? places.at(-1);
      if (!place) return 0;
      const part = place.to > place.from ? (ms - place.from) / (place.to - place.from) : 0;
      return place.x + Math.min(1, Math.max(0, part)) * place.width;
    },
    breaks: places
      .filter(({ from }) => broken.has(from))
      .map(({ from, to, x: begin, width: wide }) => ({ from: begin, to: begin + wide, ms: to - from })),
  };
}
