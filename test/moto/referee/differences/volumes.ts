import type { Difference } from './difference.ts';

/** Volumes by themselves. */
export const volumes: readonly Difference[] = [
  {
    why: 'States take time: creating first [T Volume.State] [D volume lifecycle]. So moto shows nothing of how rekey waits.',
    aws: 'ours',
    places: {
      'CreateVolume State': ['creating', 'available'],
      'DescribeVolumes Volumes[].State': ['creating', 'available'],
      'CreateSnapshot (of a volume that was just created)': ['IncorrectState 400', 'answered'],
      'AttachVolume (of a volume that was just created)': ['IncorrectState 400', 'answered'],
    },
  },
  {
    why: 'Members that AWS shows of every volume [T Volume] [D API_CreateVolume, example].',
    aws: 'ours',
    places: {
      'CreateVolume AvailabilityZoneId': ['euw1-az1', 'absent'],
      'CreateVolume MultiAttachEnabled': ['false', 'absent'],
      'CreateVolume SnapshotId': ['', 'absent'],
      'DescribeVolumes Volumes[].AvailabilityZoneId': ['euw1-az1', 'absent'],
      'DescribeVolumes Volumes[].MultiAttachEnabled': ['false', 'absent'],
      'DescribeVolumes Volumes[].SnapshotId': ['', 'absent'],
    },
  },
  {
    why: 'Members that AWS has [T Volume], without saying for which volumes it shows them. rekey reads Operator and FastRestored.',
    aws: 'unknown',
    places: {
      'CreateVolume FastRestored': ['false', 'absent'],
      'CreateVolume Operator': ['{"Managed":false}', 'absent'],
      'CreateVolume OwnerId': ['123456789012', 'absent'],
      'CreateVolume VolumeArn': ['arn:aws:ec2:eu-west-1:123456789012:volume/<vol *>', 'absent'],
      'DescribeVolumes Volumes[].FastRestored': ['false', 'absent'],
      'DescribeVolumes Volumes[].Operator': ['{"Managed":false}', 'absent'],
      'DescribeVolumes Volumes[].OwnerId': ['123456789012', 'absent'],
      'DescribeVolumes Volumes[].VolumeArn': ['arn:aws:ec2:eu-west-1:123456789012:volume/<vol *>', 'absent'],
    },
  },
  {
    why: 'No tags: an empty list from a create [D CLI examples of create-volume], nothing from a Describe, in which both agree [3P moto#2097, which saw nothing from either].',
    aws: 'unknown',
    places: { 'CreateVolume Tags': ['[]', 'absent'] },
  },
  {
    why: 'gp2 shows the baseline that follows from its size, 100 at least [T Volume.Iops]; gp3 has 125 MiB/s unless told otherwise [T CreateVolume.Throughput].',
    aws: 'ours',
    places: {
      'CreateVolume Iops': ['100', 'absent'],
      'CreateVolume Throughput': ['125', 'absent'],
      'DescribeVolumes Volumes[].Iops': ['*', 'absent'],
      'DescribeVolumes Volumes[].Throughput': ['125', 'absent'],
    },
  },
  {
    why: 'KmsKeyId is the ARN of the key, whatever named it [T Volume.KmsKeyId]. rekey itself only ever sends ARNs.',
    aws: 'ours',
    places: {
      'DescribeVolumes Volumes[].KmsKeyId': [
        'arn:aws:kms:eu-west-1:123456789012:key/<*key*>',
        'alias/application-20180606',
      ],
    },
  },
  {
    why: "An encrypted volume always shows its key: the snapshot's or the default one unless another is named [T CreateVolume.Encrypted] [D encryption outcomes].",
    aws: 'ours',
    places: {
      'CreateVolume KmsKeyId': ['arn:aws:kms:eu-west-1:123456789012:key/<*key*>', 'absent'],
      'DescribeVolumes Volumes[].KmsKeyId': ['arn:aws:kms:eu-west-1:123456789012:key/<*key*>', 'absent'],
    },
  },
  {
    why: "The key is looked at later, and a volume whose key can't be used vanishes [T CreateVolume.KmsKeyId].",
    aws: 'ours',
    places: { 'what became of the volume is': ['taken back', 'available'] },
  },
  {
    why: 'moto ignores client tokens [D ec2-api-idempotency]; the token of a volume that is gone is used up [3P aws-ebs-csi-driver#3010].',
    aws: 'ours',
    places: {
      'CreateVolume VolumeId': ['<vol 1>', '<another vol>'],
      'volumes made with one token is': ['1', '2'],
      'CreateVolume (another size, same token)': ['IdempotentParameterMismatch 400', 'answered'],
      'CreateVolume (the token of a deleted volume)': ['IdempotentParameterMismatch 400', 'answered'],
    },
  },
  {
    why: "moto does not check what AWS documents as refused [T CreateVolumeRequest, ModifyVolumeRequest]; a mistake of rekey's would pass unseen there.",
    aws: 'ours',
    places: {
      'CreateVolume (no zone)': ['MissingParameter 400', 'answered'],
      'CreateVolume (an unknown zone)': ['InvalidZone.NotFound 400', 'answered'],
      'CreateVolume (smaller than its snapshot)': ['InvalidParameterValue 400', 'answered'],
      'CreateVolume (an unknown type)': ['InvalidParameterValue 400', 'answered'],
      'CreateVolume (gp3 of 70,000 GiB)': ['InvalidParameterValue 400', 'answered'],
      'CreateVolume (st1 of 10 GiB)': ['InvalidParameterValue 400', 'answered'],
      'CreateVolume (gp3 with 100 IOPS)': ['InvalidParameterValue 400', 'answered'],
      'CreateVolume (gp3 with too much throughput for its IOPS)': ['InvalidParameterValue 400', 'answered'],
      'CreateVolume (unencrypted from an encrypted snapshot)': ['InvalidParameterCombination 400', 'answered'],
      'ModifyVolume (smaller)': ['InvalidParameterValue 400', 'answered'],
    },
  },
  {
    why: 'Seen from AWS [3P kube-aws#1208: gp2 with IOPS, velero-plugin-for-aws#119: io2 without, runs-on#426: throughput on io1].',
    aws: 'ours',
    places: {
      'CreateVolume (gp2 with IOPS) code': ['InvalidParameterCombination', 'InvalidParameterDependency'],
      'CreateVolume (gp2 with throughput) code': ['InvalidParameterCombination', 'InvalidParameterDependency'],
      'CreateVolume (io1 without IOPS) code': ['InvalidParameterCombination', 'InvalidParameterDependency'],
    },
  },
  {
    why: 'AWS documents the refusal, not its code.',
    aws: 'unknown',
    places: {
      'CreateVolume (gp3 to be attached more than once) code': [
        'InvalidParameterCombination',
        'InvalidParameterDependency',
      ],
    },
  },
  {
    why: 'moto does not know these operations: HTTP 500 and a page of HTML. The plans run there with accept: [unreadable-attribute], and that AutoEnableIO is carried is shown on the simulated account only.',
    aws: 'ours',
    places: {
      DescribeVolumeStatus: ['answered', 'HTTP 500 500'],
      'DescribeVolumeStatus (unknown id) code': ['InvalidVolume.NotFound', 'HTTP 500'],
      'DescribeVolumeStatus (unknown id) status': ['400', '500'],
      DescribeVolumeAttribute: ['answered', 'HTTP 500 500'],
      'DescribeVolumeAttribute (unknown id) code': ['InvalidVolume.NotFound', 'HTTP 500'],
      'DescribeVolumeAttribute (unknown id) status': ['400', '500'],
      ModifyVolumeAttribute: ['answered', 'HTTP 500 500'],
    },
  },
  {
    why: 'A modification takes time, and tells the whole shape before and after, whatever was changed of it [T VolumeModification].',
    aws: 'ours',
    places: {
      'ModifyVolume VolumeModification.ModificationState': ['modifying', 'completed'],
      'ModifyVolume VolumeModification.Progress': ['0', '100'],
      'ModifyVolume VolumeModification.EndTime': ['absent', '<time>'],
      'ModifyVolume VolumeModification.TargetVolumeType': ['gp3', 'absent'],
      'ModifyVolume VolumeModification.TargetMultiAttachEnabled': ['false', 'absent'],
      'ModifyVolume VolumeModification.OriginalVolumeType': ['gp3', 'absent'],
      'ModifyVolume VolumeModification.OriginalThroughput': ['125', 'absent'],
      'ModifyVolume VolumeModification.OriginalMultiAttachEnabled': ['false', 'absent'],
      'DescribeVolumesModifications VolumesModifications[].TargetVolumeType': ['gp3', 'absent'],
      'DescribeVolumesModifications VolumesModifications[].TargetMultiAttachEnabled': ['false', 'absent'],
      'DescribeVolumesModifications VolumesModifications[].OriginalVolumeType': ['gp3', 'absent'],
      'DescribeVolumesModifications VolumesModifications[].OriginalThroughput': ['125', 'absent'],
      'DescribeVolumesModifications VolumesModifications[].OriginalMultiAttachEnabled': ['false', 'absent'],
      DescribeVolumesModifications: ['InvalidVolumeModification.NotFound 400', 'answered'],
    },
  },
];
