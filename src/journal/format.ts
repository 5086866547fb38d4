import { journalFormat } from '../contract/record.ts';
import { problem } from '../errors/index.ts';

/** The number of a format that only a newer rekey reads, if `value` begins a segment in one. Whatever else a newer `open` holds, its `t` and `format` stay where they are. */
export function newerFormat(value: unknown): number | undefined {
  if (typeof value !== 'object' || value === null || !('t' in value) || value.t !== 'open') return undefined;
  const format = 'format' in value ? value.format : undefined;
  return typeof format === 'number' && format > journalFormat ? format : undefined;
}

/** Throws `journal-older` for a run whose journal, or a part of it, is of an older format: it may be looked at and taken back, and is gone on with by nobody but the rekey that began it. */
export function refuseOlder(of: { readonly run: string; readonly stateDir: string; readonly format: number }): void {
  if (of.format < journalFormat) throw problem('journal-older', { ...of, current: journalFormat });
}
