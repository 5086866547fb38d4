import { z } from 'zod';
import { note, somebody } from '../../cloudtrail/record.ts';
import type { World } from '../../world.ts';
import { clusterKind } from '../kinds/cluster.ts';
import { rotateSecret } from '../life/secrets.ts';
import { trulyNamed } from '../naming/find.ts';
import { call } from './deeds.ts';

const text = z.string().min(1);

/** What other people make of databases and switch on: replicas, managed passwords, the Data API, roles. Named as in the other actions. */
export const switchActionsWith = <S extends z.ZodRawShape>(extra: S) =>
  [
    z.strictObject({ ...extra, do: z.literal('create-replica'), database: text, replica: text }),
    z.strictObject({ ...extra, do: z.literal('promote-replica'), database: text }),
    z.strictObject({ ...extra, do: z.literal('manage-database-password'), database: text }),
    z.strictObject({ ...extra, do: z.literal('manage-cluster-password'), cluster: text }),
    z.strictObject({ ...extra, do: z.literal('rotate-cluster-secret'), cluster: text }),
    z.strictObject({ ...extra, do: z.literal('enable-data-api'), cluster: text }),
    z.strictObject({ ...extra, do: z.literal('add-database-role'), database: text, role: text, feature: text }),
    z.strictObject({ ...extra, do: z.literal('remove-database-role'), database: text, role: text, feature: text }),
    z.strictObject({ ...extra, do: z.literal('add-cluster-role'), cluster: text, role: text, feature: text }),
    z.strictObject({ ...extra, do: z.literal('remove-cluster-role'), cluster: text, role: text, feature: text }),
  ] as const;

const actionSchema = z.discriminatedUnion('do', switchActionsWith({}));
export type SwitchAction = z.output<typeof actionSchema>;

const names: ReadonlySet<string> = new Set(switchActionsWith({}).map((one) => one.shape.do.value));

export function isSwitchAction(action: { readonly do: string }): action is SwitchAction {
  return names.has(action.do);
}

/** Carries the action out, as the API call that it is. Throws AwsError when the account refuses it. */
export function actOnSwitch(world: World, action: SwitchAction): void {
  switch (action.do) {
    case 'create-replica':
      call(world, 'CreateDBInstanceReadReplica', {
        SourceDBInstanceIdentifier: databaseName(world, action.database),
        DBInstanceIdentifier: action.replica,
      });
      break;
    case 'promote-replica':
      call(world, 'PromoteReadReplica', { DBInstanceIdentifier: databaseName(world, action.database) });
      break;
    case 'manage-database-password':
      call(world, 'ModifyDBInstance', {
        DBInstanceIdentifier: databaseName(world, action.database),
        ManageMasterUserPassword: true,
      });
      break;
    case 'manage-cluster-password':
      call(world, 'ModifyDBCluster', {
        ...clusterNamed(world, action.cluster),
        ManageMasterUserPassword: true,
      });
      break;
    case 'rotate-cluster-secret':
      rotateSecret(world, trulyNamed(world, clusterKind, action.cluster));
      break;
    case 'add-database-role':
    case 'remove-database-role':
      call(world, action.do === 'add-database-role' ? 'AddRoleToDBInstance' : 'RemoveRoleFromDBInstance', {
        DBInstanceIdentifier: databaseName(world, action.database),
        ...roleIn(action),
      });
      break;
    case 'add-cluster-role':
    case 'remove-cluster-role':
      call(world, action.do === 'add-cluster-role' ? 'AddRoleToDBCluster' : 'RemoveRoleFromDBCluster', {
        ...clusterNamed(world, action.cluster),
        ...roleIn(action),
      });
      break;
    case 'enable-data-api': {
      // An operation of its own for clusters that are not Serverless v1; it asks nobody, and is done at once.
      const cluster = trulyNamed(world, clusterKind, action.cluster);
      cluster.settings = { ...cluster.settings, HttpEndpointEnabled: true };
      const input = { ResourceArn: clusterKind.arn(world, cluster.identifier) };
      note(world, { service: 'rds', name: 'EnableHttpEndpoint', input }, somebody(world), { output: {} });
    }
  }
}

const clusterNamed = (world: World, name: string) => ({
  DBClusterIdentifier: trulyNamed(world, clusterKind, name).identifier,
});

const roleIn = ({ role, feature }: { readonly role: string; readonly feature: string }) => ({
  RoleArn: role,
  FeatureName: feature,
});

function databaseName(world: World, name: string): string {
  return world.rds.databases.get(name)?.identifier ?? name;
}
