import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import type { Random } from './random.ts';

interface Box {
  readonly iv: Uint8Array;
  readonly body: Uint8Array;
  readonly tag: Uint8Array;
}

/** A data key as EBS keeps it with a volume: wrapped under a KMS key, bound to an encryption context. */
export interface DataKey {
  /** What EC2 calls DataEncryptionKeyId: the same in a volume and its snapshots. */
  readonly id: string;
  readonly keyArn: string;
  readonly context: string;
  readonly wrapped: Box;
}

/** Bytes at rest: with a data key they are ciphertext, without one they are as they are. */
export interface Sealed {
  readonly dataKey: DataKey | undefined;
  readonly box: Box | Uint8Array;
}

/** What is needed of a KMS key in order to wrap and unwrap with it. */
export interface WrappingKey {
  readonly arn: string;
  readonly secret: Uint8Array;
}

function encrypt(key: Uint8Array, context: string, plain: Uint8Array, random: Random): Box {
  const iv = random.bytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return { iv, body, tag: cipher.getAuthTag() };
}

// What is in a box never changes, and is looked at far more often than it is written.
const opened = new WeakMap<Box, { readonly key: Uint8Array; readonly context: string; readonly plain: Uint8Array }>();

function decrypt(key: Uint8Array, context: string, box: Box): Uint8Array {
  const known = opened.get(box);
  if (known?.key === key && known.context === context) return known.plain;
  const decipher = createDecipheriv('aes-256-gcm', key, box.iv).setAAD(Buffer.from(context)).setAuthTag(box.tag);
  const plain = Buffer.concat([decipher.update(box.body), decipher.final()]);
  opened.set(box, { key, context, plain });
  return plain;
}

/** A fresh data key under `key`, in the clear and as it is stored. */
export function generateDataKey(
  key: WrappingKey,
  context: string,
  random: Random,
): { plain: Uint8Array; stored: DataKey } {
  const plain = random.bytes(32);
  const id = `${random.hex(8)}-${random.hex(4)}-${random.hex(4)}-${random.hex(4)}-${random.hex(12)}`;
  return { plain, stored: { id, keyArn: key.arn, context, wrapped: encrypt(key.secret, context, plain, random) } };
}

/** The data key in the clear. Throws when `key` is not the one it was wrapped under. */
export function unwrap(key: WrappingKey, dataKey: DataKey): Uint8Array {
  return decrypt(key.secret, dataKey.context, dataKey.wrapped);
}

export function seal(
  plain: Uint8Array,
  key: { plain: Uint8Array; stored: DataKey } | undefined,
  random: Random,
): Sealed {
  return key
    ? { dataKey: key.stored, box: encrypt(key.plain, key.stored.context, plain, random) }
    : { dataKey: undefined, box: plain };
}

/** The plaintext; `dataKey` is the unwrapped data key, which bytes that aren't encrypted do without. */
export function unseal(sealed: Sealed, dataKey: Uint8Array | undefined): Uint8Array {
  if (sealed.box instanceof Uint8Array) return sealed.box;
  if (!sealed.dataKey || !dataKey) throw new Error('encrypted bytes can not be read without their data key');
  return decrypt(dataKey, sealed.dataKey.context, sealed.box);
}

const digests = new WeakMap<Uint8Array, string>();

/** SHA-256 in hexadecimal. Bytes whose digest has been taken must not be changed. */
export function digestOf(bytes: Uint8Array | string): string {
  const known = typeof bytes === 'string' ? undefined : digests.get(bytes);
  if (known !== undefined) return known;
  const digest = createHash('sha256').update(bytes).digest('hex');
  if (typeof bytes !== 'string') digests.set(bytes, digest);
  return digest;
}
