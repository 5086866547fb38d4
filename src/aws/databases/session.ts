import type { Socket } from 'node:net';
import type { Way } from './way.ts';

/** A login to a database, for one statement after the other. */
export interface Session {
  /** What the server calls it where it lists who is connected. */
  readonly id: string;
  /** Hands over row after row. What `take` throws ends it. */
  ask(statement: string, take: (row: readonly (string | null)[]) => void): Promise<void>;
  /** Says goodbye to the server. */
  end(): Promise<void>;
}

/** Logs in over `socket`, which is the caller's to destroy. */
export type LogIn = (way: Way, socket: Socket, limits: { readonly statementTimeoutMs: number }) => Promise<Session>;
