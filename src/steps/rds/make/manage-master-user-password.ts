import type { DBInstance } from '@aws-sdk/client-rds';
import * as z from 'zod';
import { type AwsContext, defineEffect } from '../../../aws/services.ts';
import type { Seen } from '../../../contract/step.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { KeyArn } from '../../domain.ts';
import { Database, DatabaseId, MadeDatabase, SecretId } from '../domain.ts';
import { nameOf } from '../found.ts';
import { instances } from '../kinds/instance.ts';
import { brokenStatus, isSettled } from '../status.ts';

const input = z.strictObject({
  instance: Database,
  replacement: MadeDatabase,
  key: KeyArn.optional().meta({
    description:
      'the key of the new secret; that of the old one when omitted, or the new key if that is the one to leave',
  }),
});
type Input = z.infer<typeof input>;

const output = z
  .strictObject({ database: DatabaseId, secret: SecretId.meta({ description: 'the ARN of the new one' }) })
  .meta({ id: 'ManagedMasterUserPassword' });

/** Has RDS manage the master password of the replacement as it did that of the original: a new password in a new secret, whose ARN rekey prints. */
export const manageMasterUserPassword = defineEffect({
  type: 'rds.manage-master-user-password',
  hazard: 'additive',
  call: 'rds:ModifyDBInstance',
  creates: 'nothing',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.databaseChange,
  permissions: [
    'rds:ModifyDBInstance',
    'rds:DescribeDBInstances',
    'secretsmanager:CreateSecret',
    'secretsmanager:TagResource',
    'kms:DescribeKey',
    'kms:CreateGrant',
    'kms:Decrypt',
    'kms:GenerateDataKey',
  ],
  input,
  output,
  title: (input) => `master password of ${input.replacement.name} in a secret of its own`,
  async look(ctx, input) {
    const database = input.replacement.id;
    const old = input.instance.masterUserSecret;
    if (!old) return { is: 'failed', reason: `RDS did not manage the master password of ${input.instance.name}` };
    const instance = await ctx.aws.sight.database(database);
    if (!instance) return { is: 'failed', reason: `${database} is gone` };
    const broken = brokenStatus(instance);
    if (broken !== undefined) return { is: 'failed', reason: broken };
    return handedOver(ctx, input, instance, old.arn);
  },
  async run(ctx, input) {
    const key = wantedKey(input);
    await ctx.aws.rds.modifyDBInstance({
      DBInstanceIdentifier: nameOf(ctx, instances, input.replacement.id),
      ManageMasterUserPassword: true,
      ...(key !== undefined && { MasterUserSecretKmsKeyId: key }),
      ApplyImmediately: true,
    });
    return undefined;
  },
  // It goes with the replacement.
  undo: 'unneeded',
});

/** Undefined: the key that AWS manages for it, which RDS takes when none is named. */
function wantedKey({ instance, key }: Input): string | undefined {
  return key ?? instance.masterUserSecret?.key ?? undefined;
}

function handedOver(ctx: AwsContext, input: Input, instance: DBInstance, old: string): Seen<z.infer<typeof output>> {
  const { SecretArn: secret, SecretStatus: status, KmsKeyId: key } = instance.MasterUserSecret ?? {};
  const { id: database, name } = input.replacement;
  if (secret === undefined) return { is: 'absent' };
  const done = { database, secret };
  // It can be used; what is wrong with it is that it can't be rotated.
  if (status === 'impaired') ctx.announce(`the secret ${secret} can be read, and not be rotated`);
  if (!['active', 'impaired'].includes(status ?? '') || !isSettled(instance)) return { is: 'pending', output: done };
  const wanted = wantedKey(input);
  if (wanted !== undefined && key !== wanted)
    return { is: 'failed', reason: `the secret of ${name} is under ${key ?? 'no key'}, not under ${wanted}` };
  ctx.announce(
    `the master password of ${input.instance.name} is in ${secret} from now on, no longer in ${old}. Let whoever reads it read the new one before clients are admitted (aws secretsmanager get-secret-value --secret-id ${secret}): policies that name the old ARN (aws iam create-policy-version), a policy and rotation of the secret's own (aws secretsmanager put-resource-policy, rotate-secret), what has it as a setting (aws ecs register-task-definition, aws lambda update-function-configuration). To see who has read the old one: aws cloudtrail lookup-events --lookup-attributes AttributeKey=ResourceName,AttributeValue=${old}`,
  );
  return { is: 'done', output: done };
}
