const units = [
  { name: 'd', ms: 86_400_000 },
  { name: 'h', ms: 3_600_000 },
  { name: 'min', ms: 60_000 },
  { name: 's', ms: 1_000 },
] as const;

/** A duration in its two largest units: `3 h 12 min`. */
export function durationText(ms: number): string {
  const rounded = Math.max(0, Math.round(ms / 1_000) * 1_000);
  const at = units.findIndex((unit) => rounded >= unit.ms);
  const large = units[at];
  const small = units[at + 1];
  if (large === undefined) return '0 s';
  if (small === undefined) return `${rounded / large.ms} s`;
  const rest = Math.floor((rounded % large.ms) / small.ms);
  return `${Math.floor(rounded / large.ms)} ${large.name}${rest === 0 ? '' : ` ${rest} ${small.name}`}`;
}

/** A moment to the second: `2018-06-06T02:15:00Z`. */
export function momentText(at: number): string {
  return Number.isFinite(at) ? `${new Date(at).toISOString().slice(0, 19)}Z` : 'never';
}

/** `90s`, `15m`, `2h`, `7d` in ms; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,6})(s|m|h|d)$/.exec(text);
  const scale = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }[match?.[2] ?? ''];
  return scale === undefined ? undefined : Number(match?.[1]) * scale;
}
