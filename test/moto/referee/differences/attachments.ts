import type { Difference } from './difference.ts';

/** Volumes on instances. */
export const attachments: readonly Difference[] = [
  {
    why: 'An attachment takes time [T VolumeAttachmentState].',
    aws: 'ours',
    places: { 'DescribeVolumes Volumes[].Attachments[].State': ['attaching', 'attached'] },
  },
  {
    why: "The volume's view of an attachment has DeleteOnTermination, too [T VolumeAttachment]. rekey reads it in the instance's mapping, which has it in both.",
    aws: 'ours',
    places: {
      'AttachVolume DeleteOnTermination': ['false', 'absent'],
      'DetachVolume DeleteOnTermination': ['true', 'absent'],
      'DescribeVolumes Volumes[].Attachments[].DeleteOnTermination': ['*', 'absent'],
    },
  },
  {
    why: 'moto gives no mapping when it is asked for by DescribeInstanceAttribute [T InstanceAttribute.BlockDeviceMappings].',
    aws: 'ours',
    places: { 'DescribeInstanceAttribute BlockDeviceMappings': ['*', 'absent'] },
  },
  {
    why: 'EBS makes a grant for each attachment [D how-ebs-encryption-works]; nothing is encrypted in moto. That data stays readable under the new key is shown on the simulated account only.',
    aws: 'ours',
    places: {
      'ListGrants Grants[]': ['*', 'absent'],
      'AttachVolume (disabled key)': ['CustomerKeyHasBeenRevoked 400', 'answered'],
    },
  },
  {
    why: 'One attachment at a time, one volume a device, within one zone, at a device name [D errors-overview] [3P terraform#9023]; moto does all of it, and the volume that it pushed aside still says that it is attached.',
    aws: 'ours',
    places: {
      'AttachVolume (attached already)': ['VolumeInUse 400', 'answered'],
      'AttachVolume (where another one stands)': ['InvalidParameterValue 400', 'answered'],
      'AttachVolume (another zone)': ['InvalidVolume.ZoneMismatch 400', 'answered'],
      'AttachVolume (no device name)': ['InvalidParameterValue 400', 'answered'],
    },
  },
  {
    why: 'A root leaves a stopped instance only [D ebs-detaching-volume], and without one there is no start.',
    aws: 'ours',
    places: {
      'DetachVolume (root, running)': ['OperationNotPermitted 400', 'answered'],
      'StartInstances (no root)': ['InvalidParameterValue 400', 'answered'],
    },
  },
  {
    why: 'InstanceId is needed for a Multi-Attach volume only [T DetachVolumeRequest.InstanceId].',
    aws: 'ours',
    places: { 'DetachVolume (no instance named)': ['answered', 'HTTP 500 500'] },
  },
  {
    why: 'Seen from AWS: "Volume … is in the \'available\' state" [3P aws-ebs-csi-driver#1801]. rekey looks before it detaches, and takes either as done.',
    aws: 'ours',
    places: { 'DetachVolume (not attached) code': ['IncorrectState', 'InvalidAttachment.NotFound'] },
  },
  {
    why: 'Which of the two AWS looks at first is not documented.',
    aws: 'unknown',
    places: { 'DetachVolume (unknown instance) code': ['InvalidAttachment.NotFound', 'InvalidInstanceID.NotFound'] },
  },
  {
    why: 'moto fails on a device that holds nothing; AWS documents no code for it.',
    aws: 'unknown',
    places: {
      'ModifyInstanceAttribute (an empty device) code': ['InvalidInstanceAttributeValue', 'HTTP 500'],
      'ModifyInstanceAttribute (an empty device) status': ['400', '500'],
    },
  },
];
