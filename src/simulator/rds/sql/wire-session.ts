/** A client that is connected to a simulated database over a socket. */
export interface WireSession {
  /** Hangs up if a restart has dropped the session: what nobody asks on must not look alive either. */
  look(): void;
  /** Hangs up without a word. */
  end(): void;
}

let processes = 20_000;

/** A number for one more session, other than those of the simulated clients. */
export function nextProcess(): number {
  return ++processes;
}
