import type { RDS } from '@aws-sdk/client-rds';
import { expect, test } from 'vitest';
import { createClusterSight } from '../../src/aws/cluster-sight.ts';
import { createDatabaseSight } from '../../src/aws/database-sight.ts';
import { clockOf } from '../../src/contract/clock.ts';

const turns = async () => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
};

test.each([
  'instances',
  'clusters',
])('of %s the list that was asked for last is kept, though an older one comes after it', async (kind) => {
  const waiting: ((name: string) => void)[] = [];
  const answer = () => new Promise<string>((resolve) => waiting.push(resolve));
  const rds = {
    describeDBInstances: async () => ({
      DBInstances: [{ DbiResourceId: 'db-1', DBInstanceIdentifier: await answer() }],
    }),
    describeDBClusters: async () => ({
      DBClusters: [{ DbClusterResourceId: 'cluster-1', DBClusterIdentifier: await answer() }],
    }),
  } as unknown as RDS;
  const patience = { clock: clockOf(), signal: new AbortController().signal };
  const instances = createDatabaseSight(() => rds, patience);
  const clusters = createClusterSight(() => rds, patience);
  const ask = () => (kind === 'instances' ? instances.databases() : clusters.clusters());
  const older = ask();
  await turns();
  const newer = ask();
  await turns();
  waiting[1]?.('renamed');
  await newer;
  waiting[0]?.('orders');
  await older;
  const [instance] = instances.lastSeen();
  const [cluster] = clusters.lastSeenClusters();
  expect(instance?.DBInstanceIdentifier ?? cluster?.DBClusterIdentifier).toBe('renamed');
});
