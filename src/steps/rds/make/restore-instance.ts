import * as z from 'zod';
import { defineEffect } from '../../../aws/services.ts';
import { marker, tagValue } from '../../../aws/tags.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { parametersFor } from '../carry/instance.ts';
import { Database, MadeDatabase, MadeDatabaseSnapshot } from '../domain.ts';
import { brokenStatus, isGoing, isSettled } from '../status.ts';
import { bornAs, bornClaimed, tagsOfMade } from './born.ts';

const input = z.strictObject({ instance: Database, snapshot: MadeDatabaseSnapshot });

/** Makes the replacement from the copy that is under the new key: fenced from birth, with every setting given. */
export const restoreInstance = defineEffect({
  type: 'rds.restore-instance',
  hazard: 'additive',
  call: 'rds:RestoreDBInstanceFromDBSnapshot',
  creates: (output) => [output.id],
  repeat: 'token',
  settleWithinMs: settleWithinMs.database,
  permissions: [
    'rds:RestoreDBInstanceFromDBSnapshot',
    'rds:AddTagsToResource',
    'rds:DescribeDBInstances',
    'rds:DescribeDBSnapshots',
    'kms:CreateGrant',
    'kms:DescribeKey',
  ],
  input,
  output: MadeDatabase,
  title: (input) => `restore ${input.instance.name} under the new key`,
  async look(ctx, input, known) {
    const name = bornAs(ctx);
    const all = await ctx.aws.sight.databases();
    const made = all.find((one) => (known ? one.DbiResourceId === known.id : one.DBInstanceIdentifier === name));
    if (!made?.DbiResourceId || isGoing(made)) return { is: 'absent' };
    const token = tagValue(made.TagList, marker.token);
    // Tags of something new may show later than the thing itself.
    if (token === undefined && (made.TagList ?? []).length === 0) return { is: 'absent' };
    if (token !== ctx.token) return { is: 'failed', reason: `${name} was not made by this run` };
    const output = { id: made.DbiResourceId, original: input.instance.id, name };
    const broken = brokenStatus(made);
    if (broken !== undefined) return { is: 'failed', output, reason: `AWS accepted the restore, and ${broken}` };
    return isSettled(made) && made.Endpoint?.Address !== undefined ? { is: 'done', output } : { is: 'pending', output };
  },
  async run(ctx, { instance, snapshot }) {
    const name = bornAs(ctx);
    const answer = await ctx.aws.rds.restoreDBInstanceFromDBSnapshot({
      ...parametersFor('restore', instance.settings),
      DBInstanceIdentifier: name,
      DBSnapshotIdentifier: snapshot.id,
      // Its size is left out: it is that of the snapshot.
      VpcSecurityGroupIds: [instance.fence],
      DeletionProtection: false,
      // Nothing that AWS shows of an instance tells what it was restored from.
      Tags: [...tagsOfMade(ctx, { original: instance.id, tags: instance.tags, source: snapshot.id }), bornClaimed(ctx)],
    });
    const id = answer.DBInstance?.DbiResourceId;
    return id === undefined ? undefined : { id, original: instance.id, name };
  },
  undo: (_input, output) => (output ? [{ uses: 'rds.discard-instance', with: { database: output.id } }] : []),
  replaces: (input, output) => ({ original: input.instance.id, replacement: output.id }),
  keeps: ({ instance: { settings }, snapshot }) => ({
    instances: [`${settings['DBInstanceClass']}${settings['MultiAZ'] === true ? ' (Multi-AZ)' : ''}`],
    storage: { GiB: snapshot.storageGiB ?? 0, type: String(settings['StorageType']) },
  }),
});
