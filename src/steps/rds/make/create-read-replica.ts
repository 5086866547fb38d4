import type { CreateDBInstanceReadReplicaMessage } from '@aws-sdk/client-rds';
import * as z from 'zod';
import { defineEffect } from '../../../aws/services.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { parametersFor } from '../carry/instance.ts';
import { Database, FinalDatabaseVerdict, MadeDatabase } from '../domain.ts';
import { nameOf } from '../found.ts';
import { askedOf } from '../in-report.ts';
import { instances } from '../kinds/instance.ts';
import { replicaNow } from '../read/read-replicas.ts';
import { bornAmong, bornAs, seenBorn, tagsOfMade } from './born.ts';

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

/** Makes a read replica of the new instance like one of the original. It gets the key of its source, unless another key is named. */
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
    const all = await ctx.aws.sight.databases();
    const source = all.find((one) => one.DbiResourceId === verdict.replacement);
    if (!source) return { is: 'failed', reason: `${verdict.replacement} is gone` };
    const made = bornAmong(ctx, all, known);
    return made ? seenBorn(ctx, made, known, { original: replica.id, accepted: 'it' }) : { is: 'absent' };
  },
  async run(ctx, { replica: read, verdict }) {
    const name = bornAs(ctx);
    const replica = replicaNow(ctx.aws.sight.lastSeen(), read);
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
  asked: ({ replica }) => askedOf(replica),
  replaces: (input, output) => ({ original: input.replica.id, replacement: output.id, beside: true }),
});
