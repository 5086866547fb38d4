/**
 * What a call is for, the most urgent first.
 * - `back`: it brings a target back that is down
 * - `down`: a target is down until it and what follows are done
 * - `halt`: it takes a target down
 * - `aside`: the target serves meanwhile
 */
export const urgencies = ['back', 'down', 'halt', 'aside'] as const;
export type Urgency = (typeof urgencies)[number];

/** The port through which a call is metered before anything is asked on its behalf, so that nothing waits between the last look and the call. */
export interface Turns {
  /** Resolves when `call` ("ec2:StopInstances") may go out, or at once when `signal` aborts: the most urgent first, then who has asked first. */
  next(call: string, urgency: Urgency, signal: AbortSignal): Promise<Turn>;
}

/** Leave to send one call now. Two seconds later others may have it. */
export interface Turn {
  /** Is it still there? One that others could have had is taken again, where that takes no waiting. */
  holds(): boolean;
  /** Sends the call. One that is held up for longer than `withinMs` before it leaves rejects with TurnOver, and is not sent. */
  use<T>(send: () => Promise<T>, withinMs: number): Promise<T>;
  /** It is not needed. */
  giveBack(): void;
}

/** A call that did not leave in time: what was looked at for its sake is of the past, and nothing was sent. */
export class TurnOver extends Error {
  override readonly name = 'TurnOver';
}

/** For what nobody meters. */
export const unmetered: Turns = {
  next: async () => ({ holds: () => true, use: (send) => send(), giveBack: () => {} }),
};
