import { RDS } from '@aws-sdk/client-rds';
import type { Call } from '../../../src/simulator/account.ts';
import { type HandlerOptions, requestHandler } from '../../../src/simulator/handler.ts';
import { simulatedDatabases } from '../../../src/simulator/rds/sql.ts';
import type { ScenarioInput } from '../../../src/simulator/scenario.ts';
import { clients } from '../support.ts';

export const apps = 'sg-0aaaaaaaaaaaaaaa1';
export const fence = 'sg-0fe1ce0000000000a';

type DatabaseInput = NonNullable<ScenarioInput['databases']>[number];

/** One PostgreSQL instance under `alias/old` that applications write to, and a fence that lets the runner in. */
export function shop(changes: Partial<DatabaseInput> = {}, more: ScenarioInput = {}): ScenarioInput {
  return {
    keys: [{ alias: 'alias/old' }, { alias: 'alias/new' }, { alias: 'alias/disabled', state: 'Disabled' }],
    runner: '10.9.0.7/32',
    securityGroups: [
      { id: apps, inbound: ['10.0.0.0/8:5432'] },
      { id: fence, inbound: ['10.9.0.7/32:5432'], outbound: [] },
    ],
    databases: [
      {
        id: 'orders',
        storage: 20,
        key: 'alias/old',
        securityGroups: [apps],
        subnetGroup: 'private',
        parameterGroup: 'orders-16',
        deletionProtection: false,
        tags: { team: 'shop' },
        workload: { everySeconds: 7 },
        ...changes,
      },
    ],
    ...more,
  };
}

/** Real SDK clients of a simulated account with databases, whose clock only `pass` moves. */
export function rdsClients(
  input: ScenarioInput = shop(),
  options: HandlerOptions & { seed?: number; observe?: (call: Call) => void } = {},
) {
  const set = clients(input, options);
  const rds = new RDS({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' },
    requestHandler: requestHandler(set.account),
    maxAttempts: 1,
  });
  const databases = simulatedDatabases(set.account);
  const truth = (identifier: string) => {
    const found = set.account.state().databases.find((one) => one.identifier === identifier);
    if (!found) throw new Error(`there is no database ${identifier}`);
    return found;
  };
  /** Waits for a database to be in a status and free. */
  const settled = (identifier: string, status = 'available') =>
    set.until(async () => {
      const one = set.account.state().databases.find((each) => each.identifier === identifier);
      return one !== undefined && !one.busy && [status, 'storage-initialization'].includes(one.status);
    });
  const snapshotted = (id: string) =>
    set.until(async () => set.account.state().databaseSnapshots.find((one) => one.id === id)?.status === 'available');
  const describe = async (identifier: string) =>
    (await rds.describeDBInstances({ DBInstanceIdentifier: identifier })).DBInstances?.[0];
  const ask = (host: string, statement = 'select 1', port = 5432) =>
    databases.query({ engine: 'postgres', host, port }, statement, new AbortController().signal);
  return { ...set, rds, truth, settled, snapshotted, describe, ask };
}
