import * as z from 'zod';
import { definersFor, registryOf, type StepDefinition } from '../../src/contract/step.ts';
import { verdictShape } from '../../src/contract/verdict.ts';

const { defineRead, defineEffect, defineVerify, defineTarget } = definersFor<null>();

const InstanceId = z
  .string()
  .regex(/^i-[0-9a-f]{8,17}$/)
  .meta({ id: 'InstanceId', description: 'an EC2 instance, such as i-0123456789abcdef0' });
const VolumeId = z
  .string()
  .regex(/^vol-[0-9a-f]{8,17}$/)
  .meta({ id: 'VolumeId', description: 'an EBS volume, such as vol-0123456789abcdef0' });
const SnapshotId = z
  .string()
  .regex(/^snap-[0-9a-f]{8,17}$/)
  .meta({ id: 'SnapshotId' });
const KeyArn = z.string().meta({ id: 'KeyArn' });
const KeyTried = z.boolean().meta({ id: 'KeyTried' });
const Keys = z.strictObject({ from: KeyArn.optional(), to: KeyArn, tried: KeyTried }).meta({ id: 'CheckedKeys' });
const Attributes = z
  .strictObject({ type: z.enum(['gp2', 'gp3', 'io2']), sizeGiB: z.int(), iops: z.int().optional() })
  .meta({ id: 'VolumeAttributes' });
const Place = z.strictObject({ device: z.string(), root: z.boolean() }).meta({ id: 'VolumePlace' });
const Before = z.strictObject({ id: InstanceId, state: z.enum(['running', 'stopped']) }).meta({ id: 'InstanceBefore' });
const Snapshot = z.strictObject({ id: SnapshotId, volume: VolumeId }).meta({ id: 'MadeSnapshot' });
const Volume = z.strictObject({ id: VolumeId, original: VolumeId }).meta({ id: 'MadeVolume' });
const pair = { ...verdictShape, id: VolumeId, original: VolumeId, replacement: VolumeId };
const Verdict = z.strictObject(pair).meta({ id: 'VolumeVerdict' });
const FinalVerdict = z.strictObject(pair).meta({ id: 'FinalVerdict' });
const Accept = z.array(z.enum(['instance-store', 'public-ipv4'])).default([]);
const Override = z.strictObject({ type: z.enum(['gp3', 'io2']).optional(), iops: z.int().min(100).optional() });
const Probe = z.union([z.array(z.string()).min(1), z.strictObject({ argv: z.array(z.string()), timeout: z.int() })]);

const never = (): never => {
  throw new Error('a toy is never run');
};

function read<I, O>(type: string, input: z.ZodType<I>, output: z.ZodType<O>) {
  return defineRead({ type, permissions: [], input, output, title: () => type, read: never });
}

const byHazard = {
  additive: { hazard: 'additive', creates: 'nothing' },
  disruptive: { hazard: 'disruptive', expect: never },
  destructive: { hazard: 'destructive', verdict: never, deletes: never, prove: never },
  discard: { hazard: 'discard', discards: never },
} as const;

function effect<I, O>(type: string, hazard: keyof typeof byHazard, input: z.ZodType<I>, output: z.ZodType<O>) {
  const rest = {
    permissions: [],
    call: 'none',
    repeat: 'token',
    settleWithinMs: 1,
    undo: 'unneeded',
    look: never,
    run: never,
  } as const;
  return defineEffect({ ...rest, ...byHazard[hazard], type, input, output, title: () => type });
}

function verify<I, O>(type: string, input: z.ZodType<I>, output: z.ZodType<O>) {
  const rest = { permissions: [], settleWithinMs: 1, check: never, conclude: never, verdicts: () => [] };
  return defineVerify({ ...rest, type, input, output, title: () => type });
}

function target(type: string, id: z.ZodType<string>) {
  const asked = { observe: never, serving: never, unreadable: never, halt: never };
  return defineTarget({ type, id, ...asked, claim: 'claim', release: 'release' });
}

const nothing = z.strictObject({});
const moved = { original: VolumeId, attributes: Attributes, place: Place.optional(), key: KeyArn };

/** Steps named as the real ones, with inputs and outputs like theirs, that can't be run. */
const toySteps = [
  read('kms.check-key', z.strictObject({ from: z.string().min(1).optional(), to: z.string().min(1) }), Keys),
  read(
    'ec2.read-instance',
    z.strictObject({
      instance: InstanceId,
      keys: Keys,
      volumes: z
        .strictObject({
          include: z.array(z.string()).default([]),
          exclude: z.array(z.string()).default([]),
          override: z.record(z.string(), Override).default({}),
        })
        .optional(),
      accept: Accept,
    }),
    z.strictObject({
      instance: Before,
      volumes: z.array(z.strictObject({ id: VolumeId, attributes: Attributes, place: Place })),
      note: z.string().optional(),
      owner: z.string().nullable(),
      spare: VolumeId.optional(),
    }),
  ),
  read(
    'ebs.read-volume',
    z.strictObject({ volume: VolumeId, keys: Keys, accept: Accept }),
    z.strictObject({ id: VolumeId, attributes: Attributes }),
  ),
  effect(
    'ebs.create-snapshot',
    'additive',
    z.strictObject({
      volume: VolumeId,
      place: Place.optional(),
      after: Before.optional(),
      note: z.string().nullable().optional(),
    }),
    Snapshot,
  ),
  effect('ebs.create-volume', 'additive', z.strictObject({ ...moved, snapshot: Snapshot }), Volume),
  effect('ebs.set-auto-enable-io', 'additive', z.strictObject({ volume: VolumeId, attributes: Attributes }), nothing),
  effect('ec2.stop-instance', 'disruptive', z.strictObject({ instance: InstanceId }), Before),
  effect(
    'ec2.start-instance',
    'disruptive',
    z.strictObject({ instance: InstanceId, before: Before, stop: Before.optional() }),
    nothing,
  ),
  effect('ebs.detach-volume', 'disruptive', z.strictObject({ volume: VolumeId, place: Place }), nothing),
  effect('ebs.attach-volume', 'disruptive', z.strictObject({ volume: VolumeId, place: Place }), nothing),
  effect('ebs.set-delete-on-termination', 'disruptive', z.strictObject({ volume: VolumeId, place: Place }), nothing),
  verify(
    'ebs.verify-volume',
    z.strictObject({ ...moved, keyTried: KeyTried, replacement: VolumeId, snapshot: Snapshot, stop: Before }),
    Verdict,
  ),
  verify(
    'ebs.verify-unattached-volume',
    z.strictObject({
      original: VolumeId,
      attributes: Attributes,
      replacement: VolumeId,
      snapshot: Snapshot,
      key: KeyArn,
      keyTried: KeyTried,
    }),
    FinalVerdict,
  ),
  verify(
    'ec2.verify-instance',
    z.strictObject({ before: Before, verdicts: z.array(Verdict), probes: z.array(Probe).default([]) }),
    z.strictObject({ verdicts: z.array(FinalVerdict) }),
  ),
  effect(
    'ebs.delete-volume',
    'destructive',
    z.strictObject({ verdict: FinalVerdict, changedBlocks: z.string().optional() }),
    nothing,
  ),
  effect('ebs.discard-snapshot', 'discard', z.strictObject({ snapshot: SnapshotId }), nothing),
];

export const toyRegistry = registryOf<null>(toySteps as unknown as readonly StepDefinition<null, never, never>[], [
  target('ec2-instance', InstanceId),
  target('ebs-volume', VolumeId),
]);
