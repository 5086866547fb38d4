import type { World } from '../world.ts';
import type { Database } from './model.ts';

/** A secret for a master password, in Secrets Manager. */
export function newSecret(world: World, key: string | undefined): NonNullable<Database['secret']> {
  const keyArn =
    (key === undefined ? undefined : world.findKey(key)?.arn) ?? world.arn('kms', 'alias/aws/secretsmanager');
  return {
    arn: world.arn('secretsmanager', `secret:rds!${world.uuid()}-${world.ids.hex(6)}`),
    keyArn,
    status: 'active',
  };
}

/** Has Secrets Manager change the master password. */
export function rotateSecret(world: World, database: Database): void {
  const { secret } = database;
  if (!secret) return;
  secret.status = 'rotating';
  world.after(world.seconds(20, 60), () => {
    secret.status = 'active';
  });
}
