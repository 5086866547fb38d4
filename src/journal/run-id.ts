import { problem } from '../errors/index.ts';

const base32 = 'abcdefghijklmnopqrstuvwxyz234567';
const pattern = /^\d{8}T\d{6}Z-[a-z2-7]{6}$/;

/** A run's id: UTC time and six base32 letters. `now` in ms since 1970; `random`: at least six random bytes. */
export function newRunId(now: number, random: Uint8Array): string {
  const time = new Date(now).toISOString().replace(/\.\d+|[-:]/g, '');
  const letters = Array.from(random.subarray(0, 6), (byte) => base32.charAt(byte & 31)).join('');
  return checkedRunId(`${time}-${letters}`);
}

/** The id itself, if it is one, so that it may become part of a path; throws `run-id-invalid`. */
export function checkedRunId(run: string, stateDir?: string): string {
  if (pattern.test(run)) return run;
  throw problem('run-id-invalid', { run, ...(stateDir === undefined ? {} : { stateDir }) });
}

/** Is this the name of a run's directory? */
export function isRunId(name: string): boolean {
  return pattern.test(name);
}
