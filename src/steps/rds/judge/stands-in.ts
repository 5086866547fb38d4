import type { AwsContext } from '../../../aws/services.ts';
import type { Proof } from '../../../contract/step.ts';
import { faultsOfKey } from '../../kms/key-use.ts';
import type { Kind } from '../kinds/kind.ts';
import { groupsOf, isGoing, isUsable, nameIn, statusOf } from '../status.ts';

/** Whether the replacement of a verdict stands for its original now: there, under its name, open to clients, readable without the old key. */
export const stillStandsIn =
  (kind: Kind) =>
  async (ctx: AwsContext, judged: unknown): Promise<Proof> => {
    const { replacement, name, key, keyTried, fence } = kind.FinalVerdict.parse(judged);
    const [found, described, unusable] = await Promise.all([
      kind.find(ctx, replacement),
      ctx.aws.sight.key(key),
      faultsOfKey(ctx, key, keyTried),
    ]);
    if (!found) return { findings: [`replacement ${replacement} is not there`], gone: true };
    if (isGoing(found)) return { findings: [`replacement ${replacement} is being deleted`], gone: true };
    const findings: string[] = [];
    const keyState = described?.KeyState;
    if (keyState !== 'Enabled')
      findings.push(`the key ${key} is ${keyState ?? 'unknown'}: the replacement can't be read without it`);
    else findings.push(...unusable);
    const named = nameIn(found);
    if (named !== name) findings.push(`replacement ${replacement} is named ${named}, not ${name}`);
    if (found.KmsKeyId !== key)
      findings.push(`replacement ${named} is under ${found.KmsKeyId ?? 'no key'}, not under ${key}`);
    if (!isUsable(found)) findings.push(`replacement ${named} is ${statusOf(found)}`);
    if (groupsOf(found).join() === fence) findings.push(`replacement ${named} lets no clients in`);
    return { findings };
  };
