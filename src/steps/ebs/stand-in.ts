import type { Instance, Volume } from '@aws-sdk/client-ec2';
import type { AwsContext } from '../../aws/services.ts';
import type { Proof } from '../../contract/step.ts';
import { FinalVerdict } from '../domain.ts';
import { livingState, standsAt } from '../ec2/standing.ts';
import { faultsOfKey } from '../kms/key-use.ts';
import { dataLost } from './deletion.ts';
import { replacementNow } from './kept-data.ts';
import { statusOf, stillLoading } from './loading.ts';

/** Whether the replacement of a verdict stands for its original now: there, in its place, complete, readable without the old key. */
export async function standsIn(ctx: AwsContext, verdict: FinalVerdict): Promise<Proof> {
  const { sight } = ctx.aws;
  const { place, key } = verdict;
  const [replacement, status, instance, described, unusable] = await Promise.all([
    sight.volume(verdict.replacement),
    statusOf(ctx, verdict.replacement),
    place ? sight.instance(place.instance) : undefined,
    sight.key(key),
    faultsOfKey(ctx, key, verdict.keyTried),
  ]);
  if (!replacement || dataLost(replacement))
    return { findings: [`replacement ${verdict.replacement} is not there`], gone: true };
  if (place && livingState(instance) === undefined)
    return { findings: [`${place.instance} is ${instance?.State?.Name ?? 'gone'}`], gone: true };
  const faults: string[] = [];
  // A running instance holds the data key in memory: a disabled key shows only when it is too late (facts §3.1).
  const keyState = described?.KeyState;
  if (keyState !== 'Enabled')
    faults.push(`the key ${key} is ${keyState ?? 'unknown'}: the replacement can't be read again without it`);
  else faults.push(...unusable);
  faults.push(...faultsOfVolume(verdict, replacement, instance));
  if ('item' in status && status.item?.VolumeStatus?.Status === 'impaired')
    faults.push(`replacement ${verdict.replacement} is impaired`);
  const loading = await stillLoading(ctx, replacement, status);
  const findings = [...faults, ...loading.findings];
  if (findings.length > 0 || loading.pending) return { ...loading, findings };
  return replacementNow(ctx, verdict);
}

function faultsOfVolume({ place, key }: FinalVerdict, replacement: Volume, instance: Instance | undefined): string[] {
  const id = replacement.VolumeId;
  const faults: string[] = [];
  if (replacement.KmsKeyId !== key) {
    faults.push(`replacement ${id} is under ${replacement.KmsKeyId ?? 'no key'}, not under ${key}`);
  }
  if (replacement.State !== 'available' && replacement.State !== 'in-use') {
    faults.push(`replacement ${id} is ${replacement.State}`);
  }
  if (!place) return faults;
  if (standsAt(place, replacement, instance) !== 'attached') {
    faults.push(`replacement ${id} is not attached to ${place.instance} at ${place.device}`);
  }
  if (place.running && instance?.State?.Name !== 'running') {
    faults.push(`${place.instance} ran before and is ${instance?.State?.Name ?? 'gone'}`);
  }
  return faults;
}

/** The same for the engine, which knows no verdict but by its common members. */
export const stillStandsIn = (ctx: AwsContext, verdict: unknown): Promise<Proof> =>
  standsIn(ctx, FinalVerdict.parse(verdict));
