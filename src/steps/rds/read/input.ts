import * as z from 'zod';
import { CheckedKeys } from '../../domain.ts';
import { AcceptOfDatabase, Fence, SecretId } from '../domain.ts';

/** What reading a database takes, an instance or a cluster, besides its name. */
export const reading = {
  keys: CheckedKeys,
  fence: Fence,
  writers: z.enum(['none', 'hook']).meta({
    description:
      'what writes from within the database (pg_cron, the event scheduler, subscriptions), which no fence stops: none, or a hook of yours (control.exec) that disables it',
  }),
  credentials: z
    .strictObject({
      secret: SecretId.meta({
        description:
          'JSON with `username` and `password`, as for RDS; read whenever it is needed, with all versions that may be in force',
      }),
    })
    .optional()
    .meta({ description: 'the login for SQL; REKEY_DB_USER and REKEY_DB_PASSWORD when omitted' }),
  accept: AcceptOfDatabase,
} as const;
