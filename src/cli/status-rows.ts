import type { PlanStatus } from '../report/plan-status.ts';
import { headline, openingText, sinceText } from './report.ts';
import { ink, safe } from './screen.ts';

/** One target in one line: its run, its id, and how it stands; first of all that it is down. */
export function targetRow(now: number, run: string, status: PlanStatus): string[] {
  const { downSince, downAtLatest, downInDoubt, waitsFor } = status;
  const down = downSince === undefined ? undefined : sinceText(now, downSince, downAtLatest);
  const told = headline({ now }, status);
  // What is down or has failed can wait for a gate all the same.
  const waits = waitsFor && status.status === 'failed' ? `${waitsFor.step} ${openingText(waitsFor, now)}` : undefined;
  const words = [down && ink.red(`${downInDoubt ? 'PERHAPS DOWN' : 'DOWN'} ${down}`), told, waits];
  return [run, safe(status.target), words.filter((one) => one !== undefined).join('; ')];
}
