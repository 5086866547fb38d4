import type { Difference } from './difference.ts';

const failed = (...calls: string[]) =>
  Object.fromEntries(
    calls.flatMap((call) => [
      [`${call} code`, ['MissingParameter', 'HTTP 500']] as const,
      [`${call} status`, ['400', '500']] as const,
    ]),
  );
const tagOperations = ['ListTagsForResource', 'AddTagsToResource', 'RemoveTagsFromResource'];

/** How calls about databases are made and refused. */
export const databaseCalls: readonly Difference[] = [
  {
    why: 'A member that is required is missing [D CommonErrors, MissingParameter]: moto fails on it, or takes any database.',
    aws: 'ours',
    places: {
      ...failed('CreateDBSnapshot (no name)', 'CreateDBSnapshot (no database)', 'CopyDBSnapshot (no name)'),
      ...failed('DeleteDBSnapshot (no name)', 'DeleteDBInstance (no name)', 'StartDBInstance (no name)'),
      ...failed('StopDBInstance (no name)', 'RestoreDBInstanceFromDBSnapshot (no name)'),
      ...failed('RestoreDBInstanceFromDBSnapshot (no snapshot)', 'ListTagsForResource (nothing)'),
      'RebootDBInstance (no name)': ['MissingParameter 400', 'answered'],
      'ModifyDBInstance (no id)': ['MissingParameter 400', 'answered'],
    },
  },
  {
    why: 'Two wordings of one refusal. AWS documents codes, not words, and rekey goes by the code.',
    aws: 'unknown',
    places: {
      'DescribeDBSubnetGroups (unknown) message': ['db subnet group *', 'subnet group *'],
      'ModifyDBInstance (unknown subnet group) message': ['db subnet group *', 'subnet group *'],
      'RestoreDBInstanceFromDBSnapshot (unknown subnet group) message': ['db subnet group *', 'subnet group *'],
      'ModifyDBInstance (unknown parameter group) message': ['dbparametergroup *', 'db parameter group *'],
      'RestoreDBInstanceFromDBSnapshot (unknown parameter group) message': [
        'dbparametergroup *',
        'db parameter group *',
      ],
      'DescribeDBClusterParameterGroups (unknown) message': ['dbparametergroup *', 'dbclusterparametergroup *'],
      'ModifyDBInstance (a window that is none) message': ['invalid window*', 'invalid day*'],
      'ModifyDBInstance (rotating later) message': ['*', '*'],
      'DescribeEvents (a source without its type) message': ['sourcetype *', 'cannot *'],
      'RestoreDBInstanceFromDBSnapshot (less storage) message': ['invalid storage size*', 'the allocated storage *'],
      'StartDBInstance (running) message': ['instance orders is not stopped *', 'instance orders is not stopped*'],
      'StopDBInstance (stopped) message': ['*', '*'],
      'StopDBCluster (stopped) message': ['*', '*'],
      'StartDBCluster (running) message': ['*', '*'],
      'CopyDBSnapshot (under an unknown key) message': ['the specified *', 'specified *'],
      'DescribeDBClusterSnapshots (deleted) message': ['*', '*'],
      'DescribeDBClusterSnapshots (unknown) message': ['*', '*'],
      'DeleteDBClusterSnapshot (deleted) message': ['*', '*'],
      'DeleteDBClusterSnapshot (unknown) message': ['*', '*'],
      'RestoreDBClusterFromSnapshot (unknown) message': ['*', '*'],
    },
  },
  {
    why: "A name that begins with a digit has words of its own, which moto's authors saw on AWS [3P moto, InvalidDBSnapshotIdentifier]; rekey goes by the code.",
    aws: 'moto',
    places: {
      'CreateDBSnapshot (a digit first) message': ['*', 'invalid snapshot identifier: 1st'],
      'CopyDBSnapshot (a digit first) message': ['*', 'invalid snapshot identifier: 1st'],
      'DeleteDBInstance (a name that is none) message': ['*', 'invalid snapshot identifier: 1st'],
    },
  },
  {
    why: 'A page has 20 to 100 records [T DescribeDBInstances.MaxRecords, DescribeDBSnapshots.MaxRecords]; moto does not count them.',
    aws: 'ours',
    places: {
      'the first page of twenty, of 22 is': ['20, more', '22, the last'],
      'the page after it is': ['2, the last', '22, the last'],
      'DescribeDBInstances (pages of 19)': ['InvalidParameterValue 400', 'answered'],
      'DescribeDBInstances (pages of 101)': ['InvalidParameterValue 400', 'answered'],
      'DescribeDBSnapshots (pages of 19)': ['InvalidParameterValue 400', 'answered'],
    },
  },
  {
    why: 'What AWS makes of a marker that it did not give, of a filter without values, and of upper case in a filter, is not documented.',
    aws: 'unknown',
    places: {
      'DescribeDBInstances (a marker that is none)': ['answered', 'HTTP 400 400'],
      'DescribeDBInstances (a filter without values) code': ['InvalidParameterValue', 'InvalidParameterCombination'],
      'databases by a name in upper case is': ['', 'orders'],
    },
  },
  {
    why: 'What is not there has no tags to be shown or changed [D errors of AddTagsToResource, ListTagsForResource, RemoveTagsFromResource].',
    aws: 'ours',
    places: {
      ...Object.fromEntries(
        tagOperations.flatMap((operation) => [
          [`${operation} (unknown database)`, ['DBInstanceNotFound 404', 'answered']] as const,
          [`${operation} (unknown snapshot)`, ['DBSnapshotNotFound 404', 'answered']] as const,
          [`${operation} (unknown cluster)`, ['DBClusterNotFoundFault 404', 'answered']] as const,
        ]),
      ),
      'ListTagsForResource (deleted)': ['DBSnapshotNotFound 404', 'answered'],
    },
  },
  {
    why: 'Lengths, characters, prefix and number of tags [D USER_Tagging]; their codes are not documented.',
    aws: 'ours',
    places: {
      'AddTagsToResource (51 tags)': ['InvalidParameterValue 400', 'answered'],
      'AddTagsToResource (a key of 129 characters)': ['InvalidParameterValue 400', 'answered'],
      'AddTagsToResource (a value of 257 characters)': ['InvalidParameterValue 400', 'answered'],
      'AddTagsToResource (a key of AWS)': ['InvalidParameterValue 400', 'answered'],
      'AddTagsToResource (characters that tags have not)': ['InvalidParameterValue 400', 'answered'],
    },
  },
  {
    why: 'What AWS makes of one key given twice is not documented.',
    aws: 'unknown',
    places: { 'AddTagsToResource (one key twice)': ['InvalidParameterValue 400', 'answered'] },
  },
  {
    why: 'Names of groups are kept in lower case [T CreateDBParameterGroup.DBParameterGroupName], and one that is not there is refused [D errors of DescribeDBParameterGroups].',
    aws: 'ours',
    places: {
      'DescribeDBParameterGroups (upper case) DBParameterGroups[]': ['*', 'absent'],
      'DescribeDBParameterGroups (unknown)': ['DBParameterGroupNotFound 404', 'answered'],
    },
  },
  {
    why: 'Members that AWS has [T DBSubnetGroup.SupportedNetworkTypes].',
    aws: 'ours',
    places: { 'DescribeDBSubnetGroups DBSubnetGroups[].SupportedNetworkTypes': ['["IPV4"]', 'absent'] },
  },
  {
    why: 'AWS tells of every backup and snapshot [D USER_Events.Messages], moto of automated ones only. rekey proves a restart by its event.',
    aws: 'ours',
    places: {
      'DescribeEvents Events[]': ['*Manual snapshot created*', 'absent'],
      'whether the database tells of its backup is': ['true', 'false'],
    },
  },
];
