import type { Difference } from './difference.ts';

const any = (member: string) => `any DBSnapshot.${member}`;

/** DB snapshots and their copies. */
export const databaseSnapshots: readonly Difference[] = [
  {
    why: 'Members that AWS has of every DB snapshot [T DBSnapshot] [D CLI examples of describe-db-snapshots].',
    aws: 'ours',
    places: Object.fromEntries(
      [
        ...['AvailabilityZone', 'BackupRetentionPeriod', 'DedicatedLogVolume', 'FullSnapshotSizeInBytes'],
        ...['LicenseModel', 'OptionGroupName', 'PercentProgress', 'PreferredBackupWindow', 'ProcessorFeatures'],
        ...['SnapshotTarget', 'StorageEncryptionType', 'StorageType', 'VpcId'],
      ].map((member) => [any(member), ['*', 'absent']] as const),
    ),
  },
  {
    why: 'A snapshot is creating first, and has no time until it is taken [D CLI examples of create-db-snapshot and copy-db-snapshot] [T DBSnapshot.SnapshotCreateTime]; deleted when it is deleted [D CLI example of delete-db-snapshot].',
    aws: 'ours',
    places: {
      [any('Status')]: ['*', 'available'],
      [any('SnapshotCreateTime')]: ['absent', '<time>'],
      [any('OriginalSnapshotCreateTime')]: ['absent', '<time>'],
    },
  },
  {
    why: 'A copy takes tags over when it is told to [T CopyDBSnapshot.CopyTags]; in moto always those of a database that copies tags to its snapshots.',
    aws: 'ours',
    places: {
      'the tags of copy is': ['', 'Name team'],
      [any('TagList[Name]')]: ['absent', '*'],
      [any('TagList[team]')]: ['absent', '*'],
    },
  },
  {
    why: 'A key that is disabled can not be used [T KMSKeyNotAccessibleFault].',
    aws: 'ours',
    places: { 'CopyDBSnapshot (under a disabled key)': ['KMSKeyNotAccessibleFault 400', 'answered'] },
  },
  {
    why: 'The resource id is its own for each instance [T DBSnapshot.DbiResourceId]; moto has one for all.',
    aws: 'ours',
    places: { [any('DbiResourceId')]: ['<another resource>', '<resource *>'] },
  },
  {
    why: 'An ARN names a snapshot in other operations [T RestoreDBInstanceFromDBSnapshot.DBSnapshotIdentifier]; of DescribeDBSnapshots AWS does not say so.',
    aws: 'unknown',
    places: { 'DescribeDBSnapshots (the ARN)': ['answered', 'DBSnapshotNotFound 404'] },
  },
];
