import { expect } from 'vitest';
import { keyOf } from './promises.ts';
import { source, type World } from './world.ts';

/** The resource ids of the original of these tests, and of its members: two, or three in random histories. */
export const originalCluster = 'cluster-AAAAAAAAAAAAAAAAAAAAAAAAA1';
export const originalMembers = [
  'db-AAAAAAAAAAAAAAAAAAAAAAAAA1',
  'db-AAAAAAAAAAAAAAAAAAAAAAAAA2',
  'db-AAAAAAAAAAAAAAAAAAAAAAAAA3',
];
export const clusterFence = 'sg-0fe0ce00000000001';
const own = 'sg-0aaaaaaaaaaaaaaa1';

/** An Aurora PostgreSQL cluster of two members under the old key, with a custom endpoint and a pool that writes through its name. */
export const oneCluster = `
keys: [{ alias: alias/old }, { alias: alias/new }]
limits: { throttling: false }
securityGroups:
  - { id: ${own}, inbound: [10.0.0.0/8:5432], outbound: [] }
  - { id: ${clusterFence}, inbound: [10.9.0.7/32:5432], outbound: [] }
clusters:
  - id: shop
    resourceId: ${originalCluster}
    engine: aurora-postgresql
    engineVersion: "16.4"
    key: alias/old
    securityGroups: [${own}]
    storage: 80
    storageType: aurora-iopt1
    subnetGroup: private
    parameterGroup: shop-16
    databaseName: shop
    port: 5432
    deletionProtection: true
    copyTagsToSnapshot: true
    backupRetention: 9
    backupWindow: "20:00-20:30"
    maintenanceWindow: "tue:04:00-tue:04:30"
    iamAuth: true
    logExports: [postgresql]
    roles:
      - { role: "arn:aws:iam::111122223333:role/import", feature: s3Import }
      - { role: "arn:aws:iam::111122223333:role/export", feature: s3Export }
    tags: { team: shop }
    members:
      - id: shop-1
        resourceId: ${originalMembers[0]}
        class: db.r6g.large
        tier: 1
        az: eu-west-1a
        parameterGroup: shop-member-16
        performanceInsights: { key: alias/old, retentionDays: 31 }
        monitoring: { everySeconds: 60, role: "arn:aws:iam::111122223333:role/monitoring" }
        tags: { role: writer }
      - { id: shop-2, resourceId: ${originalMembers[1]}, class: db.r6g.xlarge, tier: 2, az: eu-west-1b, tags: { role: reader } }
    endpoints:
      - { id: shop-reports, type: READER, static: [shop-2], tags: { used-by: reports } }
    workload: { everySeconds: 7, sessions: 2, pooled: true }
`;

/** What the plan has to be told of this account, besides its target and keys. */
export const clusterSets = [
  `steps.read.with.fence.securityGroup=${clusterFence}`,
  'steps.read.with.fence.inbound=[10.9.0.7/32]',
  'steps.check-sql.with.statements=["SELECT count(*) FROM orders"]',
];

/** The plan for it, with other values set if need be. */
export const clusterPlan = (...sets: string[]) =>
  source('plans/rds-cluster.yaml', [
    'target.id=shop',
    'keys.from=alias/old',
    'keys.to=alias/new',
    'steps.soak.with.for=1h',
    ...clusterSets,
    ...sets,
  ]);

export function clusterNamed(world: World, name: string) {
  return world.state().clusters.find((one) => one.identifier === name);
}

/** No acknowledged write is missing from the cluster that has the name now. */
export function expectNoClusterWriteLost(world: World): void {
  const clients = world.state().clients.filter(({ cluster }) => cluster);
  expect(clients.map(({ identifier, lost }) => [identifier, lost])).toEqual([['shop', false]]);
}

function expectNames(world: World, members = ['shop-1', 'shop-2']): void {
  const cluster = clusterNamed(world, 'shop');
  expect(cluster?.securityGroups).toEqual([own]);
  expect(cluster?.members).toEqual(members);
  expect(cluster?.endpoints.map(({ id, type, static: led, tags }) => [id, type, led, tags])).toEqual([
    ['shop-reports', 'READER', ['shop-2'], { 'used-by': 'reports' }],
  ]);
  expectNoClusterWriteLost(world);
}

/** The end that every way through the plan must reach: moved, serving, carried over, nothing left. `members`: the first was made first. */
export function expectClusterMoved(world: World, members?: string[]): void {
  const state = world.state();
  expect(state.clusters.map((one) => one.identifier)).toEqual(['shop']);
  const inClusters = state.databases.filter((one) => one.cluster !== null);
  expect(inClusters.map((one) => one.identifier).sort()).toEqual(['shop-1', 'shop-2']);
  const cluster = clusterNamed(world, 'shop');
  expect(cluster?.resourceId).not.toBe(originalCluster);
  expect(cluster?.key).toBe(keyOf(state, 'alias/new'));
  expect(cluster?.settings.DeletionProtection).toBe(true);
  expect(state.databases.filter((one) => originalMembers.includes(one.resourceId))).toEqual([]);
  expectNames(world, members);
  expectNoClusterClaim(world);
  expect(state.clusterSnapshots.filter((one) => one.type === 'manual')).toEqual([]);
}

/** The original serves under its name with its own security groups, members and endpoints. */
export function expectOriginalClusterServing(world: World): void {
  const found = clusterNamed(world, 'shop');
  expect(found?.resourceId).toBe(originalCluster);
  expect(found?.status).toBe('available');
  const members = world.state().databases.filter((one) => found?.members.includes(one.identifier));
  expect(members.map((one) => one.resourceId).sort()).toEqual(originalMembers.slice(0, 2));
  expectNames(world);
}

function expectNoClusterClaim(world: World): void {
  const { clusters, databases } = world.state();
  const keys = [...clusters, ...databases].flatMap((one) => Object.keys(one.tags));
  expect(keys.filter((key) => key.startsWith('rekey:claim'))).toEqual([]);
}
