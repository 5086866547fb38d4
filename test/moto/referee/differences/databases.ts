import type { Difference } from './difference.ts';

const any = (member: string) => `any DBInstance.${member}`;
const both = (...members: string[]) =>
  Object.fromEntries(members.map((member) => [any(member), ['*', 'absent'] as const]));

/** DB instances: what is shown of them, and what is done with them. */
export const databases: readonly Difference[] = [
  {
    why: 'Members that AWS has of every DB instance [T DBInstance] [D CLI examples of create-db-instance and describe-db-instances]; no modification pending is an empty member.',
    aws: 'ours',
    places: both(
      ...['ActivityStreamStatus', 'AssociatedRoles', 'BackupTarget', 'CertificateDetails', 'CustomerOwnedIpEnabled'],
      ...['DBInstanceAutomatedBackupsReplications', 'DBSubnetGroup', 'DBSubnetGroup.SupportedNetworkTypes'],
      ...['DatabaseInsightsMode', 'DedicatedLogVolume', 'Endpoint.HostedZoneId', 'EngineLifecycleSupport'],
      ...['IsStorageConfigUpgradeAvailable', 'MonitoringInterval', 'NetworkType', 'PendingModifiedValues'],
      ...['PerformanceInsightsEnabled', 'StorageEncryptionType'],
    ),
  },
  {
    why: 'Lists that AWS has [T DBInstance], without saying whether it shows empty ones.',
    aws: 'unknown',
    places: both('ProcessorFeatures', 'ReadReplicaDBClusterIdentifiers', 'StatusInfos'),
  },
  {
    why: 'DbInstancePort is 0 but in a cluster [D CLI example of create-db-instance]; the port is that of the endpoint.',
    aws: 'ours',
    places: { [any('DbInstancePort')]: ['0', '*'] },
  },
  {
    why: 'The resource id is its own for each instance, for life [T DBInstance.DbiResourceId]; moto has one for all.',
    aws: 'ours',
    places: { [any('DbiResourceId')]: ['<another resource>', '<resource *>'] },
  },
  {
    why: 'The default option group is named after the major version [D CLI examples of describe-db-instances: default:postgres-11].',
    aws: 'ours',
    places: { [any('OptionGroupMemberships[].OptionGroupName')]: ['default:*-16', 'default:*-16-4'] },
  },
  {
    why: 'The licence of PostgreSQL is its own [T DBInstance.LicenseModel], also in a cluster.',
    aws: 'ours',
    places: { [any('LicenseModel')]: ['postgresql-license', 'general-public-license'] },
  },
  {
    why: "Copying tags is the cluster's affair [T DBInstance.CopyTagsToSnapshot]; what its members show is not documented.",
    aws: 'unknown',
    places: { [any('CopyTagsToSnapshot')]: ['true', 'false'] },
  },
  {
    why: 'Restarts, stops, starts, restores and moves between groups take time [D DB instance status] [T VpcSecurityGroupMembership.Status]. So moto shows nothing of how rekey waits.',
    aws: 'ours',
    places: {
      [any('DBInstanceStatus')]: ['*ing', '*'],
      'the groups while it moves is': ['removing adding', 'active'],
      'the groups when one is added is': ['active adding', 'active active'],
      'CreateDBSnapshot (while it is made)': ['InvalidDBInstanceState 400', 'answered'],
      'ModifyDBInstance (just begun)': ['InvalidDBInstanceState 400', 'answered'],
    },
  },
  {
    why: 'What is being created has neither address nor time of creation yet [D CLI examples of create-db-instance and restore-db-instance-from-db-snapshot].',
    aws: 'ours',
    places: {
      [any('Endpoint')]: ['absent', '*'],
      [any('InstanceCreateTime')]: ['absent', '<time>'],
    },
  },
  {
    why: 'Whether what is stopped or being created shows a time that it can be restored to is not documented.',
    aws: 'unknown',
    places: { [any('LatestRestorableTime')]: ['absent', '<time>'] },
  },
  {
    why: 'AWS starts a stopped instance after seven days, and says when [T DBInstance.AutomaticRestartTime].',
    aws: 'ours',
    places: { [any('AutomaticRestartTime')]: ['<time>', 'absent'] },
  },
  {
    why: 'A stopped instance is neither modified nor restarted nor backed up [D USER_StopInstance, limitations] [T CreateDBSnapshot].',
    aws: 'ours',
    places: {
      'ModifyDBInstance (stopped)': ['InvalidDBInstanceState 400', 'answered'],
      'RebootDBInstance (stopped)': ['InvalidDBInstanceState 400', 'answered'],
      'CreateDBSnapshot (stopped)': ['InvalidDBInstanceState 400', 'answered'],
    },
  },
  {
    why: 'The class changes in the maintenance window unless it is to be applied immediately [T ModifyDBInstance.ApplyImmediately]; in moto it changes.',
    aws: 'ours',
    places: {
      'what pends is': ['db.m6g.xlarge', 'absent'],
      [any('DBInstanceClass')]: ['db.m6g.large', 'db.m6g.xlarge'],
    },
  },
  {
    why: 'How soon a setting that is applied as soon as possible shows is not documented: in the simulated account after the answer.',
    aws: 'unknown',
    places: {
      [any('AutoMinorVersionUpgrade')]: ['true', 'false'],
      [any('BackupRetentionPeriod')]: ['7', '3'],
      [any('DeletionProtection')]: ['false', 'true'],
      [any('PreferredBackupWindow')]: ['01:00-01:30', '05:00-05:30'],
    },
  },
  {
    why: 'A rename takes minutes; the answer shows the old name, and the new one as pending [D USER_RenameInstance] [T PendingModifiedValues.DBInstanceIdentifier].',
    aws: 'ours',
    places: {
      [any('DBInstanceIdentifier')]: ['orders', 'orders-old'],
      [any('DBInstanceArn')]: ['*:db:orders', '*:db:orders-old'],
      [any('Endpoint.Address')]: ['orders.*', 'orders-old.*'],
    },
  },
  {
    why: 'A new name is checked like that of a new instance, and is taken by whoever has it [T ModifyDBInstance.NewDBInstanceIdentifier] [D errors of ModifyDBInstance]. moto takes any, so the instance is gone from where it was.',
    aws: 'ours',
    places: {
      'ModifyDBInstance (a name that is taken)': ['DBInstanceAlreadyExists 400', 'answered'],
      'ModifyDBInstance (no name) code': ['InvalidParameterValue', 'DBInstanceNotFound'],
      'ModifyDBInstance (no name) status': ['400', '404'],
      'ModifyDBInstance (a name of 64) code': ['InvalidParameterValue', 'DBInstanceNotFound'],
      'ModifyDBInstance (a name of 64) status': ['400', '404'],
    },
  },
  {
    why: 'What the doc comments of ModifyDBInstance and RebootDBInstance forbid [T]; moto takes it, or fails on it.',
    aws: 'ours',
    places: {
      'ModifyDBInstance (smaller)': ['InvalidParameterCombination 400', 'answered'],
      'ModifyDBInstance (hardly larger)': ['InvalidParameterCombination 400', 'answered'],
      'ModifyDBInstance (unknown option group)': ['OptionGroupNotFoundFault 404', 'answered'],
      'ModifyDBInstance (unknown security group)': ['InvalidParameterValue 400', 'answered'],
      'ModifyDBInstance (36 days of backups)': ['InvalidParameterValue 400', 'answered'],
      'ModifyDBInstance (monitoring without a role)': ['InvalidParameterCombination 400', 'answered'],
      'ModifyDBInstance (rotating what is not managed) code': ['InvalidParameterCombination', 'HTTP 500'],
      'ModifyDBInstance (rotating what is not managed) status': ['400', '500'],
      'ModifyDBInstance (the retention of a member) code': ['InvalidParameterCombination', 'HTTP 500'],
      'ModifyDBInstance (the retention of a member) status': ['400', '500'],
      'RebootDBInstance (failover of a single instance)': ['InvalidParameterCombination 400', 'answered'],
    },
  },
  {
    why: 'A final snapshot is named or skipped, and not both [T DeleteDBInstance.SkipFinalSnapshot, FinalDBSnapshotIdentifier]; a member of a cluster has none.',
    aws: 'ours',
    places: {
      'DeleteDBInstance (a final snapshot and none)': ['InvalidParameterCombination 400', 'answered'],
      'DeleteDBInstance (neither)': ['InvalidParameterCombination 400', 'answered'],
      'DeleteDBInstance (a final snapshot of a member)': ['InvalidParameterCombination 400', 'answered'],
    },
  },
  {
    why: 'A member is stopped with its cluster only [D aurora-cluster-stop-start], and backed up with it.',
    aws: 'ours',
    places: {
      'StopDBInstance (a member)': ['InvalidDBClusterStateFault 400', 'answered'],
      'CreateDBSnapshot (a member)': ['InvalidParameterValue 400', 'answered'],
    },
  },
  {
    why: "A restore has what is said, and RDS's defaults for the rest [T RestoreDBInstanceFromDBSnapshot] [D USER_RestoreFromSnapshot]: moto takes most from the original, even against what is said.",
    aws: 'ours',
    places: {
      [any('AutoMinorVersionUpgrade')]: ['false', 'true'],
      [any('CopyTagsToSnapshot')]: ['false', 'true'],
      [any('AvailabilityZone')]: ['*', 'eu-west-1a'],
      [any('PreferredMaintenanceWindow')]: ['sun:03:10-sun:03:40', 'mon:03:00-mon:03:30'],
      [any('DBSubnetGroup.DBSubnetGroupName')]: ['default', 'databases'],
      [any('DBSubnetGroup.DBSubnetGroupDescription')]: ['default', 'databases'],
      [any('DBSubnetGroup.DBSubnetGroupArn')]: ['*:subgrp:default', '*:subgrp:databases'],
    },
  },
  {
    why: 'What the doc comments of RestoreDBInstanceFromDBSnapshot forbid [T]; moto takes it.',
    aws: 'ours',
    places: {
      'RestoreDBInstanceFromDBSnapshot (a zone and several)': ['InvalidParameterCombination 400', 'answered'],
      'RestoreDBInstanceFromDBSnapshot (another engine)': ['InvalidParameterCombination 400', 'answered'],
      'RestoreDBInstanceFromDBSnapshot (hardly more storage)': ['InvalidParameterCombination 400', 'answered'],
      'RestoreDBInstanceFromDBSnapshot (unknown security group)': ['InvalidParameterValue 400', 'answered'],
    },
  },
];
