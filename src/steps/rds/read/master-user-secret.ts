import type { DBInstance } from '@aws-sdk/client-rds';
import type { AwsContext } from '../../../aws/services.ts';
import { KeyArn } from '../../domain.ts';
import type { Refusals } from '../../refusals.ts';
import type { AcceptedOfDatabase, MasterUserSecret } from '../domain.ts';

const handOver = 'rds.manage-master-user-password';
// With the login of the secret of before, nobody gets in to the replacement any more.
const before = ['rds.compare-instances', 'rds.check-sql', 'rds.verify-instance'];

/** The secret that RDS keeps the master password of an instance in, if it manages it; under the new key if it is under the instance's. */
export function masterUserSecretOf(
  { MasterUserSecret, KmsKeyId }: DBInstance,
  newKey: KeyArn,
): MasterUserSecret | null {
  if (MasterUserSecret?.SecretArn === undefined) return null;
  const key = KeyArn.safeParse(MasterUserSecret.KmsKeyId);
  const own = key.success ? key.data : null;
  return { arn: MasterUserSecret.SecretArn, key: own === KmsKeyId ? newKey : own };
}

/** Refuses a master password that RDS manages, unless the plan hands it over after the last question and before clients are admitted. */
export function refuseMasterUserSecret(
  ctx: AwsContext,
  found: DBInstance,
  refusals: Refusals<AcceptedOfDatabase>,
): void {
  const secret = found.MasterUserSecret?.SecretArn;
  const name = found.DBInstanceIdentifier ?? '';
  const at = ctx.stepTypes.indexOf(handOver);
  if (secret === undefined) {
    if (at >= 0)
      refusals.refuse(
        `the plan hands over a master password of ${name} that RDS does not manage`,
        `take the step ${handOver} out`,
      );
    return;
  }
  const inTime =
    at > Math.max(...before.map((type) => ctx.stepTypes.lastIndexOf(type))) &&
    at < ctx.stepTypes.indexOf('rds.admit-clients');
  if (!inTime)
    refusals.refuse(
      `the master password of ${name} is managed in Secrets Manager (${secret}): a restore does not have the secret, and the secret is deleted with the original`,
      `put a step ${handOver} between the last check and rds.admit-clients, as plans/rds-instance.yaml shows it, and see that whoever reads the secret finds the new one; or turn it off (aws rds modify-db-instance --no-manage-master-user-password --master-user-password …), and on again after the cut-over`,
    );
  else
    ctx.announce(
      `the master password of ${name} will be another, in another secret: ${secret} stays that of the original and is deleted with it; whoever reads it must read the new one from the cut-over on, and the old one again if the run is rolled back`,
    );
}
