import type { DatabaseAddress } from '../../contract/databases.ts';
import { problem } from '../../errors/index.ts';
import { DatabaseFailure } from './failure.ts';

/** Who logs in to a database. */
export interface Login {
  readonly user: string;
  readonly password: string;
  /** Where it comes from, for the operator. */
  readonly from: string;
}

/** The staging labels of Secrets Manager. */
type SecretStage = 'AWSCURRENT' | 'AWSPENDING' | 'AWSPREVIOUS';

/** Reads the login in one version of a secret; undefined when no version has the label. Throws a DatabaseFailure, or what stops the run. */
export type ReadSecret = (
  secret: string,
  stage: SecretStage,
  signal: AbortSignal,
) => Promise<{ readonly version: string; readonly login: Login } | undefined>;

/** The login of the environment. Throws `database-credentials-absent`. */
function loginOf({ REKEY_DB_USER: user, REKEY_DB_PASSWORD: password }: NodeJS.ProcessEnv): Login {
  if (user && password) return { user, password, from: 'REKEY_DB_USER' };
  const missing = [user ? [] : ['REKEY_DB_USER'], password ? [] : ['REKEY_DB_PASSWORD']].flat();
  throw problem('database-credentials-absent', { missing });
}

// Current twice: it may have been rotated between its reading and the login. In the middle of a rotation the database has the
// pending password already, and what was restored from a snapshot of before still has the previous one.
const stages: readonly SecretStage[] = ['AWSCURRENT', 'AWSCURRENT', 'AWSPENDING', 'AWSPREVIOUS'];

/**
 * Does `work` with the login for `at`: that of its secret, read anew each time and kept nowhere, or else that of the
 * environment. A password that the database refuses is followed by the other versions of the secret.
 */
export async function loggedIn<T>(
  at: DatabaseAddress,
  env: NodeJS.ProcessEnv,
  read: ReadSecret | undefined,
  signal: AbortSignal,
  work: (login: Login) => Promise<T>,
): Promise<T> {
  if (at.secret === undefined) return work(loginOf(env));
  if (!read) throw new Error('a secret is named, and nothing reads secrets');
  const tried = new Set<string>();
  let refused: DatabaseFailure | undefined;
  for (const stage of stages) {
    const found = await read(at.secret, stage, signal);
    if (!found || tried.has(found.version)) continue;
    tried.add(found.version);
    try {
      return await work(found.login);
    } catch (error) {
      if (!(error instanceof DatabaseFailure) || !error.refusesLogin) throw error;
      refused ??= error;
    }
  }
  throw refused ?? new DatabaseFailure('SECRET_EMPTY', `the secret ${at.secret} has no current version`, true);
}
