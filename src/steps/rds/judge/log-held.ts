import type { LogContained, PlacedDatabaseVerdict } from '../domain.ts';
import { containedIn } from '../fence/contains.ts';
import type { LogPosition } from '../fence/position.ts';

/**
 * What the log of a replacement, as it stands now, says of its holding what that of its original held before the final snapshot: for the
 * verdict, and what speaks against the pair. What can't be told stops nothing, and is said, so that nobody takes it for a proof.
 */
export function logHeld(
  { name, log: { final } }: Pick<PlacedDatabaseVerdict, 'name' | 'log'>,
  now: LogPosition | undefined,
): { readonly log: LogContained; readonly findings: readonly string[]; readonly told: readonly string[] } {
  const held = containedIn(final, now);
  const log = (unknown: string | null) => ({ ...(final && { final }), unknown });
  if (held.is === 'contained') return { log: log(null), findings: [], told: [] };
  if (held.is === 'lacking') return { log: log(held.how), findings: [`${name}: ${held.how}`], told: [] };
  const told = `rekey does not know whether the log of ${name} holds all of its original's: ${held.why}`;
  return { log: log(held.why), findings: [], told: [told] };
}
