import type { Databases } from '../contract/databases.ts';
import type { Account } from './account.ts';
import { requestHandler } from './handler.ts';
import { simulatedDatabases } from './rds/sql.ts';

/** What leads a run in this process to `account`, in place of the network: the `connection` of its settings. */
export function connectionTo(account: Account) {
  const databases: Databases = simulatedDatabases(account);
  return {
    requestHandler: requestHandler(account),
    credentials: { accessKeyId: 'simulated', secretAccessKey: 'simulated' },
    databases,
    // Nothing that is simulated is the machine that it is simulated on.
    ownInstance: async () => undefined,
  };
}
