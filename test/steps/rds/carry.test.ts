import { DBInstance$, ModifyDBInstanceMessage$, RestoreDBInstanceFromDBSnapshotMessage$ } from '@aws-sdk/client-rds';
import { describe, expect, it } from 'vitest';
import { carriedBy, carry, parametersFor, settingsOf } from '../../../src/steps/rds/carry/instance.ts';
import { registry } from '../../../src/steps/registry.ts';

/** The member names of one of the SDK's runtime schemas. */
const membersOf = (schema: unknown) => (schema as readonly (readonly string[])[])[4] ?? [];

const full = {
  DBInstanceClass: 'db.m6g.large',
  Engine: 'postgres',
  EngineVersion: '16.4',
  MasterUsername: 'postgres',
  Endpoint: { Address: 'orders.x.eu-west-1.rds.amazonaws.com', Port: 5433 },
  PreferredBackupWindow: '01:00-01:30',
  BackupRetentionPeriod: 7,
  DBParameterGroups: [{ DBParameterGroupName: 'orders-16', ParameterApplyStatus: 'in-sync' }],
  AvailabilityZone: 'eu-west-1a',
  DBSubnetGroup: { DBSubnetGroupName: 'private' },
  PreferredMaintenanceWindow: 'mon:03:00-mon:03:30',
  MultiAZ: false,
  OptionGroupMemberships: [{ OptionGroupName: 'default:postgres-16', Status: 'in-sync' }],
  StorageType: 'io2',
  Iops: 4000,
  MonitoringInterval: 60,
  MonitoringRoleArn: 'arn:aws:iam::111122223333:role/monitoring',
  PerformanceInsightsEnabled: true,
  EnabledCloudwatchLogsExports: ['upgrade', 'postgresql'],
  MaxAllocatedStorage: 500,
};

describe('what is carried over to the replacement of an RDS instance', () => {
  it('every attribute that DescribeDBInstances has is in the table, and nothing else', () => {
    const attributes = membersOf(DBInstance$);
    expect(attributes.length).toBeGreaterThan(80);
    expect(Object.keys(carry).sort()).toEqual([...attributes].sort());
  });

  it('what is carried by restore or modify goes by parameters that these calls have', () => {
    const settings = settingsOf(full);
    for (const [by, message] of [
      ['restore', RestoreDBInstanceFromDBSnapshotMessage$],
      ['modify', ModifyDBInstanceMessage$],
    ] as const) {
      const every = Object.fromEntries(carriedBy(by).map((name) => [name, settings[name] ?? name]));
      const given = Object.keys(parametersFor(by as 'restore', every)).filter((name) => !/^\d+$/.test(name));
      expect(given.filter((name) => !membersOf(message).includes(name))).toEqual([]);
      expect(given.length).toBeGreaterThan(5);
    }
  });

  it('a step that carries an attribute exists', () => {
    const steps = Object.values(carry).flatMap((one) => (one.by === 'step' ? [one.step] : []));
    expect(steps.filter((step) => registry.step(step) === undefined)).toEqual([]);
  });

  it('all that RDS would set to its own default is given', () => {
    expect(parametersFor('restore', settingsOf(full))).toEqual({
      DBInstanceClass: 'db.m6g.large',
      Port: 5433,
      PreferredBackupWindow: '01:00-01:30',
      BackupRetentionPeriod: 7,
      DBParameterGroupName: 'orders-16',
      AvailabilityZone: 'eu-west-1a',
      DBSubnetGroupName: 'private',
      MultiAZ: false,
      AutoMinorVersionUpgrade: false,
      OptionGroupName: 'default:postgres-16',
      PubliclyAccessible: false,
      StorageType: 'io2',
      Iops: 4000,
      CopyTagsToSnapshot: false,
      EnableIAMDatabaseAuthentication: false,
      EnableCloudwatchLogsExports: ['postgresql', 'upgrade'],
      DedicatedLogVolume: false,
    });
    expect(parametersFor('modify', settingsOf(full))).toEqual({
      PreferredMaintenanceWindow: 'mon:03:00-mon:03:30',
      MonitoringInterval: 60,
      MonitoringRoleArn: 'arn:aws:iam::111122223333:role/monitoring',
      EnablePerformanceInsights: true,
      MaxAllocatedStorage: 500,
    });
  });

  it('a Multi-AZ instance is not pinned to a zone, which RDS would refuse', () => {
    expect(settingsOf({ ...full, MultiAZ: true })).not.toHaveProperty('AvailabilityZone');
  });

  it('the figures that RDS gives a small gp3 volume by itself are not asked for, which it would refuse', () => {
    const small = settingsOf({ ...full, StorageType: 'gp3', Iops: 3000, StorageThroughput: 125 });
    expect(parametersFor('restore', small)).not.toHaveProperty('Iops');
    expect(parametersFor('restore', small)).not.toHaveProperty('StorageThroughput');
    const large = settingsOf({ ...full, StorageType: 'gp3', Iops: 12_000, StorageThroughput: 500 });
    expect(parametersFor('restore', large)).toMatchObject({ Iops: 12_000, StorageThroughput: 500 });
  });
});
