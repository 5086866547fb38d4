import type { EC2 } from '@aws-sdk/client-ec2';
import type { RDS } from '@aws-sdk/client-rds';
import type { Ground } from './script.ts';

/**
 * What a scenario about databases finds in both accounts: orders (PostgreSQL, encrypted, in groups of its own), archive
 * (MySQL, neither encrypted nor in groups of its own, protected), and the cluster shop with two members.
 */
export const found = { encrypted: 'orders', plain: 'archive', cluster: 'shop', members: ['shop-1', 'shop-2'] } as const;

const { encrypted, plain, cluster, members } = found;
const tags = { Name: 'orders', team: 'a b' };
const groupNames = { own: 'application', other: 'other-application' };
export const groupsOfDatabases = {
  parameters: 'orders-16',
  clusterParameters: 'shop-16',
  subnets: 'databases',
} as const;
const { parameters, clusterParameters, subnets } = groupsOfDatabases;
const windows = { backup: '01:00-01:30', maintenance: 'mon:03:00-mon:03:30' };
const zones = ['a', 'b', 'c'];

const ours: Ground['groups'] = { own: 'sg-0a00000000000000a', other: 'sg-0b00000000000000b' };

/** It, as a scenario of the simulated account declares it. */
export function declared(alias: string) {
  const common = { backupWindow: windows.backup, maintenanceWindow: windows.maintenance };
  return {
    groups: ours,
    scenario: {
      securityGroups: [
        { id: ours.own, name: groupNames.own, inbound: ['10.0.0.0/8:5432'] },
        { id: ours.other, name: groupNames.other, inbound: ['10.0.0.0/8:5432'] },
      ],
      databases: [
        {
          ...{ id: encrypted, key: alias, tags, securityGroups: [ours.own], copyTagsToSnapshot: true, ...common },
          ...{ parameterGroup: parameters, subnetGroup: subnets, maxStorage: 100 },
        },
        {
          ...{
            id: plain,
            engine: 'mysql',
            engineVersion: '8.0.40',
            storageType: 'gp2' as const,
            masterUsername: 'admin',
          },
          ...{ securityGroups: [ours.own], deletionProtection: true, subnetGroup: subnets, ...common },
        },
      ],
      clusters: [
        {
          ...{ id: cluster, key: alias, tags: { Name: 'shop' }, securityGroups: [ours.own], copyTagsToSnapshot: true },
          ...{ parameterGroup: clusterParameters, subnetGroup: subnets, databaseName: 'shop', ...common },
          members: members.map((id) => ({ id, az: 'eu-west-1a', maintenanceWindow: windows.maintenance })),
        },
      ],
    },
  };
}

/** The same, made in an account by its API. */
export async function made(clients: { readonly ec2: EC2; readonly rds: RDS }, key: string): Promise<Ground['groups']> {
  const { rds } = clients;
  const [own, other] = await Promise.all([
    securityGroup(clients.ec2, groupNames.own),
    securityGroup(clients.ec2, groupNames.other),
    subnetGroup(clients),
    rds.createDBParameterGroup({
      ...{ DBParameterGroupName: parameters, Description: parameters, DBParameterGroupFamily: 'postgres16' },
    }),
    rds.createDBClusterParameterGroup({
      DBClusterParameterGroupName: clusterParameters,
      DBParameterGroupFamily: 'aurora-postgresql16',
      Description: clusterParameters,
    }),
  ]);
  const common = {
    DBSubnetGroupName: subnets,
    VpcSecurityGroupIds: [own],
    BackupRetentionPeriod: 7,
    PreferredBackupWindow: windows.backup,
    PreferredMaintenanceWindow: windows.maintenance,
    MasterUserPassword: 'correct-horse',
  };
  const instance = {
    ...{ DBInstanceClass: 'db.m6g.large', AllocatedStorage: 20, AvailabilityZone: 'eu-west-1a', MultiAZ: false },
    ...{ PubliclyAccessible: false, AutoMinorVersionUpgrade: true, CACertificateIdentifier: 'rds-ca-rsa2048-g1' },
  };
  await rds.createDBInstance({
    ...{ ...common, ...instance, DBInstanceIdentifier: encrypted, Engine: 'postgres', EngineVersion: '16.4' },
    ...{ StorageType: 'gp3', MaxAllocatedStorage: 100, StorageEncrypted: true, KmsKeyId: key },
    ...{ LicenseModel: 'postgresql-license', MasterUsername: 'postgres', DBParameterGroupName: parameters },
    ...{ CopyTagsToSnapshot: true, Tags: listed(tags) },
  });
  await rds.createDBInstance({
    ...{ ...common, ...instance, DBInstanceIdentifier: plain, Engine: 'mysql', EngineVersion: '8.0.40' },
    ...{ StorageType: 'gp2', MasterUsername: 'admin', DeletionProtection: true },
  });
  await rds.createDBCluster({
    ...{ ...common, DBClusterIdentifier: cluster, Engine: 'aurora-postgresql', EngineVersion: '16.4' },
    ...{ DatabaseName: 'shop', MasterUsername: 'postgres', StorageEncrypted: true, KmsKeyId: key },
    ...{ DBClusterParameterGroupName: clusterParameters, CopyTagsToSnapshot: true, Tags: listed({ Name: 'shop' }) },
  });
  for (const DBInstanceIdentifier of members) {
    await rds.createDBInstance({
      ...{ DBInstanceIdentifier, DBClusterIdentifier: cluster, Engine: 'aurora-postgresql', PromotionTier: 1 },
      ...{ DBInstanceClass: 'db.r6g.large', AvailabilityZone: 'eu-west-1a', PubliclyAccessible: false },
      ...{ PreferredMaintenanceWindow: windows.maintenance, CACertificateIdentifier: 'rds-ca-rsa2048-g1' },
    });
  }
  return { own, other };
}

const listed = (given: Readonly<Record<string, string>>) =>
  Object.entries(given).map(([Key, Value]) => ({ Key, Value }));

async function securityGroup(ec2: EC2, GroupName: string): Promise<string> {
  const { GroupId = '' } = await ec2.createSecurityGroup({ GroupName, Description: GroupName });
  return GroupId;
}

async function subnetGroup({ ec2, rds }: { readonly ec2: EC2; readonly rds: RDS }): Promise<void> {
  const { Subnets = [] } = await ec2.describeSubnets({
    Filters: [{ Name: 'availability-zone', Values: zones.map((zone) => `eu-west-1${zone}`) }],
  });
  await rds.createDBSubnetGroup({
    DBSubnetGroupName: subnets,
    DBSubnetGroupDescription: subnets,
    SubnetIds: Subnets.map(({ SubnetId = '' }) => SubnetId),
  });
}
