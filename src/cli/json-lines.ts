import type { RunEvent } from '../contract/event.ts';
import { answer, oneLine } from './screen.ts';
import { isoOf } from './status-json.ts';

/** What an event says beside its type and its time. */
export interface EventBody {
  readonly [member: string]: unknown;
}

/** An event as all of ours are printed with `--json`: one object on one line. `at` in ms. docs/EVENTS.md tells them all. */
export function eventLine(at: number, type: string, body: EventBody): string {
  return oneLine({ v: 1, type, at: isoOf(at), ...body });
}

/** Prints an event on stdout. */
export function printEvent(at: number, type: string, body: EventBody): void {
  answer(eventLine(at, type, body));
}

/** Prints what a run tells while it goes. `now` in ms. */
export function printRunEvent(now: number, runId: string, event: RunEvent): void {
  const { type, ...rest } = event;
  const body = { runId, ...rest };
  if (event.type === 'gate.waiting') printEvent(now, type, { ...body, until: isoOf(event.until) });
  else if (event.type === 'record') printEvent(event.at, type, { runId, entry: event.entry });
  else printEvent(now, type, body);
}
