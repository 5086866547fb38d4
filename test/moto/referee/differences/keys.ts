import type { Difference } from './difference.ts';

/** KMS. */
export const keys: readonly Difference[] = [
  {
    why: 'A key is for ENCRYPT_DECRYPT unless told otherwise [T CreateKeyRequest.KeyUsage]; on moto the AWS CLI makes the keys with --key-usage.',
    aws: 'ours',
    places: {
      'CreateKey KeyMetadata.KeyUsage': ['ENCRYPT_DECRYPT', 'absent'],
      'CreateKey KeyMetadata.SigningAlgorithms': ['absent', '[]'],
    },
  },
  {
    why: 'Members that AWS has [T KeyMetadata.MultiRegion, AliasListEntry, GetKeyPolicyResponse.PolicyName].',
    aws: 'ours',
    places: {
      'CreateKey KeyMetadata.MultiRegion': ['false', 'absent'],
      'DescribeKey KeyMetadata.MultiRegion': ['false', 'absent'],
      'ListAliases Aliases[alias/orders].CreationDate': ['<time>', 'absent'],
      'ListAliases Aliases[alias/orders].LastUpdatedDate': ['<time>', 'absent'],
      'ListAliases Aliases[alias/application-20180606].CreationDate': ['<time>', 'absent'],
      'ListAliases Aliases[alias/application-20180606].LastUpdatedDate': ['<time>', 'absent'],
      'GetKeyPolicy PolicyName': ['default', 'absent'],
      'GetKeyPolicy (no name)': ['answered', 'NotFoundException 400'],
    },
  },
  {
    why: 'One policy, written with other white space; AWS does not say with which.',
    aws: 'unknown',
    places: { 'GetKeyPolicy Policy': ['*', '*'] },
  },
  {
    why: 'Deletion is told with the ARN, the state and the days [T ScheduleKeyDeletionResponse, CancelKeyDeletionResponse].',
    aws: 'ours',
    places: {
      'ScheduleKeyDeletion KeyId': ['arn:aws:kms:eu-west-1:123456789012:key/<key 1>', '<key 1>'],
      'ScheduleKeyDeletion KeyState': ['PendingDeletion', 'absent'],
      'ScheduleKeyDeletion PendingWindowInDays': ['7', 'absent'],
      'CancelKeyDeletion KeyId': ['arn:aws:kms:eu-west-1:123456789012:key/<key 1>', '<key 1>'],
    },
  },
  {
    why: 'What a key refuses in which state [D key-state]; 7 to 30 days [T ScheduleKeyDeletionRequest].',
    aws: 'ours',
    places: {
      'CancelKeyDeletion (enabled)': ['KMSInvalidStateException 400', 'answered'],
      'ScheduleKeyDeletion (pending deletion)': ['KMSInvalidStateException 400', 'answered'],
      'EnableKey (pending deletion)': ['KMSInvalidStateException 400', 'answered'],
      'DisableKey (pending deletion)': ['KMSInvalidStateException 400', 'answered'],
      'CreateAlias (pending deletion)': ['KMSInvalidStateException 400', 'answered'],
      'ScheduleKeyDeletion (in three days)': ['ValidationException 400', 'answered'],
    },
  },
  {
    why: "moto fails on the grants of a key that is not there, and lets one take a name of AWS's [T ListGrants, CreateAliasRequest.AliasName].",
    aws: 'ours',
    places: {
      'ListGrants (unknown) code': ['NotFoundException', 'HTTP 500'],
      'ListGrants (unknown) status': ['400', '500'],
      'CreateAlias (a prefix of AWS)': ['NotAuthorizedException 400', 'answered'],
    },
  },
  {
    why: 'Each operation documents both codes, and not which of them comes [T].',
    aws: 'unknown',
    places: {
      'DisableKey (by its alias) code': ['InvalidArnException', 'NotFoundException'],
      'CreateAlias (no prefix) code': ['InvalidAliasNameException', 'ValidationException'],
      'CreateAlias (a space) code': ['InvalidAliasNameException', 'ValidationException'],
    },
  },
  {
    why: 'AWS lists its own aliases of other services, too [T ListAliases]; the simulated account has those of the services that it models.',
    aws: 'moto',
    places: { 'aliases of AWS in a new account is': ['*', '*'] },
  },
  {
    why: 'moto does not page: it ignores Limit and Marker [T ListAliasesRequest, ListKeysRequest].',
    aws: 'ours',
    places: {
      'the first page of three aliases, of four is': ['3, more', '4, the last'],
      'the first page of one key, of several is': ['1, more', '*, the last'],
      'ListAliases (pages of none)': ['ValidationException 400', 'answered'],
      'ListAliases (a marker that is none)': ['InvalidMarkerException 400', 'answered'],
    },
  },
];
