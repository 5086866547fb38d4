import type { Difference } from './difference.ts';

/** How calls are made and refused. */
export const calls: readonly Difference[] = [
  {
    why: "An id that can't be one is malformed, not unknown [D errors-overview]; none at all is a missing parameter.",
    aws: 'ours',
    places: {
      'CreateVolume (a malformed snapshot) code': ['InvalidSnapshotID.Malformed', 'InvalidSnapshot.NotFound'],
      'CreateSnapshot (malformed id) code': ['InvalidVolumeID.Malformed', 'InvalidVolume.NotFound'],
      'CopySnapshot (malformed id) code': ['InvalidSnapshotID.Malformed', 'InvalidSnapshot.NotFound'],
      'DeleteSnapshot (malformed id) code': ['InvalidSnapshotID.Malformed', 'InvalidSnapshot.NotFound'],
      'DescribeSnapshots (malformed id) code': ['InvalidSnapshotID.Malformed', 'InvalidSnapshot.NotFound'],
      'AttachVolume (malformed instance) code': ['InvalidInstanceID.Malformed', 'InvalidInstanceID.NotFound'],
      'AttachVolume (malformed volume) code': ['InvalidVolumeID.Malformed', 'InvalidVolume.NotFound'],
      'DescribeInstances (malformed id) code': ['InvalidInstanceID.Malformed', 'InvalidInstanceID.NotFound'],
      'DescribeVolumes (malformed id) code': ['InvalidVolumeID.Malformed', 'InvalidVolume.NotFound'],
      'DeleteVolume (malformed id) code': ['InvalidVolumeID.Malformed', 'InvalidVolume.NotFound'],
      'DeleteVolume (no id) code': ['MissingParameter', 'InvalidVolume.NotFound'],
    },
  },
  {
    why: 'AWS names what does not exist, and only that [3P terraform, aws-ebs-csi-driver]; moto says nothing at all, or writes a Python set.',
    aws: 'ours',
    places: {
      'CreateVolume (an unknown snapshot) message': ['the snapshot * does not exist', 'unknownerror'],
      'CopySnapshot (unknown id) message': ['the snapshot * does not exist', 'unknownerror'],
      'DeleteSnapshot (unknown id) message': ['the snapshot * does not exist', 'unknownerror'],
      'DeleteSnapshot (gone) message': ['the snapshot * does not exist', 'unknownerror'],
      'DescribeSnapshots (unknown id) message': ['the snapshot * does not exist', 'unknownerror'],
      'DescribeSnapshots (gone) message': ['the snapshot * does not exist', 'unknownerror'],
      'DescribeVolumes (unknown id) message': ['the volume * does not exist', 'the volume {*} does not exist'],
      'DescribeVolumes (gone) message': ['the volume * does not exist', 'the volume {*} does not exist'],
      'DescribeVolumes (one unknown of two) message': ['the volume * does not exist', 'the volume {*} does not exist'],
      'DescribeVolumes (two unknown) message': ['the volumes * do not exist', 'the volume {*} does not exist'],
    },
  },
  {
    why: 'Two wordings of one refusal. AWS documents codes, not words, and rekey goes by the code.',
    aws: 'unknown',
    places: {
      'CreateVolume (a key without encryption) message': ['* kmskeyid *', '* [kmskeyid] *'],
      'DetachVolume (another device) message': ['*', '* as device /dev/sdg'],
      'CreateTags (51 tags) message': ['* is 50', '* has been reached'],
      'DescribeKey (no key id) message': ['key * does not exist', 'invalid keyid not a key'],
    },
  },
  {
    why: 'moto does not page: it gives everything, and takes any page size and token [D ec2-api-pagination].',
    aws: 'ours',
    places: {
      'the first page of five, of seven is': ['5, more', '7, the last'],
      'the second page is': ['2, the last', '7, the last'],
      'DescribeVolumes (pages of one)': ['InvalidParameterValue 400', 'answered'],
      'DescribeVolumes (ids and pages)': ['InvalidParameterCombination 400', 'answered'],
      'DescribeVolumes (a token that is none)': ['InvalidNextToken 400', 'answered'],
    },
  },
  {
    why: 'A filter value may escape its wildcards; 200 values a filter; an unknown filter is refused [D Using_Filtering]. moto fails on a filter that it does not know.',
    aws: 'ours',
    places: {
      'sizes by a tag with an escaped wildcard is': ['2', ''],
      'sizes by delete on termination': ['answered', 'HTTP 500 500'],
      'DescribeVolumes (201 values)': ['FilterLimitExceeded 400', 'answered'],
      'DescribeVolumes (an unknown filter) code': ['InvalidParameterValue', 'HTTP 500'],
      'DescribeVolumes (an unknown filter) status': ['400', '500'],
      'DescribeInstances (an unknown filter) code': ['InvalidParameterValue', 'HTTP 500'],
      'DescribeInstances (an unknown filter) status': ['400', '500'],
      'DescribeSnapshots (an unknown filter) code': ['InvalidParameterValue', 'HTTP 500'],
      'DescribeSnapshots (an unknown filter) status': ['400', '500'],
    },
  },
  {
    why: "DeleteTags without tags deletes all of one's own [T DeleteTagsRequest.Tags].",
    aws: 'ours',
    places: { 'DescribeTags (all deleted) Tags[Name]': ['absent', '*'] },
  },
  {
    why: 'A tag that is named with a value is deleted only if it has that value [T DeleteTagsRequest.Tags]; in both, but all are gone with the next call.',
    aws: 'ours',
    places: { 'DescribeTags (all deleted) Tags[owner]': ['absent', '*'] },
  },
  {
    why: 'Lengths, prefix and presence of tags [D Using_Tags, restrictions] [T CreateTagsRequest].',
    aws: 'ours',
    places: {
      'CreateTags (a key of AWS)': ['InvalidParameterValue 400', 'answered'],
      'CreateTags (a key of 129 characters)': ['InvalidParameterValue 400', 'answered'],
      'CreateTags (a value of 257 characters)': ['InvalidParameterValue 400', 'answered'],
      'CreateTags (no tags)': ['MissingParameter 400', 'answered'],
    },
  },
  {
    why: 'DryRun is a parameter of every EC2 call [D common parameters].',
    aws: 'ours',
    places: { 'DescribeVolumes (dry run)': ['DryRunOperation 412', 'answered'] },
  },
  {
    why: 'Who the caller is depends on the credentials.',
    aws: 'unknown',
    places: {
      'GetCallerIdentity UserId': ['*', '*'],
      'GetCallerIdentity Arn': [
        'arn:aws:sts::123456789012:assumed-role/rekey/rekey',
        'arn:aws:sts::123456789012:user/moto',
      ],
    },
  },
  {
    why: 'moto does not know GetEbsDefaultKmsKeyId.',
    aws: 'ours',
    places: { GetEbsDefaultKmsKeyId: ['answered', 'HTTP 500 500'] },
  },
  {
    why: 'Members that AWS has, and a zone that is none [T AvailabilityZone].',
    aws: 'ours',
    places: {
      ...Object.fromEntries(
        ['a', 'b', 'c'].flatMap((letter) =>
          ['OptInStatus', 'GroupName', 'NetworkBorderGroup'].map(
            (member) =>
              [`DescribeAvailabilityZones AvailabilityZones[eu-west-1${letter}].${member}`, ['*', 'absent']] as const,
          ),
        ),
      ),
      'DescribeAvailabilityZones (unknown)': ['InvalidParameterValue 400', 'answered'],
    },
  },
  {
    why: 'Which zone a letter means is another in each account [D AZ ids].',
    aws: 'unknown',
    places: {
      'DescribeAvailabilityZones AvailabilityZones[eu-west-1a].ZoneId': ['euw1-az1', 'euw1-az3'],
      'DescribeAvailabilityZones AvailabilityZones[eu-west-1b].ZoneId': ['euw1-az2', 'euw1-az1'],
      'DescribeAvailabilityZones AvailabilityZones[eu-west-1c].ZoneId': ['euw1-az3', 'euw1-az2'],
    },
  },
];
