import type { GenerateDataKeyWithoutPlaintextRequest } from '@aws-sdk/client-kms';
import { type Operations, operation } from '../operation.ts';
import { AwsError } from '../wire/message.ts';
import { keyOf, refuseUse } from './keys.ts';
import { allows } from './policy.ts';

/** Operations that use a key. Only their dry runs are modelled: whether the caller may, with nothing made (facts §1.5, §2.1). */
export const dataKeyOperations: Operations = {
  GenerateDataKeyWithoutPlaintext: operation<GenerateDataKeyWithoutPlaintextRequest>(
    ['KeyId', 'KeySpec'],
    (world, input) => {
      const key = keyOf(world, input.KeyId, 'aliases');
      if (!allows(key.policy, 'kms:GenerateDataKeyWithoutPlaintext')) {
        throw new AwsError(
          'AccessDeniedException',
          `User is not authorized to perform: kms:GenerateDataKeyWithoutPlaintext on resource: ${key.arn}`,
        );
      }
      refuseUse(key);
      if (input.DryRun) {
        throw new AwsError(
          'DryRunOperationException',
          'The request would have succeeded, but the DryRun option is set.',
        );
      }
      throw new AwsError('UnsupportedOperation', 'The simulated account makes no data keys for callers: set DryRun.');
    },
  ),
};
