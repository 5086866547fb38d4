import type { KMS } from '@aws-sdk/client-kms';
import type { Patience } from '../contract/wait.ts';
import { classify } from './outage.ts';
import { createSharedReader } from './reader.ts';
import type { KeySight } from './services.ts';

/** Reads of keys that go out together: who asks about the same key in the same batch shares its answer. */
export function createKeySight(kms: () => KMS, patience: Patience): KeySight {
  const key = createSharedReader(patience, async (KeyId) => (await kms().describeKey({ KeyId })).KeyMetadata);
  const mayUse = createSharedReader(patience, async (KeyId) => {
    try {
      await kms().generateDataKeyWithoutPlaintext({ KeyId, KeySpec: 'AES_256', DryRun: true });
      return true;
    } catch (error) {
      const outage = classify(error);
      if (outage?.code === 'DryRunOperationException') return true;
      if (outage?.class !== 'permanent') throw error;
      return false;
    }
  });
  return { key, mayUse };
}
