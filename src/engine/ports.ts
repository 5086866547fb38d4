import type { Clock } from '../contract/clock.ts';
import type { Emit } from '../contract/event.ts';
import type { Journal } from '../contract/journal.ts';
import type { Classify } from '../contract/outage.ts';
import type { Settle } from '../contract/settle.ts';
import type { Registry } from '../contract/step.ts';
import type { Turns } from '../contract/turns.ts';

/** Starts work as soon as there is room for it. */
export type Limiter = <T>(work: () => Promise<T>) => Promise<T>;

/** All that a run needs from outside. `S` is the platform's services, which the engine only hands on. */
export interface Ports<S> {
  readonly journal: Journal;
  readonly registry: Registry<S>;
  readonly aws: S;
  readonly clock: Clock;
  /** The time by the clock of whoever is called, in ms; left out: the runner's own. */
  readonly remoteNow?: () => number;
  /** The platform's time as its latest answer told it, in ms; undefined before it has. */
  readonly platformTime?: () => number | undefined;
  /** Meters what is sent. */
  readonly turns: Turns;
  readonly settle: Settle;
  readonly classify: Classify;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  /** How many of each slot the account has; a slot that is not listed is not limited. */
  readonly slots: { readonly [name: string]: Limiter };
  /** Stay until gates open instead of ending the process. */
  readonly wait: boolean;
  /** A foreign run whose claim may be replaced: the operator's word. */
  readonly replaceClaim: string | undefined;
}
