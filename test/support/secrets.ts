import { failureOf } from '../../src/aws/databases/failure.ts';
import { loggedIn } from '../../src/aws/databases/login.ts';
import { secretReader } from '../../src/aws/databases/secret.ts';
import type { AwsServices } from '../../src/aws/services.ts';
import type { Databases } from '../../src/contract/databases.ts';
import { simulatedDatabases } from '../../src/simulator/rds/sql.ts';
import type { World } from './world.ts';

/** The account's databases behind their logins: that of the plan's secret, or of an environment in which there is a stranger's. */
export function withLogins(world: World) {
  return (aws: () => AwsServices): Databases => {
    const databases = simulatedDatabases(world.account);
    return {
      query: (at, statement, signal) =>
        loggedIn(at, {}, secretReader(aws().secretsmanager), signal, async (login) => {
          try {
            return await databases.query(at, statement, signal, login);
          } catch (error) {
            throw failureOf(error, at, login);
          }
        }),
    };
  };
}

/** Every password that any version of any secret in the account has. */
export function passwordsIn(world: World): string[] {
  return [...world.account.world.secrets.values()].flatMap(({ versions }) =>
    [...versions.values()].map(({ password }) => password),
  );
}
