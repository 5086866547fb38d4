import type { PlanStatus } from '../report/plan-status.ts';
import { downText, gateText, headline } from './report.ts';
import { ink, safe } from './screen.ts';

/** One target in one line: its run, its id, and how it stands; first of all that it is down. */
export function targetRow(now: number, run: string, status: PlanStatus): string[] {
  const down = downText({ now }, status);
  const told = headline({ now }, status);
  // What is down or has failed can wait for a gate all the same.
  const waits = status.waitsFor && status.status === 'failed' ? gateText(status.waitsFor, now) : undefined;
  const words = [down === undefined ? undefined : ink.red(`DOWN, ${down}`), told, waits];
  return [run, safe(status.target), words.filter((one) => one !== undefined).join('; ')];
}
