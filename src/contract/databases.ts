/** Where a database answers. `database`: which of its databases to ask; its own default when omitted. `secret`: where its login is, by name or ARN. */
export interface DatabaseAddress {
  readonly engine: 'postgres' | 'mysql';
  readonly host: string;
  readonly port: number;
  readonly database?: string;
  readonly secret?: string;
}

/**
 * The port through which steps ask a database in SQL. Rejects when it can't be reached, refuses the login or the statement; an
 * error whose `final` is true stays when it is asked again, and a RekeyError is about this process, not about the database.
 */
export interface Databases {
  /** The rows of one statement, each value as text. */
  query(at: DatabaseAddress, statement: string, signal: AbortSignal): Promise<readonly (readonly (string | null)[])[]>;
  /** What servers call the sessions of this process that are open, or were until a moment ago: it asks several questions at once. */
  own?(): Promise<ReadonlySet<string>>;
}
