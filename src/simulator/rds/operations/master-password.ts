import type { ModifyDBClusterMessage, ModifyDBInstanceMessage } from '@aws-sdk/client-rds';
import { setPassword } from '../../secretsmanager/passwords.ts';
import { secretKeyArn } from '../../secretsmanager/secrets.ts';
import type { World } from '../../world.ts';
import { dropSecret, newSecret, rotateSecret } from '../life/secrets.ts';
import type { Resource } from '../model/alike.ts';
import { refusals } from '../rules/refusals.ts';

type Message = Pick<
  ModifyDBInstanceMessage & ModifyDBClusterMessage,
  | 'ApplyImmediately'
  | 'MasterUserPassword'
  | 'ManageMasterUserPassword'
  | 'RotateMasterUserPassword'
  | 'MasterUserSecretKmsKeyId'
>;

/** Throws what forbids it to change the master password of an instance or a cluster in this way. */
export function checkSecret(world: World, { secret }: Resource, input: Message): void {
  const { ManageMasterUserPassword: manage, MasterUserSecretKmsKeyId: key, MasterUserPassword: password } = input;
  if (input.RotateMasterUserPassword && !secret && !manage)
    throw refusals.combination('The password is not managed in AWS Secrets Manager.');
  if (input.RotateMasterUserPassword && !input.ApplyImmediately)
    throw refusals.combination('You must specify apply immediately when rotating the master user password.');
  if (manage && password !== undefined)
    throw refusals.combination('You can not specify MasterUserPassword when ManageMasterUserPassword is true.');
  if (manage === false && secret && password === undefined)
    throw refusals.combination('MasterUserPassword is required when you turn off ManageMasterUserPassword.');
  if (password !== undefined && secret && manage !== false)
    throw refusals.combination(
      'You can not specify MasterUserPassword while the password is managed in AWS Secrets Manager.',
    );
  if (key === undefined) return;
  if (!manage || secret)
    throw refusals.combination(
      'MasterUserSecretKmsKeyId can be specified only when ManageMasterUserPassword is turned on.',
    );
  const found = world.findKey(key);
  if (!world.usable(found) && key !== secretKeyArn(world, undefined)) throw refusals.key(key);
}

/** Whether it is a new password: Secrets Manager makes one when it is turned on. */
export function isNewPassword({ secret }: Resource, input: Message): boolean {
  return input.MasterUserPassword !== undefined || (input.ManageMasterUserPassword === true && !secret);
}

/** Does what the call asks for with the master password. */
export function manageSecret(world: World, one: Resource, input: Message): void {
  if (input.ManageMasterUserPassword === false) dropSecret(world, one);
  if (input.ManageMasterUserPassword === true && !one.secret)
    one.secret = newSecret(world, one, input.MasterUserSecretKmsKeyId, 'creating');
  if (input.MasterUserPassword !== undefined)
    setPassword(world, one.storage, one.masterUsername, input.MasterUserPassword);
  if (input.RotateMasterUserPassword) rotateSecret(world, one);
}
