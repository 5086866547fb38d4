import { z } from 'zod';
import type { Problem } from '../../checking.ts';
import { wrongWindows } from '../rules/spans.ts';

export const groupId = z.string().regex(/^sg-(?:[0-9a-f]{8}|[0-9a-f]{17})$/, 'must be an id like sg-0123456789abcdef0');
export const identifier = z
  .string()
  .max(63)
  .regex(/^[a-z](?:-?[a-z0-9])*$/, 'must be an identifier in lower case, like orders or orders-2');
export const tags = z.record(z.string().min(1).max(128), z.string().max(256)).default({});
export const role = z.strictObject({ role: z.string().min(1), feature: z.string().min(1) });

export const performanceInsights = z.strictObject({
  key: z.string().min(1).optional(),
  retentionDays: z.int().default(7),
});
export const monitoring = z.strictObject({ everySeconds: z.int().positive(), role: z.string().min(1) });
/** Maintenance that waits; by itself after so many days, if a number is given. */
export const maintenance = z
  .array(z.strictObject({ action: z.string().min(1), inDays: z.number().positive().optional() }))
  .default([]);
/** Applications that write through the endpoint's name. */
export const workload = z.strictObject({
  everySeconds: z.number().positive(),
  sessions: z.int().positive().default(2),
  /** Sessions besides that only read, through the reader endpoint of a cluster. */
  readers: z.int().nonnegative().default(0),
  pooled: z.boolean().default(true),
  cacheSeconds: z.number().nonnegative().default(30),
});
export type Workload = z.output<typeof workload>;

/** The windows of a database or a cluster, and what else follows them in both. */
export const windowKeys = {
  backupWindow: z.string().default('01:00-01:30'),
  maintenanceWindow: z.string().default('mon:03:00-mon:03:30'),
  iamAuth: z.boolean().default(false),
  logExports: z.array(z.string().min(1)).default([]),
};

export const databaseResourceId = z
  .string()
  .regex(/^db-[A-Z0-9]{26}$/, 'must be a resource id like db-ABCDEFGHIJKLMNOPQRSTUVWXYZ')
  .optional();

/** A snapshot, whatever it is of. */
export const snapshotKeys = {
  type: z.enum(['manual', 'automated']).default('manual'),
  status: z.enum(['available', 'failed']).default('available'),
  sharedWith: z.array(z.string().min(1)).default([]),
  tags,
};

/** The key that RDS uses when none is named; every account with databases has it. */
export const managedRdsKeyAlias = 'alias/aws/rds';

/** What is wrong with the windows that a scenario gives. */
export function windowProblems(
  given: { readonly backupWindow?: string; readonly maintenanceWindow: string },
  path: Problem['path'],
): Problem[] {
  const keys = { PreferredBackupWindow: 'backupWindow', PreferredMaintenanceWindow: 'maintenanceWindow' };
  const windows = { PreferredBackupWindow: given.backupWindow, PreferredMaintenanceWindow: given.maintenanceWindow };
  return wrongWindows(windows).map(({ of, message }) => ({ path: [...path, keys[of]], message }));
}
