import * as z from 'zod';
import { defineVerify } from '../../../aws/services.ts';
import type { Seen } from '../../../contract/step.ts';
import type { VerdictStatus } from '../../../contract/verdict.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { KeyArn, KeyTried } from '../../domain.ts';
import type { DatabaseVerdict, MadeDatabase } from '../domain.ts';
import { permissionsOfSql, sessionsAt } from '../fence/sessions.ts';
import { byOriginal, type Kind, originalOf } from '../kinds/kind.ts';
import { brokenStatus, idIn, isSettled, nameIn, pendingOf, statusOf } from '../status.ts';
import { differencesOfPair, unlike } from './comparison.ts';

interface Compared {
  readonly replacement: MadeDatabase;
  readonly key: KeyArn;
  readonly keyTried: boolean;
  readonly differences: readonly string[];
}

/** Compares old and new, attribute by attribute, before either gets another name. What differs and is not named stops the plan. */
export const compare = (kind: Kind) => {
  const judged = (input: Compared, findings: readonly string[]): Seen<DatabaseVerdict> => ({
    is: 'done',
    output: verdict(kind, input, findings.length === 0 ? 'SUCCESSFUL' : 'FAILED', findings),
  });
  const pending = (input: Compared, why: string): Seen<DatabaseVerdict> => ({
    is: 'pending',
    output: verdict(kind, input, 'TIMED_OUT', [why]),
    why,
  });
  return defineVerify({
    type: kind.steps.compare,
    settleWithinMs: settleWithinMs.databaseChange,
    permissions: [...kind.describes, ...permissionsOfSql],
    input: byOriginal(kind, {
      replacement: kind.Made,
      ...kind.membersShape,
      key: KeyArn.meta({ description: 'the key to move to, as `steps.<check-key>.to`' }),
      keyTried: KeyTried,
      differences: z
        .array(z.enum(kind.attributes as [string, ...string[]]).meta({ description: 'the name of an attribute' }))
        .default([])
        .meta({ description: kind.mayDiffer }),
    }),
    output: kind.Verdict,
    title: (input) => `compare ${input.replacement.name} with ${originalOf(kind, input).name}`,
    async check(ctx, input) {
      const read = originalOf(kind, input);
      const { name } = input.replacement;
      const pair = await kind.pair(ctx, { original: read.id, replacement: input.replacement.id });
      const { original, replacement, instances } = pair;
      if (!original) return judged(input, [`original ${read.id} is gone`]);
      if (!replacement) return judged(input, [`replacement ${input.replacement.id} is gone`]);
      const members = kind.membersMade(input);
      const made = members.flatMap(({ id }) => instances.find((one) => idIn(one) === id) ?? []);
      if (made.length < members.length) return judged(input, [`members of ${name} are gone`]);
      const all = [replacement, ...made];
      const broken = all.flatMap((one) => brokenStatus(one) ?? []);
      if (broken.length > 0) return judged(input, broken);
      const busy = all.find((one) => !isSettled(one));
      if (busy) return pending(input, `${nameIn(busy)} is ${statusOf(busy)}`);
      const pairs = kind.pairs(read, members);
      const { was, is } = differencesOfPair(kind, read, pairs, { original, replacement, instances }, ctx.tags);
      for (const { attribute, told } of is)
        if (input.differences.includes(attribute)) ctx.announce(`a difference that the plan names: ${told}`);
      const findings = [...unlike(was, is, input.differences), ...kind.faultsOfSize(name, original, replacement)];
      for (const one of all) {
        const waiting = Object.keys(pendingOf(one));
        if (waiting.length > 0) findings.push(`${nameIn(one)} has pending changes of ${waiting.join(', ')}`);
      }
      if (findings.length > 0) return { ...judged(input, findings), lags: true };
      // Nobody knows it by a name yet: who writes to it from here on is somebody else, and that is not to be thrown away.
      const at = kind.addressOf(read, replacement);
      const asked = at && (await sessionsAt(ctx, at));
      const replacing = asked?.seen && asked.position;
      return { is: 'done', output: { ...verdict(kind, input, 'SUCCESSFUL', []), ...(replacing && { replacing }) } };
    },
    conclude: (input, status, reason) => verdict(kind, input, status, [reason]),
    verdicts: (output) => [output],
  });
};

function verdict(kind: Kind, input: Compared, status: VerdictStatus, findings: readonly string[]): DatabaseVerdict {
  const read = originalOf(kind, input);
  const { id, name, fence, letThrough, securityGroups } = read;
  const { replacement, key, keyTried, differences } = input;
  return {
    id,
    original: id,
    replacement: replacement.id,
    status,
    findings: [...findings],
    key,
    keyTried,
    name,
    fence,
    letThrough,
    securityGroups,
    ...kind.inVerdict(kind.pairs(read, kind.membersMade(input))),
    differences: [...differences],
  };
}
