import {
  CreateDBInstanceMessage$,
  DBCluster$,
  DBInstance$,
  ModifyDBClusterMessage$,
  RestoreDBClusterFromSnapshotMessage$,
} from '@aws-sdk/client-rds';
import { describe, expect, it } from 'vitest';
import {
  carryOfCluster,
  clusterCarriedBy,
  clusterParameters,
  clusterSettings,
} from '../../../src/steps/rds/carry/cluster.ts';
import {
  carryOfMember,
  memberCarriedBy,
  memberParameters,
  memberSettings,
} from '../../../src/steps/rds/carry/member.ts';
import { registry } from '../../../src/steps/registry.ts';

/** The member names of one of the SDK's runtime schemas. */
const membersOf = (schema: unknown) => (schema as readonly (readonly string[])[])[4] ?? [];
const unknownTo = (message: unknown, given: object) =>
  Object.keys(given).filter((name) => !/^\d+$/.test(name) && !membersOf(message).includes(name));

const full = {
  Engine: 'aurora-mysql',
  EngineVersion: '8.0.mysql_aurora.3.08.0',
  AvailabilityZones: ['eu-west-1c', 'eu-west-1a', 'eu-west-1b'],
  BackupRetentionPeriod: 9,
  DBClusterParameterGroup: 'shop-8',
  DBSubnetGroup: 'private',
  Port: 3307,
  PreferredBackupWindow: '01:00-01:30',
  PreferredMaintenanceWindow: 'mon:03:00-mon:03:30',
  BacktrackWindow: 3600,
  EnabledCloudwatchLogsExports: ['slowquery', 'error'],
  StorageType: 'aurora-iopt1',
  AutoMinorVersionUpgrade: false,
  DatabaseInsightsMode: 'advanced' as const,
  ServerlessV2ScalingConfiguration: { MinCapacity: 0.5, MaxCapacity: 8 },
  LocalWriteForwardingStatus: 'enabled' as const,
  DomainMemberships: [{ Domain: 'd-1', IAMRoleName: 'join', FQDN: 'corp.example' }],
};

describe('what is carried over to the replacement of an Aurora cluster', () => {
  it('every attribute that DescribeDBClusters has is in the table, and nothing else', () => {
    const attributes = membersOf(DBCluster$);
    expect(attributes.length).toBeGreaterThan(80);
    expect(Object.keys(carryOfCluster).sort()).toEqual([...attributes].sort());
  });

  it('every attribute that DescribeDBInstances has is in the table of its members, and nothing else', () => {
    expect(Object.keys(carryOfMember).sort()).toEqual([...membersOf(DBInstance$)].sort());
  });

  it('what is carried goes by parameters that these calls have', () => {
    const every = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, {}]));
    const restored = clusterParameters('restore', every(clusterCarriedBy('restore')));
    expect(unknownTo(RestoreDBClusterFromSnapshotMessage$, restored)).toEqual([]);
    const modified = clusterParameters('modify', every(clusterCarriedBy('modify')));
    expect(unknownTo(ModifyDBClusterMessage$, modified)).toEqual([]);
    const created = memberParameters('create', every(memberCarriedBy('create')));
    expect(unknownTo(CreateDBInstanceMessage$, created)).toEqual([]);
    for (const given of [restored, created]) expect(Object.keys(given).length).toBeGreaterThan(10);
  });

  it('a step that carries an attribute exists', () => {
    const steps = [...Object.values(carryOfCluster), ...Object.values(carryOfMember)].flatMap((one) =>
      one.by === 'step' ? [one.step] : [],
    );
    expect(steps.filter((step) => registry.step(step) === undefined)).toEqual([]);
  });

  it('all that RDS would set to its own default is given, its engine version above all', () => {
    expect(clusterParameters('restore', clusterSettings(full))).toEqual({
      EngineVersion: '8.0.mysql_aurora.3.08.0',
      AvailabilityZones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
      BackupRetentionPeriod: 9,
      DBClusterParameterGroupName: 'shop-8',
      DBSubnetGroupName: 'private',
      Port: 3307,
      PreferredBackupWindow: '01:00-01:30',
      EnableIAMDatabaseAuthentication: false,
      BacktrackWindow: 3600,
      EnableCloudwatchLogsExports: ['error', 'slowquery'],
      StorageType: 'aurora-iopt1',
      CopyTagsToSnapshot: false,
      Domain: 'd-1',
      DomainIAMRoleName: 'join',
      ServerlessV2ScalingConfiguration: { MinCapacity: 0.5, MaxCapacity: 8 },
    });
    expect(clusterParameters('modify', clusterSettings(full))).toEqual({
      PreferredMaintenanceWindow: 'mon:03:00-mon:03:30',
      AutoMinorVersionUpgrade: false,
      DatabaseInsightsMode: 'advanced',
      EnableLocalWriteForwarding: true,
    });
  });

  it('Aurora Standard is the same, told by its name or by nothing', () => {
    expect(clusterSettings({ StorageType: 'aurora' })).toEqual(clusterSettings({}));
  });

  it('of a member what is its own is given, and nothing that is the cluster’s', () => {
    const member = {
      DBInstanceClass: 'db.r6g.large',
      Engine: 'aurora-mysql',
      PromotionTier: 0,
      AvailabilityZone: 'eu-west-1b',
      DBParameterGroups: [{ DBParameterGroupName: 'shop-member-8', ParameterApplyStatus: 'in-sync' }],
      PerformanceInsightsEnabled: true,
      PerformanceInsightsRetentionPeriod: 465,
      BackupRetentionPeriod: 9,
      DeletionProtection: true,
      IAMDatabaseAuthenticationEnabled: true,
    };
    expect(memberParameters('create', memberSettings(member))).toEqual({
      DBInstanceClass: 'db.r6g.large',
      Engine: 'aurora-mysql',
      PromotionTier: 0,
      AvailabilityZone: 'eu-west-1b',
      DBParameterGroupName: 'shop-member-8',
      AutoMinorVersionUpgrade: false,
      PubliclyAccessible: false,
      MonitoringInterval: 0,
      EnablePerformanceInsights: true,
      PerformanceInsightsRetentionPeriod: 465,
    });
  });
});
