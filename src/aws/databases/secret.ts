import type { SecretsManager } from '@aws-sdk/client-secrets-manager';
import { classify } from '../outage.ts';
import { DatabaseFailure } from './failure.ts';
import type { Login, ReadSecret } from './login.ts';

/** Reads logins from Secrets Manager, in the form that RDS and its rotation give them: JSON with `username` and `password`. */
export function secretReader(client: Pick<SecretsManager, 'getSecretValue'>): ReadSecret {
  return async (secret, stage, signal) => {
    try {
      const { VersionId = '', SecretString } = await client.getSecretValue(
        { SecretId: secret, VersionStage: stage },
        { abortSignal: signal },
      );
      return { version: VersionId, login: loginIn(secret, SecretString) };
    } catch (error) {
      signal.throwIfAborted();
      const outage = error instanceof DatabaseFailure ? undefined : classify(error);
      if (!outage || outage.class === 'stop-run') throw error;
      // No version has this label: outside a rotation none is pending.
      if (outage.code === 'ResourceNotFoundException' && stage !== 'AWSCURRENT') return undefined;
      const passing = outage.class === 'retry' || outage.class === 'in-doubt' || outage.class === 'wait';
      throw new DatabaseFailure(
        outage.code,
        `the secret ${secret} can't be read (${outage.code}: ${outage.message})`,
        !passing,
      );
    }
  };
}

function loginIn(secret: string, text: string | undefined): Login {
  const { username, password } = membersOf(text);
  if (typeof username === 'string' && username && typeof password === 'string' && password)
    return { user: username, password, from: `the secret ${secret}` };
  // What is in it is told to nobody.
  throw new DatabaseFailure('SECRET_FORMAT', `the secret ${secret} is not JSON with "username" and "password"`, true);
}

function membersOf(text: string | undefined): { readonly username?: unknown; readonly password?: unknown } {
  try {
    const value: unknown = JSON.parse(text ?? 'null');
    return typeof value === 'object' && value !== null ? value : {};
  } catch (error) {
    // Its message quotes the text.
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
