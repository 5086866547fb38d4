import { entry } from './entry.ts';

/** Errors of the platform as a whole. */
export const awsErrors = {
  'aws-stopped': entry({
    title: 'AWS does not let this process continue',
    exit: 1,
    message: (p: { code: string; message: string }) => `AWS answered ${p.code}: ${p.message}`,
    hint: () => 'refresh the credentials (AWS_PROFILE, SSO login, role) and resume; nothing was undone meanwhile',
  }),
  'database-credentials-absent': entry({
    title: 'There is no login for the database',
    exit: 1,
    message: (p: { missing: readonly string[] }) =>
      `the plan asks a database in SQL, but ${p.missing.join(' and ')} ${p.missing.length > 1 ? 'are' : 'is'} not set`,
    hint: () =>
      'set REKEY_DB_USER and REKEY_DB_PASSWORD to a login that sees all sessions (pg_monitor, PROCESS) and may read what is compared',
  }),
  'database-ca-unreadable': entry({
    title: "The root certificates for databases can't be read",
    exit: 1,
    message: (p: { path: string; reason: string }) => `REKEY_DB_CA names ${p.path}: ${p.reason}`,
    hint: () => 'set REKEY_DB_CA to a PEM file, or unset it: rekey then uses the root certificates of RDS and of Node',
  }),
  'resolver-refused': entry({
    title: 'REKEY_RESOLVER is not the address of a simulated account',
    exit: 1,
    message: (p: { resolver: string; why: string }) => `REKEY_RESOLVER is ${JSON.stringify(p.resolver)}, but ${p.why}`,
    hint: () => 'copy it again from what `rekey simulate` printed; unset it for a real account',
  }),
};
