import type { CreateDBInstanceReadReplicaMessage } from '@aws-sdk/client-rds';
import * as z from 'zod';
import { defineEffect } from '../../../aws/services.ts';
import { marker, tagValue } from '../../../aws/tags.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { parametersFor } from '../carry/instance.ts';
import { Database, FinalDatabaseVerdict, MadeDatabase } from '../domain.ts';
import { nameOf } from '../found.ts';
import { instances } from '../kinds/instance.ts';
import { brokenStatus, isGoing, isSettled } from '../status.ts';
import { bornAs, tagsOfMade } from './born.ts';

const input = z.strictObject({ replica: Database, verdict: FinalDatabaseVerdict });

// Of what a restore takes, a replica in its source's Region takes these; its groups of parameters and options are the source's.
const taken = [
  'DBInstanceClass',
  'AvailabilityZone',
  'Port',
  'MultiAZ',
  'AutoMinorVersionUpgrade',
  'Iops',
  'StorageThroughput',
  'PubliclyAccessible',
  'StorageType',
  'CopyTagsToSnapshot',
  'EnableIAMDatabaseAuthentication',
  'EnableCloudwatchLogsExports',
  'ProcessorFeatures',
  'EnableCustomerOwnedIp',
  'NetworkType',
  'DedicatedLogVolume',
  'CACertificateIdentifier',
] as const satisfies readonly (keyof CreateDBInstanceReadReplicaMessage)[];

/** Makes a read replica of the new instance like one of the original. Without another key named it has that of its source. */
export const createReadReplica = defineEffect({
  type: 'rds.create-read-replica',
  hazard: 'additive',
  call: 'rds:CreateDBInstanceReadReplica',
  creates: (output) => [output.id],
  repeat: 'token',
  settleWithinMs: settleWithinMs.database,
  permissions: [
    'rds:CreateDBInstanceReadReplica',
    'rds:AddTagsToResource',
    'rds:DescribeDBInstances',
    'kms:CreateGrant',
    'kms:DescribeKey',
  ],
  input,
  output: MadeDatabase,
  title: (input) => `read replica ${input.replica.name} of the new ${input.verdict.name}`,
  async look(ctx, { replica, verdict }, known) {
    const name = bornAs(ctx);
    const all = await ctx.aws.sight.databases();
    const made = all.find((one) => (known ? one.DbiResourceId === known.id : one.DBInstanceIdentifier === name));
    const source = all.find((one) => one.DbiResourceId === verdict.replacement);
    if (!source) return { is: 'failed', reason: `${verdict.replacement} is gone` };
    if (!made?.DbiResourceId || isGoing(made)) return { is: 'absent' };
    const token = tagValue(made.TagList, marker.token);
    // Tags of something new may show later than the thing itself.
    if (token === undefined && (made.TagList ?? []).length === 0) return { is: 'absent' };
    if (token !== ctx.token) return { is: 'failed', reason: `${name} was not made by this run` };
    const output = { id: made.DbiResourceId, original: replica.id, name };
    const broken = brokenStatus(made);
    if (broken !== undefined) return { is: 'failed', output, reason: `AWS accepted it, and ${broken}` };
    return isSettled(made) && made.Endpoint?.Address !== undefined ? { is: 'done', output } : { is: 'pending', output };
  },
  async run(ctx, { replica, verdict }) {
    const name = bornAs(ctx);
    const parameters: Readonly<Record<string, unknown>> = { ...parametersFor('restore', replica.settings) };
    const answer = await ctx.aws.rds.createDBInstanceReadReplica({
      ...Object.fromEntries(taken.flatMap((one) => (parameters[one] === undefined ? [] : [[one, parameters[one]]]))),
      DBInstanceIdentifier: name,
      SourceDBInstanceIdentifier: nameOf(ctx, instances, verdict.replacement),
      VpcSecurityGroupIds: replica.securityGroups,
      Tags: tagsOfMade(ctx, { original: replica.id, tags: replica.tags, source: verdict.replacement }),
    });
    const id = answer.DBInstance?.DbiResourceId;
    return id === undefined ? undefined : { id, original: replica.id, name };
  },
  undo: (_input, output) => (output ? [{ uses: 'rds.discard-instance', with: { database: output.id } }] : []),
  replaces: (input, output) => ({ original: input.replica.id, replacement: output.id, beside: true }),
});
