import type { Difference } from './difference.ts';

/** Snapshots and their copies. */
export const snapshots: readonly Difference[] = [
  {
    why: 'A snapshot is pending until all blocks are copied, its progress empty at first [T Snapshot.State, Progress].',
    aws: 'ours',
    places: {
      'CreateSnapshot State': ['pending', 'completed'],
      'CreateSnapshot Progress': ['', '100%'],
      'CopySnapshot (of one that is pending)': ['IncorrectState 400', 'answered'],
    },
  },
  {
    why: 'An encrypted snapshot shows its key [T Snapshot.KmsKeyId, DataEncryptionKeyId]. rekey judges lineage by ids, and the new key on the volume.',
    aws: 'ours',
    places: {
      'CreateSnapshot KmsKeyId': ['arn:aws:kms:eu-west-1:123456789012:key/<*key*>', 'absent'],
      'CreateSnapshot DataEncryptionKeyId': ['<another key>', 'absent'],
      'DescribeSnapshots Snapshots[].KmsKeyId': ['arn:aws:kms:eu-west-1:123456789012:key/<*key*>', 'absent'],
      'DescribeSnapshots Snapshots[].DataEncryptionKeyId': ['<another key>', 'absent'],
    },
  },
  {
    why: 'Members that AWS has [T Snapshot]; rekey reads none of them.',
    aws: 'ours',
    places: {
      'CreateSnapshot StorageTier': ['standard', 'absent'],
      'DescribeSnapshots Snapshots[].StorageTier': ['standard', 'absent'],
      'DescribeSnapshots Snapshots[].CompletionTime': ['<time>', 'absent'],
      'DescribeSnapshots Snapshots[].FullSnapshotSizeInBytes': ['*', 'absent'],
      'DescribeSnapshots Snapshots[].TransferType': ['standard', 'absent'],
      'DescribeSnapshots Snapshots[].Description': ['', 'absent'],
    },
  },
  {
    why: 'The volume id of a copy is an arbitrary one [T Snapshot.VolumeId].',
    aws: 'ours',
    places: { 'DescribeSnapshots Snapshots[].VolumeId': ['vol-ffffffff', '<another vol>'] },
  },
  {
    why: 'A Describe of what has no tags does not show any [3P boto3#388, moto#2097].',
    aws: 'ours',
    places: { 'DescribeSnapshots Snapshots[].Tags': ['absent', '[]'] },
  },
  {
    why: "moto counts the snapshots of its public images as the account's own [T DescribeSnapshots.OwnerIds]. What a run leaves behind is told there by comparing with what was there before.",
    aws: 'ours',
    places: { 'snapshots of a new account is': ['0', 'those of images'] },
  },
  {
    why: 'KmsKeyId needs Encrypted unless the source is encrypted [T CopySnapshot.KmsKeyId].',
    aws: 'ours',
    places: { 'CopySnapshot (a key without encryption)': ['InvalidParameterDependency 400', 'answered'] },
  },
  {
    why: 'moto fails on tags for another kind of resource [T TagSpecification.ResourceType].',
    aws: 'ours',
    places: {
      'CreateSnapshot (tags for a volume) code': ['InvalidParameterValue', 'HTTP 500'],
      'CreateSnapshot (tags for a volume) status': ['400', '500'],
    },
  },
];
