import { ResourceNotFoundException } from '@aws-sdk/client-secrets-manager';
import { describe, expect, test } from 'vitest';
import { DatabaseFailure } from '../../src/aws/databases/failure.ts';
import { type Login, loggedIn } from '../../src/aws/databases/login.ts';
import { secretReader } from '../../src/aws/databases/secret.ts';

const at = { engine: 'postgres', host: 'orders.c1.eu-west-1.rds.amazonaws.com', port: 5432, secret: 'orders' } as const;
const never = new AbortController().signal;
const env = { REKEY_DB_USER: 'somebody-else', REKEY_DB_PASSWORD: 'battery staple' };

/** Secrets Manager with these versions by label; `texts` may be changed while it is used. */
function manager(texts: Record<string, string | Error>) {
  const asked: (string | undefined)[] = [];
  const getSecretValue = async ({ VersionStage = 'AWSCURRENT' }: { VersionStage?: string | undefined }) => {
    asked.push(VersionStage);
    const text = texts[VersionStage];
    if (text instanceof Error) throw text;
    if (text === undefined)
      throw new ResourceNotFoundException({
        message: `can't find the specified secret value for staging label: ${VersionStage}`,
        $metadata: { httpStatusCode: 400 },
      });
    return { $metadata: {}, VersionId: text, SecretString: text };
  };
  return { read: secretReader({ getSecretValue } as Parameters<typeof secretReader>[0]), asked };
}

const json = (password: string) => JSON.stringify({ username: 'checker', password, engine: 'postgres' });

/** A database that lets in with one password only. */
function accepting(right: string) {
  const tried: string[] = [];
  const work = async ({ user, password }: Login) => {
    tried.push(password);
    if (password !== right) throw new DatabaseFailure('28P01', 'password authentication failed', true);
    return user;
  };
  return { work, tried };
}

describe('a login that is in Secrets Manager', () => {
  test('is read at each use, in the form that RDS gives it, and that of the environment is not used', async () => {
    const { read, asked } = manager({ AWSCURRENT: json('one') });
    const { work, tried } = accepting('one');
    expect(await loggedIn(at, env, read, never, work)).toBe('checker');
    expect(await loggedIn(at, env, read, never, work)).toBe('checker');
    expect(asked).toEqual(['AWSCURRENT', 'AWSCURRENT']);
    expect(tried).toEqual(['one', 'one']);
  });

  test('is read anew when it was rotated between its reading and the login', async () => {
    const texts = { AWSCURRENT: json('one') };
    const { read } = manager(texts);
    const { work, tried } = accepting('two');
    const rotating = (login: Login) => {
      texts.AWSCURRENT = json('two');
      return work(login);
    };
    expect(await loggedIn(at, env, read, never, rotating)).toBe('checker');
    expect(tried).toEqual(['one', 'two']);
  });

  test('is the pending version while a rotation is under way, and the previous one of a copy from before it', async () => {
    for (const right of ['new', 'old']) {
      const { read } = manager({ AWSCURRENT: json('now'), AWSPENDING: json('new'), AWSPREVIOUS: json('old') });
      expect(await loggedIn(at, env, read, never, accepting(right).work)).toBe('checker');
    }
  });

  test('is refused for good when the database takes no version of it; each is tried once', async () => {
    const { read } = manager({ AWSCURRENT: json('now'), AWSPREVIOUS: json('old') });
    const { work, tried } = accepting('another');
    await expect(loggedIn(at, env, read, never, work)).rejects.toMatchObject({ code: '28P01', final: true });
    expect(tried).toEqual(['now', 'old']);
  });

  test('is not looked for in other versions when the database fails for another reason', async () => {
    const { read, asked } = manager({ AWSCURRENT: json('now'), AWSPREVIOUS: json('old') });
    const failing = async () => {
      throw new DatabaseFailure('57P03', 'the database system is starting up', false);
    };
    await expect(loggedIn(at, env, read, never, failing)).rejects.toMatchObject({ code: '57P03' });
    expect(asked).toEqual(['AWSCURRENT']);
  });

  test('that can not be read is told with its name: for good when it is refused or gone, to be asked again when that may pass', async () => {
    const refused = (name: string, status = 400) =>
      Object.assign(new Error('no'), { name, $metadata: { httpStatusCode: status } });
    const of = (error: Error | undefined) =>
      loggedIn(at, env, manager(error ? { AWSCURRENT: error } : {}).read, never, accepting('x').work);
    const told = expect.stringContaining("the secret orders can't be read");
    for (const name of ['AccessDeniedException', 'DecryptionFailure', 'InvalidRequestException'])
      await expect(of(refused(name)), name).rejects.toMatchObject({ final: true, code: name, message: told });
    await expect(of(undefined)).rejects.toMatchObject({ final: true, code: 'ResourceNotFoundException' });
    await expect(of(refused('ThrottlingException'))).rejects.toMatchObject({ final: false, message: told });
    await expect(of(refused('InternalServiceError', 500))).rejects.toMatchObject({ final: false });
    await expect(of(refused('ExpiredTokenException'))).rejects.not.toBeInstanceOf(DatabaseFailure);
  });

  test('of another form is refused without a word of what is in it', async () => {
    for (const text of [
      'hunter2-not-json',
      '"hunter2"',
      '{"user":"hunter2"}',
      '{"username":"a","password":2}',
      'null',
    ]) {
      const error: unknown = await loggedIn(
        at,
        env,
        manager({ AWSCURRENT: text }).read,
        never,
        accepting('x').work,
      ).catch((caught: unknown) => caught);
      expect(error).toMatchObject({ final: true, code: 'SECRET_FORMAT' });
      expect(String(error) + JSON.stringify(error) + String((error as Error).cause)).not.toContain('hunter2');
    }
  });
});
