import type { GetSecretValueRequest } from '@aws-sdk/client-secrets-manager';
import { required } from '../ec2/select.ts';
import { type Operations, operation } from '../operation.ts';
import { AwsError } from '../wire/message.ts';
import type { World } from '../world.ts';
import type { Label, Secret, Version } from './model.ts';

const managedKey = 'alias/aws/secretsmanager';

/** The ARN of the key of a secret for which this one was named. */
export function secretKeyArn(world: World, key: string | undefined): string {
  return (key === undefined ? undefined : world.findKey(key)?.arn) ?? world.arn('kms', managedKey);
}

/** A new secret with its first version. */
export function addSecret(
  world: World,
  { name, password, ...rest }: Omit<Secret, 'arn' | 'versions'> & { readonly password: string },
): Secret {
  const arn = world.arn('secretsmanager', `secret:${name}-${world.ids.hex(6)}`);
  const secret: Secret = { arn, name, ...rest, versions: new Map([['AWSCURRENT', version(world, password)]]) };
  world.secrets.set(arn, secret);
  return secret;
}

export function newPassword(world: World): string {
  return `simulated-${world.ids.hex(24)}`;
}

function version(world: World, password: string): Version {
  return { id: world.uuid(), password, created: world.time };
}

/** By ARN or name. Throws ResourceNotFoundException. */
export function secretOf(world: World, id: string | undefined): Secret {
  const given = required(id, 'SecretId');
  for (const secret of world.secrets.values()) if (secret.arn === given || secret.name === given) return secret;
  throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
}

/**
 * Rotates a secret in the steps of AWS (create, set, finish): a pending version first, then the password in the database,
 * then the labels. `set` says whether the database took it; if it did not, the version stays pending.
 */
export function rotate(world: World, secret: Secret, set: (password: string) => boolean, ended: () => void): void {
  const next = version(world, newPassword(world));
  const [pendingMs, setMs, endMs] = [world.seconds(2, 10), world.seconds(5, 20), world.seconds(2, 10)];
  world.after(pendingMs, () => secret.versions.set('AWSPENDING', next));
  world.after(pendingMs + setMs, () => {
    if (!world.secrets.has(secret.arn) || !set(next.password)) return;
    world.after(endMs, () => {
      const before = secret.versions.get('AWSCURRENT');
      if (before) secret.versions.set('AWSPREVIOUS', before);
      secret.versions.set('AWSCURRENT', next);
      secret.versions.delete('AWSPENDING');
      ended();
    });
  });
}

function getSecretValue(world: World, input: GetSecretValueRequest): object {
  const secret = secretOf(world, input.SecretId);
  const key = world.findKey(secret.keyArn);
  // The key that AWS manages for it is in no scenario.
  if (secret.keyArn !== world.arn('kms', managedKey) && !world.usable(key))
    throw new AwsError(
      'DecryptionFailure',
      "Secrets Manager can't decrypt the protected secret text using the provided KMS key.",
    );
  const label = input.VersionStage ?? 'AWSCURRENT';
  const labels = [...secret.versions].filter(
    ([name, one]) => one.id === (input.VersionId ?? secret.versions.get(label as Label)?.id) && name !== undefined,
  );
  const [found] = labels;
  if (!found || (input.VersionStage !== undefined && !labels.some(([name]) => name === label)))
    throw new AwsError(
      'ResourceNotFoundException',
      `Secrets Manager can't find the specified secret value for staging label: ${label}`,
    );
  const { id, password, created } = found[1];
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: id,
    VersionStages: labels.map(([name]) => name),
    CreatedDate: new Date(created),
    SecretString: JSON.stringify({ username: secret.user, password, ...secret.about }),
  };
}

/** The operations of Secrets Manager that the account models: those that read a secret. */
export const secretOperations: Operations = {
  GetSecretValue: operation<GetSecretValueRequest>(['SecretId', 'VersionId', 'VersionStage'], getSecretValue),
};
