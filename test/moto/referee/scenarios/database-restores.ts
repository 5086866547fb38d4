import { found, groupsOfDatabases } from '../databases.ts';
import type { Scenario } from '../script.ts';
import { databaseIs, newDbSnapshot } from './databases-made.ts';

const { encrypted: orders, plain: archive } = found;
const from = { DBSnapshotIdentifier: 'before' };

/** Databases that are restored from a snapshot. */
export const databaseRestores: readonly Scenario[] = [
  {
    title: 'a restore with nothing said',
    databases: true,
    async play(on) {
      const { rds, when } = on;
      await newDbSnapshot(on, orders, 'before');
      const named = { DBInstanceIdentifier: 'orders-new' };
      await rds.restoreDBInstanceFromDBSnapshot({ ...from, DBInstanceIdentifier: 'Orders-New' });
      await when('just begun').rds.modifyDBInstance({ ...named, DeletionProtection: true });
      await databaseIs(on, 'orders-new', 'available');
      await rds.describeDBInstances(named);
    },
  },
  {
    title: 'a restore with everything said, from a copy under another key',
    databases: true,
    async play(on) {
      const { rds } = on;
      const { KeyMetadata } = await on.aside.kms.createKey({});
      await newDbSnapshot(on, orders, 'first');
      await on.aside.rds.copyDBSnapshot({
        ...{ SourceDBSnapshotIdentifier: 'first', TargetDBSnapshotIdentifier: 'before' },
        ...{ KmsKeyId: KeyMetadata?.Arn ?? '' },
      });
      await on.until(async () => {
        const { DBSnapshots } = await on.aside.rds.describeDBSnapshots(from);
        return DBSnapshots?.[0]?.Status === 'available';
      });
      await rds.restoreDBInstanceFromDBSnapshot({
        ...{ ...from, DBInstanceIdentifier: 'orders-new', DBInstanceClass: 'db.m6g.xlarge', Port: 5433 },
        ...{ AvailabilityZone: on.otherZone, DBSubnetGroupName: groupsOfDatabases.subnets, MultiAZ: false },
        ...{ PubliclyAccessible: false, AutoMinorVersionUpgrade: false, StorageType: 'gp3', AllocatedStorage: 40 },
        ...{ VpcSecurityGroupIds: [on.groups.other], CopyTagsToSnapshot: false, DeletionProtection: true },
        ...{ DBParameterGroupName: groupsOfDatabases.parameters, BackupRetentionPeriod: 3 },
        ...{ CACertificateIdentifier: 'rds-ca-rsa4096-g1', Tags: [{ Key: 'Name', Value: 'new' }] },
        ...{ EnableIAMDatabaseAuthentication: true, EnableCloudwatchLogsExports: ['postgresql'] },
        PreferredBackupWindow: '05:00-05:30',
      });
      await databaseIs(on, 'orders-new', 'available');
      await rds.describeDBInstances({ DBInstanceIdentifier: 'orders-new' });
    },
  },
  {
    title: 'what restores are refused',
    databases: true,
    async play(on) {
      const { when } = on;
      await newDbSnapshot(on, orders, 'before');
      const refused: readonly [string, object][] = [
        ['a name that is taken', { DBInstanceIdentifier: archive }],
        ['a name that is taken, in upper case', { DBInstanceIdentifier: 'ARCHIVE' }],
        ['no name', { DBInstanceIdentifier: undefined }],
        ['two hyphens', { DBInstanceIdentifier: 'a--b' }],
        ['a digit first', { DBInstanceIdentifier: '1st' }],
        ['a name of 64', { DBInstanceIdentifier: 'a'.repeat(64) }],
        ['unknown snapshot', { DBSnapshotIdentifier: 'nobodys' }],
        ['no snapshot', { DBSnapshotIdentifier: undefined }],
        ['less storage', { AllocatedStorage: 10 }],
        ['hardly more storage', { AllocatedStorage: 21 }],
        ['unknown parameter group', { DBParameterGroupName: 'nobodys' }],
        ['unknown option group', { OptionGroupName: 'nobodys' }],
        ['unknown subnet group', { DBSubnetGroupName: 'nobodys' }],
        ['unknown security group', { VpcSecurityGroupIds: ['sg-0cccccccccccccccc'] }],
        ['another engine', { Engine: 'mysql' }],
        ['a zone and several', { MultiAZ: true, AvailabilityZone: 'eu-west-1a' }],
      ];
      for (const [i, [special, given]] of refused.entries()) {
        const name = { DBInstanceIdentifier: `new-${i}` };
        await when(special).rds.restoreDBInstanceFromDBSnapshot({ ...from, ...name, ...given });
      }
    },
  },
];
