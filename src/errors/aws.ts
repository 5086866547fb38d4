import { entry } from './entry.ts';

/** Errors of the platform as a whole. */
export const awsErrors = {
  'aws-stopped': entry({
    title: 'AWS does not let this process go on',
    exit: 1,
    message: (p: { code: string; message: string }) => `AWS answered ${p.code}: ${p.message}`,
    hint: () => 'refresh the credentials (AWS_PROFILE, SSO login, role) and resume; nothing was undone meanwhile',
  }),
  'database-credentials-absent': entry({
    title: 'Nothing to log in to a database with',
    exit: 1,
    message: (p: { missing: readonly string[] }) =>
      `the plan asks a database in SQL, and ${p.missing.join(' and ')} ${p.missing.length > 1 ? 'are' : 'is'} not set`,
    hint: () =>
      'set REKEY_DB_USER and REKEY_DB_PASSWORD, of somebody who sees all sessions (pg_monitor, PROCESS) and may read what is compared',
  }),
  'database-ca-unreadable': entry({
    title: 'The root certificates for databases can not be read',
    exit: 1,
    message: (p: { path: string; reason: string }) => `REKEY_DB_CA names ${p.path}: ${p.reason}`,
    hint: () => 'let REKEY_DB_CA name a PEM file, or unset it: the roots of RDS and of Node are known without',
  }),
  'resolver-refused': entry({
    title: 'REKEY_RESOLVER is not that of a simulated account',
    exit: 1,
    message: (p: { resolver: string; why: string }) => `REKEY_RESOLVER is ${JSON.stringify(p.resolver)}, but ${p.why}`,
    hint: () => 'copy it anew from what `rekey simulate` printed; unset it for a real account',
  }),
};
