import { found } from '../databases.ts';
import type { Scenario } from '../script.ts';
import { clusterIs, clusterOf, clusterSnapshotIs, newClusterSnapshot } from './databases-made.ts';

const { cluster: shop, members } = found;
const named = { DBClusterIdentifier: shop };

/** DB clusters, as far as moto goes: it answers nothing of custom endpoints (test/moto/databases.test.ts). */
export const clusters: readonly Scenario[] = [
  {
    title: 'a cluster as it is found, and modified',
    databases: true,
    async play(on) {
      const { rds, when } = on;
      await rds.describeDBClusters(named);
      await when('upper case').rds.describeDBClusters({ DBClusterIdentifier: 'SHOP' });
      await when('the ARN').rds.describeDBClusters({
        DBClusterIdentifier: 'arn:aws:rds:eu-west-1:123456789012:cluster:shop',
      });
      const change = { DeletionProtection: true, BackupRetentionPeriod: 3, CopyTagsToSnapshot: false };
      await rds.modifyDBCluster({ ...named, ...change, ApplyImmediately: true });
      await clusterIs(on, shop, 'available');
      await when('modified').rds.describeDBClusters(named);
    },
  },
  {
    title: 'a cluster that gets another name',
    databases: true,
    async play(on) {
      const { rds, when } = on;
      const rename = { NewDBClusterIdentifier: 'Shop-Old', ApplyImmediately: true };
      await when('its new name').rds.modifyDBCluster({ ...named, ...rename });
      await clusterIs(on, shop, 'gone');
      await clusterIs(on, 'shop-old', 'available');
      await rds.describeDBClusters({ DBClusterIdentifier: 'shop-old' });
      await when('its old name').rds.describeDBClusters(named);
    },
  },
  {
    title: 'snapshots of a cluster, and copies of them',
    databases: true,
    async play(on) {
      const { rds, when } = on;
      const { KeyMetadata } = await on.aside.kms.createKey({});
      const one = { DBClusterSnapshotIdentifier: 'before' };
      await rds.createDBClusterSnapshot({ ...named, DBClusterSnapshotIdentifier: 'Before' });
      await clusterSnapshotIs(on, 'before', 'available');
      await clusterIs(on, shop, 'available');
      await rds.describeDBClusterSnapshots(one);
      await rds.describeDBClusterSnapshotAttributes(one);
      const source = { SourceDBClusterSnapshotIdentifier: 'before' };
      const copy = { TargetDBClusterSnapshotIdentifier: 'copy', KmsKeyId: KeyMetadata?.Arn ?? '' };
      await rds.copyDBClusterSnapshot({ ...source, ...copy, CopyTags: true, Tags: [{ Key: 'a', Value: 'b' }] });
      await clusterSnapshotIs(on, 'copy', 'available');
      await when('a copy').rds.describeDBClusterSnapshots({ DBClusterSnapshotIdentifier: 'copy' });
      await rds.deleteDBClusterSnapshot(one);
      await clusterSnapshotIs(on, 'before', 'gone');
      await when('deleted').rds.describeDBClusterSnapshots(one);
      await when('deleted').rds.deleteDBClusterSnapshot(one);
    },
  },
  {
    title: 'a cluster that is restored from a snapshot',
    databases: true,
    async play(on) {
      const { rds } = on;
      await newClusterSnapshot(on, shop, 'before');
      const { KeyMetadata } = await on.aside.kms.createKey({});
      await rds.restoreDBClusterFromSnapshot({
        ...{ SnapshotIdentifier: 'before', DBClusterIdentifier: 'Shop-New', Engine: 'aurora-postgresql' },
        ...{ KmsKeyId: KeyMetadata?.Arn ?? '', VpcSecurityGroupIds: [on.groups.other], DeletionProtection: true },
        ...{ Port: 5433, Tags: [{ Key: 'Name', Value: 'new' }] },
      });
      await clusterIs(on, 'shop-new', 'available');
      await rds.describeDBClusters({ DBClusterIdentifier: 'shop-new' });
    },
  },
  {
    title: 'a cluster that is stopped, started and deleted',
    databases: true,
    async play(on) {
      const { rds, when } = on;
      await when('running').rds.startDBCluster(named);
      await rds.stopDBCluster(named);
      await clusterIs(on, shop, 'stopped');
      await when('stopped').rds.stopDBCluster(named);
      await when('stopped').rds.describeDBClusters(named);
      await rds.startDBCluster(named);
      await clusterIs(on, shop, 'available');
      const skipped = { ...named, SkipFinalSnapshot: true };
      await when('with members').rds.deleteDBCluster(skipped);
      for (const DBInstanceIdentifier of members) await on.aside.rds.deleteDBInstance({ DBInstanceIdentifier });
      await on.until(async () => (await clusterOf(on, shop))?.DBClusterMembers?.length === 0);
      await on.aside.rds.modifyDBCluster({ ...named, DeletionProtection: true, ApplyImmediately: true });
      await clusterIs(on, shop, 'available');
      await when('protected').rds.deleteDBCluster(skipped);
      await on.aside.rds.modifyDBCluster({ ...named, DeletionProtection: false, ApplyImmediately: true });
      await clusterIs(on, shop, 'available');
      await rds.deleteDBCluster({ ...named, FinalDBSnapshotIdentifier: 'last' });
      await clusterIs(on, shop, 'gone');
      await when('deleted').rds.describeDBClusters(named);
      await when('the final one').rds.describeDBClusterSnapshots({ DBClusterSnapshotIdentifier: 'last' });
    },
  },
  {
    title: 'what clusters are refused',
    databases: true,
    async play(on) {
      const { when } = on;
      await newClusterSnapshot(on, shop, 'taken');
      const { rds: strange } = when('unknown');
      const nobodys = { DBClusterIdentifier: 'nobodys' };
      await strange.describeDBClusters(nobodys);
      await strange.stopDBCluster(nobodys);
      await strange.startDBCluster(nobodys);
      await strange.deleteDBCluster({ ...nobodys, SkipFinalSnapshot: true });
      await strange.modifyDBCluster({ ...nobodys, DeletionProtection: true });
      await strange.createDBClusterSnapshot({ ...nobodys, DBClusterSnapshotIdentifier: 'never' });
      await strange.describeDBClusterSnapshots({ DBClusterSnapshotIdentifier: 'nobodys' });
      await strange.deleteDBClusterSnapshot({ DBClusterSnapshotIdentifier: 'nobodys' });
      const from = { SnapshotIdentifier: 'taken', Engine: 'aurora-postgresql' };
      await strange.restoreDBClusterFromSnapshot({
        ...from,
        SnapshotIdentifier: 'nobodys',
        DBClusterIdentifier: 'new',
      });
      const { rds: taken } = when('a name that is taken');
      await taken.createDBClusterSnapshot({ ...named, DBClusterSnapshotIdentifier: 'taken' });
      await taken.restoreDBClusterFromSnapshot({ ...from, DBClusterIdentifier: shop });
      await when('two hyphens').rds.createDBClusterSnapshot({ ...named, DBClusterSnapshotIdentifier: 'a--b' });
      await when('two hyphens').rds.restoreDBClusterFromSnapshot({ ...from, DBClusterIdentifier: 'a--b' });
      const neither = { ...named, SkipFinalSnapshot: false };
      await when('no final snapshot').rds.deleteDBCluster(neither);
    },
  },
];
