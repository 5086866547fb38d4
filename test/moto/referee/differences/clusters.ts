import type { Difference } from './difference.ts';

const places = (shape: string, given: Readonly<Record<string, readonly [string, string]>>) =>
  Object.fromEntries(Object.entries(given).map(([member, answers]) => [`any ${shape}.${member}`, answers]));
const lacking = (shape: string, ...members: string[]) =>
  places(shape, Object.fromEntries(members.map((member) => [member, ['*', 'absent'] as const])));

/** DB clusters and their snapshots. */
export const clusters: readonly Difference[] = [
  {
    why: 'Members that AWS has of every DB cluster [T DBCluster].',
    aws: 'ours',
    places: lacking(
      'DBCluster',
      ...['ActivityStreamStatus', 'DBClusterOptionGroupMemberships', 'EngineLifecycleSupport', 'StorageEncryptionType'],
    ),
  },
  {
    why: 'Members that AWS has [T DBCluster], without saying for which clusters it shows them, or whether it shows empty lists.',
    aws: 'unknown',
    places: {
      ...lacking('DBCluster', 'CustomEndpoints', 'DatabaseInsightsMode', 'MonitoringInterval'),
      ...lacking('DBCluster', 'PerformanceInsightsEnabled', 'StatusInfos'),
      ...places('DBCluster', {
        BacktrackWindow: ['absent', '0'],
        GlobalWriteForwardingRequested: ['absent', 'false'],
        EarliestRestorableTime: ['absent', '<time>'],
        LatestRestorableTime: ['absent', '<time>'],
      }),
    },
  },
  {
    why: 'Of other clusters than provisioned ones of Aurora only [T DBCluster.PubliclyAccessible, ScalingConfigurationInfo]; the standard storage of Aurora is not shown [T DBCluster.StorageType].',
    aws: 'ours',
    places: places('DBCluster', {
      PubliclyAccessible: ['absent', 'false'],
      ScalingConfigurationInfo: ['absent', '{}'],
      StorageType: ['absent', 'gp2'],
    }),
  },
  {
    why: 'One hosted zone for all endpoints of a Region [T DBCluster.HostedZoneId].',
    aws: 'ours',
    places: places('DBCluster', { HostedZoneId: ['Z29XKXDKYMONMX', '*'] }),
  },
  {
    why: 'How soon a setting that is applied as soon as possible shows is not documented: in the simulated account after the answer.',
    aws: 'unknown',
    places: places('DBCluster', {
      BackupRetentionPeriod: ['7', '3'],
      CopyTagsToSnapshot: ['true', 'false'],
      DeletionProtection: ['false', 'true'],
    }),
  },
  {
    why: 'What waits is shown as pending [T ClusterPendingModifiedValues]; a rename takes minutes and keeps the members, which moto loses.',
    aws: 'ours',
    places: places('DBCluster', {
      PendingModifiedValues: ['*', 'absent'],
      DBClusterIdentifier: ['shop', 'shop-old'],
      DBClusterArn: ['*:cluster:shop', '*:cluster:shop-old'],
      Endpoint: ['shop.*', 'shop-old.*'],
      ReaderEndpoint: ['shop.*', 'shop-old.*'],
      'DBClusterMembers[]': ['*', 'absent'],
    }),
  },
  {
    why: 'Stops and starts take time [D Aurora.Status]: started is no status of AWS. A stopped cluster is started after seven days [T DBCluster.AutomaticRestartTime].',
    aws: 'ours',
    places: places('DBCluster', {
      AutomaticRestartTime: ['<time>', 'absent'],
      Status: ['st*ing', '*'],
    }),
  },
  {
    why: 'A restore has what is said, and defaults for the rest [T RestoreDBClusterFromSnapshot]: moto takes most from the original.',
    aws: 'ours',
    places: places('DBCluster', {
      CopyTagsToSnapshot: ['false', 'true'],
      DBClusterParameterGroup: ['default.aurora-postgresql16', 'default.aurora8.0'],
      DBSubnetGroup: ['default', 'databases'],
      PreferredMaintenanceWindow: ['sun:03:10-sun:03:40', 'mon:03:00-mon:03:30'],
    }),
  },
  {
    why: 'Members that AWS has of every cluster snapshot [T DBClusterSnapshot], what a copy is of among them.',
    aws: 'ours',
    places: lacking(
      'DBClusterSnapshot',
      ...['AvailabilityZones', 'BackupRetentionPeriod', 'DbClusterResourceId', 'EngineMode', 'VpcId'],
      ...['IAMDatabaseAuthenticationEnabled', 'PreferredBackupWindow', 'SourceDBClusterSnapshotArn'],
      ...['StorageEncryptionType', 'StorageType'],
    ),
  },
  {
    why: 'A snapshot is creating first, and has no time until it is taken [D CLI example of create-db-cluster-snapshot].',
    aws: 'ours',
    places: places('DBClusterSnapshot', {
      Status: ['*', 'available'],
      PercentProgress: ['*', '100'],
      SnapshotCreateTime: ['absent', '<time>'],
    }),
  },
  {
    why: 'moto does not check names of clusters and their snapshots [T RestoreDBClusterFromSnapshot.DBClusterIdentifier, CreateDBClusterSnapshot.DBClusterSnapshotIdentifier], mixes up what is taken, and fails on a cluster that is not there.',
    aws: 'ours',
    places: {
      'CreateDBClusterSnapshot (two hyphens)': ['InvalidParameterValue 400', 'answered'],
      'RestoreDBClusterFromSnapshot (two hyphens)': ['InvalidParameterValue 400', 'answered'],
      'RestoreDBClusterFromSnapshot (a name that is taken) code': [
        'DBClusterAlreadyExistsFault',
        'DBClusterSnapshotAlreadyExistsFault',
      ],
      'ModifyDBCluster (unknown) code': ['DBClusterNotFoundFault', 'HTTP 500'],
      'ModifyDBCluster (unknown) status': ['404', '500'],
    },
  },
];
