import { letsIn } from '../../ec2/security-groups.ts';
import { setPassword } from '../../secretsmanager/passwords.ts';
import { addSecret, newPassword, rotate, secretKeyArn, secretOf } from '../../secretsmanager/secrets.ts';
import { AwsError } from '../../wire/message.ts';
import type { World } from '../../world.ts';
import { clientAddress } from '../clients.ts';
import type { MasterSecret, Resource } from '../model/alike.ts';
import type { RdsScenario } from '../scenario/scenario.ts';

/** A secret for a master password, in Secrets Manager. While it is being created the database has the password of before. */
export function newSecret(
  world: World,
  one: Pick<Resource, 'masterUsername' | 'storage'>,
  key: string | undefined,
  status: 'active' | 'creating' = 'active',
): MasterSecret {
  const secret = addSecret(world, {
    name: `rds!db-${world.uuid()}`,
    keyArn: secretKeyArn(world, key),
    user: one.masterUsername,
    about: {},
    password: newPassword(world),
  });
  const managed: MasterSecret = { arn: secret.arn, keyArn: secret.keyArn, status };
  const set = () => {
    const password = secret.versions.get('AWSCURRENT')?.password;
    if (password !== undefined) setPassword(world, one.storage, one.masterUsername, password);
    managed.status = 'active';
  };
  if (status === 'active') set();
  else world.after(world.seconds(10, 60), set);
  return managed;
}

/** Takes the secret of a master password away, as RDS does with its database, or when it manages the password no more. */
export function dropSecret(world: World, one: Pick<Resource, 'secret'>): void {
  if (one.secret) world.secrets.delete(one.secret.arn);
  one.secret = undefined;
}

/** Has Secrets Manager change the master password. */
export function rotateSecret(world: World, one: Resource): void {
  const managed = one.secret;
  if (!managed || managed.status !== 'active') return;
  managed.status = 'rotating';
  // RDS sets it from within, whatever the security groups let in.
  const set = (password: string) => {
    const { databases, clusters } = world.rds;
    if (!databases.get(clusters.get(one.resourceId)?.writer ?? one.resourceId)?.up) return false;
    setPassword(world, one.storage, one.masterUsername, password);
    return true;
  };
  rotate(world, secretOf(world, managed.arn), set, () => {
    managed.status = 'active';
  });
}

/** Rotates a secret of the operator's: a function in the VPC, beside the clients, logs in to whoever has the name. */
export function rotateNamedSecret(world: World, id: string): void {
  const secret = secretOf(world, id);
  if (secret.versions.has('AWSPENDING'))
    throw new AwsError('InvalidRequestException', 'A previous rotation is not complete.');
  const set = (password: string) => {
    const holder = [...world.rds.databases.values()].find(
      (one) => one.identifier === secret.about['dbInstanceIdentifier'],
    );
    if (!holder?.up || !letsIn(world, holder.groupsInForce, clientAddress, holder.settings.Port)) return false;
    setPassword(world, holder.storage, secret.user, password);
    return true;
  };
  rotate(world, secret, set, () => {});
}

/** The secrets that a scenario declares. */
export function foundSecrets(world: World, declared: RdsScenario['secrets']): void {
  for (const { name, database, user, password, key } of declared) {
    const of = [...world.rds.databases.values()].find((one) => one.identifier === database);
    if (!of) continue;
    const about = { engine: of.engine, host: of.address ?? '', port: of.settings.Port, dbInstanceIdentifier: database };
    const first = password ?? newPassword(world);
    addSecret(world, { name, keyArn: secretKeyArn(world, key), user, about, password: first });
    setPassword(world, of.storage, user, first);
  }
}
