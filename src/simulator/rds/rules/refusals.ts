import { AwsError } from '../../wire/message.ts';

/** RDS answers 404 to a name that it doesn't know (the awsQueryError traits of the client's schemas). */
const notFound = (code: string, message: string) => new AwsError(code, message, 404);

export const refusals = {
  noDatabase: (name: string) => notFound('DBInstanceNotFound', `DBInstance ${name} not found.`),
  noSnapshot: (name: string) => notFound('DBSnapshotNotFound', `DBSnapshot ${name} not found.`),
  noParameterGroup: (name: string) => notFound('DBParameterGroupNotFound', `DBParameterGroup not found: ${name}`),
  noOptionGroup: (name: string) =>
    notFound('OptionGroupNotFoundFault', `Specified OptionGroupName: ${name} not found.`),
  noSubnetGroup: (name: string) => notFound('DBSubnetGroupNotFoundFault', `DB subnet group '${name}' does not exist.`),
  noRole: (arn: string, name: string) =>
    notFound('DBInstanceRoleNotFound', `Role ARN ${arn} is not associated with DB instance ${name}.`),
  noProxy: (name: string) => notFound('DBProxyNotFoundFault', `Specified proxy name ${name} does not exist.`),
  noCluster: (name: string) => notFound('DBClusterNotFoundFault', `DBCluster ${name} not found.`),
  noClusterSnapshot: (name: string) =>
    notFound('DBClusterSnapshotNotFoundFault', `DBClusterSnapshot not found: ${name}`),
  noClusterParameterGroup: (name: string) =>
    notFound('DBClusterParameterGroupNotFound', `DBClusterParameterGroup not found: ${name}`),
  // Of all these the endpoint alone is answered with 400.
  noClusterEndpoint: (name: string) =>
    new AwsError('DBClusterEndpointNotFoundFault', `DBClusterEndpoint ${name} not found.`),
  noClusterRole: (arn: string, name: string) =>
    notFound('DBClusterRoleNotFound', `Role ARN ${arn} cannot be found for DB Cluster: ${name}.`),
  clusterExists: () => new AwsError('DBClusterAlreadyExistsFault', 'DB Cluster already exists'),
  clusterSnapshotExists: (name: string) =>
    new AwsError(
      'DBClusterSnapshotAlreadyExistsFault',
      `Cannot create the snapshot because a snapshot with the identifier ${name} already exists.`,
    ),
  clusterState: (message: string) => new AwsError('InvalidDBClusterStateFault', message),
  clusterSnapshotState: (message: string) => new AwsError('InvalidDBClusterSnapshotStateFault', message),
  databaseExists: () => new AwsError('DBInstanceAlreadyExists', 'DB instance already exists'),
  snapshotExists: (name: string) =>
    new AwsError(
      'DBSnapshotAlreadyExists',
      `Cannot create the snapshot because a snapshot with the identifier ${name} already exists.`,
    ),
  databaseState: (message: string) => new AwsError('InvalidDBInstanceState', message),
  snapshotState: (message: string) => new AwsError('InvalidDBSnapshotState', message),
  key: (name: string) =>
    new AwsError(
      'KMSKeyNotAccessibleFault',
      `The specified KMS key [${name}] does not exist, is not enabled or you do not have permissions to access it.`,
    ),
  value: (message: string) => new AwsError('InvalidParameterValue', message),
  combination: (message: string) => new AwsError('InvalidParameterCombination', message),
};
