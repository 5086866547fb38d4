import type { Databases } from '../contract/databases.ts';

/** Connections to databases of the account. */
export function connectDatabases(): Databases {
  return {
    query: async ({ engine, host, port }) => {
      throw new Error(`this build of rekey has no ${engine} client with which to ask ${host}:${port}`);
    },
  };
}
