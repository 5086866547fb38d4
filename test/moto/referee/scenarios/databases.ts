import { found } from '../databases.ts';
import type { Scenario } from '../script.ts';
import { databaseIs, databaseOf, newDbSnapshot } from './databases-made.ts';

const { encrypted: orders, plain: archive } = found;
const named = { DBInstanceIdentifier: orders };

/** DB instances: as they are found, modified, renamed, restarted, stopped and deleted. */
export const databases: readonly Scenario[] = [
  {
    title: 'databases as they are found',
    databases: true,
    async play({ rds, when }) {
      await rds.describeDBInstances(named);
      await when('without encryption').rds.describeDBInstances({ DBInstanceIdentifier: archive });
      await when('a member').rds.describeDBInstances({ DBInstanceIdentifier: found.members[0] });
      await when('upper case').rds.describeDBInstances({ DBInstanceIdentifier: 'ORDERS' });
      await when('the ARN').rds.describeDBInstances({
        DBInstanceIdentifier: 'arn:aws:rds:eu-west-1:123456789012:db:orders',
      });
    },
  },
  {
    title: 'a database that is modified at once, in its window, and not at all',
    databases: true,
    async play(on) {
      const { rds, when } = on;
      const change = {
        ...{ DeletionProtection: true, BackupRetentionPeriod: 3, CopyTagsToSnapshot: false },
        ...{ AutoMinorVersionUpgrade: false, PreferredBackupWindow: '05:00-05:30', ApplyImmediately: true },
      };
      await rds.modifyDBInstance({ ...named, ...change });
      await databaseIs(on, orders, 'available');
      await when('modified').rds.describeDBInstances(named);
      await when('nothing').rds.modifyDBInstance(named);
      await databaseIs(on, orders, 'available');
      await when('the class, later').rds.modifyDBInstance({ ...named, DBInstanceClass: 'db.m6g.xlarge' });
      await on.tell('what pends', async () => (await databaseOf(on, orders))?.PendingModifiedValues?.DBInstanceClass);
    },
  },
  {
    title: 'a database that moves to another security group',
    databases: true,
    async play(on) {
      const { rds, when, groups } = on;
      await when('before').rds.describeDBInstances(named);
      const move = async (...VpcSecurityGroupIds: string[]) => {
        const { DBInstance } = await on.aside.rds.modifyDBInstance({ ...named, VpcSecurityGroupIds });
        return DBInstance?.VpcSecurityGroups?.map(({ Status }) => Status).join(' ');
      };
      await on.tell('the groups while it moves', () => move(groups.other));
      await databaseIs(on, orders, 'available');
      await rds.describeDBInstances(named);
      await on.tell('the groups when one is added', () => move(groups.own, groups.other));
      await databaseIs(on, orders, 'available');
      await on.tell('how many groups', async () => (await databaseOf(on, orders))?.VpcSecurityGroups?.length);
      const unknown = { VpcSecurityGroupIds: ['sg-0cccccccccccccccc'] };
      await when('unknown security group').rds.modifyDBInstance({ ...named, ...unknown });
    },
  },
  {
    title: 'a database that gets another name',
    databases: true,
    async play(on) {
      const { rds, when } = on;
      const rename = { NewDBInstanceIdentifier: 'Orders-Old', ApplyImmediately: true };
      await when('its new name').rds.modifyDBInstance({ ...named, ...rename });
      await databaseIs(on, orders, 'gone');
      await databaseIs(on, 'orders-old', 'available');
      await rds.describeDBInstances({ DBInstanceIdentifier: 'orders-old' });
      await when('its old name').rds.describeDBInstances(named);
      await when('its old name').rds.modifyDBInstance({ ...named, DeletionProtection: true });
      const back = { ...rename, DBInstanceIdentifier: 'orders-old' };
      await when('a name that is taken').rds.modifyDBInstance({ ...back, NewDBInstanceIdentifier: archive });
      await when('no name').rds.modifyDBInstance({ ...back, NewDBInstanceIdentifier: 'a--b' });
      await when('a name of 64').rds.modifyDBInstance({ ...back, NewDBInstanceIdentifier: 'a'.repeat(64) });
    },
  },
  {
    title: 'what modifications of a database are refused',
    databases: true,
    async play({ when }) {
      const refused: readonly [string, object][] = [
        ['smaller', { AllocatedStorage: 10 }],
        ['hardly larger', { AllocatedStorage: 21 }],
        ['unknown parameter group', { DBParameterGroupName: 'nobodys' }],
        ['unknown option group', { OptionGroupName: 'nobodys' }],
        ['unknown subnet group', { DBSubnetGroupName: 'nobodys' }],
        ['a window that is none', { PreferredBackupWindow: 'noon' }],
        ['36 days of backups', { BackupRetentionPeriod: 36 }],
        ['monitoring without a role', { MonitoringInterval: 60 }],
        ['rotating what is not managed', { RotateMasterUserPassword: true, ApplyImmediately: true }],
        ['rotating later', { RotateMasterUserPassword: true }],
      ];
      for (const [special, change] of refused) await when(special).rds.modifyDBInstance({ ...named, ...change });
      await when('unknown').rds.modifyDBInstance({ DBInstanceIdentifier: 'nobodys' });
      await when('no id').rds.modifyDBInstance({ DBInstanceIdentifier: undefined });
      const overlapping = { PreferredBackupWindow: '03:00-03:30' };
      await when('windows that overlap').rds.modifyDBInstance({ ...named, ...overlapping });
      const member = { DBInstanceIdentifier: found.members[0], BackupRetentionPeriod: 3 };
      await when('the retention of a member').rds.modifyDBInstance(member);
    },
  },
  {
    title: 'a database that is restarted, stopped and started',
    databases: true,
    async play(on) {
      const { rds, when } = on;
      await rds.rebootDBInstance(named);
      await databaseIs(on, orders, 'available');
      const failover = { ...named, ForceFailover: true };
      await when('failover of a single instance').rds.rebootDBInstance(failover);
      await databaseIs(on, orders, 'available');
      await when('running').rds.startDBInstance(named);
      await rds.stopDBInstance(named);
      await databaseIs(on, orders, 'stopped');
      await when('stopped').rds.describeDBInstances(named);
      await when('stopped').rds.stopDBInstance(named);
      await when('stopped').rds.rebootDBInstance(named);
      await when('stopped').rds.modifyDBInstance({ ...named, DeletionProtection: true });
      await when('stopped').rds.createDBSnapshot({ ...named, DBSnapshotIdentifier: 'while-stopped' });
      await rds.startDBInstance(named);
      await databaseIs(on, orders, 'available');
      await when('a member').rds.stopDBInstance({ DBInstanceIdentifier: found.members[0] });
    },
  },
  {
    title: 'a database that is deleted, and what keeps it from that',
    databases: true,
    async play(on) {
      const { when } = on;
      const skipped = { SkipFinalSnapshot: true };
      const other = { DBInstanceIdentifier: archive };
      await when('protected').rds.deleteDBInstance({ ...other, ...skipped });
      await on.aside.rds.modifyDBInstance({ ...other, DeletionProtection: false });
      await databaseIs(on, archive, 'available');
      const both = { ...other, ...skipped, FinalDBSnapshotIdentifier: 'last' };
      await when('a final snapshot and none').rds.deleteDBInstance(both);
      await when('neither').rds.deleteDBInstance(named);
    },
  },
  {
    title: 'a database that is deleted with a final snapshot',
    databases: true,
    async play(on) {
      const { rds, when } = on;
      await newDbSnapshot(on, orders, 'taken');
      await when('a name that is none').rds.deleteDBInstance({ ...named, FinalDBSnapshotIdentifier: '1st' });
      await when('a name that is taken').rds.deleteDBInstance({ ...named, FinalDBSnapshotIdentifier: 'taken' });
      await rds.deleteDBInstance({ ...named, FinalDBSnapshotIdentifier: 'Last' });
      await databaseIs(on, orders, 'gone');
      await when('deleted').rds.describeDBInstances(named);
      await when('deleted').rds.deleteDBInstance({ ...named, SkipFinalSnapshot: true });
      await when('the final one').rds.describeDBSnapshots({ DBSnapshotIdentifier: 'last' });
    },
  },
  {
    title: 'a member of a cluster that is deleted',
    databases: true,
    async play(on) {
      const { rds, when } = on;
      const overlapping = { PreferredBackupWindow: '03:00-03:30' };
      await when('windows that overlap').rds.modifyDBInstance({ ...named, ...overlapping });
      const [writer, reader] = found.members;
      const final = { DBInstanceIdentifier: writer, FinalDBSnapshotIdentifier: 'last' };
      await when('a final snapshot of a member').rds.deleteDBInstance(final);
      await rds.deleteDBInstance({ DBInstanceIdentifier: reader });
    },
  },
];
