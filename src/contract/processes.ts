import type { Owner } from './record.ts';

/** Whether a process still runs, as far as this one can tell. */
export type Liveness = 'alive' | 'dead' | 'unknown';

/** The processes of the machine that rekey runs on. */
export interface Processes {
  /** A process of this machine by its number; undefined for one that has ended. */
  identityOf(pid: number): Promise<Owner | undefined>;
  /** `dead` only when proved; another process under the same number does not pass for it. */
  isAlive(one: Owner): Promise<Liveness>;
  /** The leaders of process groups on this machine that were started with one of these values in their environment, as far as that is ours to read; undefined where processes can't be listed. */
  leadersWith(name: string, values: readonly string[]): Promise<readonly Owner[] | undefined>;
  /** Sends a signal to the group that a process leads, unless that has ended or may not be signalled. */
  signalGroup(leader: Owner, signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}
