import { expect } from 'vitest';
import { keyOf } from './promises.ts';
import { source, type World } from './world.ts';

/** The resource id of the original of these tests. */
export const original = 'db-AAAAAAAAAAAAAAAAAAAAAAAAA1';
export const fence = 'sg-0fe0ce00000000001';
const own = 'sg-0aaaaaaaaaaaaaaa1';

/** One PostgreSQL instance under the old key with a pool of two sessions that write through its endpoint. */
export const oneDatabase = `
keys: [{ alias: alias/old }, { alias: alias/new }]
limits: { throttling: false }
securityGroups:
  - { id: ${own}, inbound: [10.0.0.0/8:5432], outbound: [] }
  - { id: ${fence}, inbound: [10.9.0.7/32:5432], outbound: [] }
databases:
  - id: orders
    resourceId: ${original}
    engine: postgres
    engineVersion: "16.4"
    class: db.m6g.large
    storage: 100
    maxStorage: 500
    key: alias/old
    securityGroups: [${own}]
    subnetGroup: private
    parameterGroup: orders-16
    deletionProtection: true
    backupRetention: 7
    backupWindow: "20:00-20:30"
    iamAuth: true
    copyTagsToSnapshot: true
    logExports: [postgresql]
    performanceInsights: { key: alias/old, retentionDays: 31 }
    monitoring: { everySeconds: 60, role: "arn:aws:iam::111122223333:role/monitoring" }
    roles:
      - { role: "arn:aws:iam::111122223333:role/import", feature: s3Import }
      - { role: "arn:aws:iam::111122223333:role/export", feature: s3Export }
    tags: { team: shop }
    workload: { everySeconds: 7, sessions: 2, pooled: true }
`;

/** What the plan has to be told of this account, besides its target and keys. */
export const databaseSets = [
  `steps.read.with.fence.securityGroup=${fence}`,
  'steps.read.with.fence.inbound=[10.9.0.7/32]',
  'steps.check-sql.with.statements=["SELECT count(*) FROM orders"]',
];

/** The plan for it, with other values set if need be. */
export const databasePlan = (...sets: string[]) =>
  source('plans/rds-instance.yaml', [
    'target.id=orders',
    'keys.from=alias/old',
    'keys.to=alias/new',
    'steps.soak.with.for=1h',
    ...databaseSets,
    ...sets,
  ]);

/** No acknowledged write is missing from the database that has the name now. */
export function expectNoWriteLost(world: World): void {
  const clients = world.state().clients.filter(({ cluster }) => !cluster);
  expect(clients.map(({ identifier, lost }) => [identifier, lost])).toEqual([['orders', false]]);
}

export function databaseNamed(world: World, name: string) {
  return world.state().databases.find((one) => one.identifier === name);
}

/** The end that every way through the plan must reach: moved, serving, carried over, nothing left. `was`: the resource id of the original. */
export function expectDatabaseMoved(world: World, was = original): void {
  const state = world.state();
  // Members are their cluster's.
  expect(state.databases.filter((one) => one.cluster === null).map((one) => one.identifier)).toEqual(['orders']);
  const database = databaseNamed(world, 'orders');
  expect(database?.resourceId).not.toBe(was);
  expect(database?.key).toBe(keyOf(state, 'alias/new'));
  expect(database?.securityGroups).toEqual([own]);
  expect(database?.sessions).toBe(2);
  expect(database?.settings.DeletionProtection).toBe(true);
  expectNoWriteLost(world);
  expectNoDatabaseClaim(world);
  expect(state.databaseSnapshots.filter((one) => one.type === 'manual')).toEqual([]);
}

/** The original serves under its name with its own security groups. `was`: its resource id. */
export function expectOriginalDatabaseServing(world: World, was = original): void {
  const found = databaseNamed(world, 'orders');
  expect(found?.resourceId).toBe(was);
  expect(found?.status).toBe('available');
  expect(found?.securityGroups).toEqual([own]);
  expectNoWriteLost(world);
}

export function expectNoDatabaseClaim(world: World): void {
  const keys = world.state().databases.flatMap((one) => Object.keys(one.tags));
  expect(keys.filter((key) => key.startsWith('rekey:claim'))).toEqual([]);
}

/** CloudTrail may not be asked: what rekey sees by itself has to do. */
export const noTrail = {
  operation: 'LookupEvents',
  kind: 'error',
  code: 'AccessDeniedException',
  status: 400,
  message: 'not authorized',
} as const;

/** The next such call is refused for good, so that what it was to do is taken back. */
export const refusedOnce = (operation: string) =>
  ({ operation, times: 1, kind: 'error', code: 'AccessDenied', status: 403 }) as const;
