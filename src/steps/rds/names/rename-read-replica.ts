import * as z from 'zod';
import { defineEffect } from '../../../aws/services.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { DatabaseId, DatabaseName } from '../domain.ts';
import { nameOf } from '../found.ts';
import { instances } from '../kinds/instance.ts';
import { lookAtRename } from './rename.ts';

/** Renames a read replica, old or new, and waits until its endpoint has followed. The target serves meanwhile. */
export const renameReadReplica = defineEffect({
  type: 'rds.rename-read-replica',
  hazard: 'additive',
  call: 'rds:ModifyDBInstance',
  creates: 'nothing',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.databaseChange,
  permissions: ['rds:ModifyDBInstance', 'rds:DescribeDBInstances'],
  input: z.strictObject({ database: DatabaseId, from: DatabaseName, to: DatabaseName }),
  output: z.strictObject({ database: DatabaseId, name: DatabaseName }),
  title: (input) => `rename replica ${input.from} to ${input.to}`,
  look: (ctx, input) =>
    lookAtRename(ctx, instances, input.database, input, { database: input.database, name: input.to }),
  async run(ctx, input) {
    await instances.rename(ctx, nameOf(ctx, instances, input.database), input.to);
    return undefined;
  },
  undo: (input) => [
    { uses: 'rds.rename-read-replica', with: { database: input.database, from: input.to, to: input.from } },
  ],
});
