import * as z from 'zod';
import { printable } from '../../../aws/printable.ts';
import { type AwsContext, defineVerify } from '../../../aws/services.ts';
import type { Seen } from '../../../contract/step.ts';
import { describeEnd, environmentOf, runCommand } from '../../control/command.ts';
import { settleWithinMs } from '../../deadlines.ts';
import type { FinalDatabaseVerdict } from '../domain.ts';
import { allTowards } from '../fence/group-change.ts';
import { permissionsOfSql } from '../fence/sessions.ts';
import { byOriginal, type Kind, originalOf } from '../kinds/kind.ts';
import { brokenStatus, isUsable, nameIn, rolesIn, statusOf } from '../status.ts';
import { lookForClients } from './clients-back.ts';
import { rolesLacking } from './comparison.ts';
import { stillStandsIn } from './stands-in.ts';
import { judged, judgedByLooks, pending, takenIn } from './verdicts.ts';

/** What a step takes that runs commands of the user's. */
const probing = {
  probes: z
    .array(z.array(z.string()).min(1).meta({ description: 'a program with its arguments' }))
    .default([])
    .meta({ description: 'commands of yours, each a program with its arguments, that must exit 0; no shell' }),
  probeTimeoutMs: z.int().positive().default(60_000).meta({ description: 'how long each of them may take, in ms' }),
} as const;

const nobodyBack = z.enum(['wait', 'go-on']).default('wait').meta({
  description:
    'if clients were connected before the cut-over and none has come back: wait keeps the original for another hour and then stops the plan; go-on deletes it',
});

/** Judges the replacement once its clients are let in, and makes the final verdict from this and the earlier one. */
export const verifyServing = (kind: Kind) =>
  defineVerify({
    type: kind.steps.verifyServing,
    settleWithinMs: settleWithinMs.databaseChange,
    permissions: [...kind.describes, 'kms:DescribeKey', 'kms:GenerateDataKeyWithoutPlaintext', ...permissionsOfSql],
    input: byOriginal(kind, { verdict: kind.PlacedVerdict, ...probing, nobodyBack }),
    output: kind.FinalVerdict,
    title: (input) => `verify that ${input.verdict.name} serves`,
    async check(ctx, input): Promise<Seen<FinalDatabaseVerdict>> {
      const { verdict } = input;
      const whole = await kind.whole(ctx, verdict.replacement);
      if (!whole) return judged(verdict, [`replacement ${verdict.replacement} is gone`]);
      const { found, parts } = whole;
      const all = [...new Set([found, ...parts])];
      const broken = all.flatMap((one) => brokenStatus(one) ?? []);
      if (broken.length > 0) return judged(verdict, broken);
      const busy = all.find((one) => !isUsable(one));
      if (busy) return pending(verdict, `${nameIn(busy)} is ${statusOf(busy)}`);
      if (!kind.hasWriter(found, parts)) return pending(verdict, `${verdict.name} has no writer now`);
      const open = allTowards(found, parts, verdict.securityGroups);
      if (open === 'on its way') return pending(verdict, `the security groups of ${verdict.name} are on their way`);
      const name = nameIn(found);
      const original = originalOf(kind, input);
      const findings = [
        ...(name === verdict.name ? [] : [`${verdict.replacement} is named ${name}, not ${verdict.name}`]),
        ...(open === 'there' ? [] : [`${name} has not the security groups that the original had`]),
        ...(original.deletionProtection && !found.DeletionProtection
          ? [`${name} is not protected against deletion, the original was`]
          : []),
        ...rolesLacking(name, verdict.roles, rolesIn(found)),
        ...kind.faultsOfServing(original, found),
      ];
      if (findings.length > 0) return judgedByLooks(verdict, findings);
      const faults = await faultsOfProbes(ctx, name, input);
      if (faults.length > 0) return judged(verdict, faults);
      return judged({ ...verdict, clients: await lookForClients(ctx, original, parts, input.nobodyBack) }, []);
    },
    conclude: (input, status, reason) => takenIn(input.verdict, status, [reason]),
    verdicts: (output) => [output],
    still: { pair: stillStandsIn(kind) },
  });

/** What the user's own commands say against the database of this name, which they get as REKEY_DATABASE. */
async function faultsOfProbes(
  ctx: AwsContext,
  name: string,
  { probes, probeTimeoutMs: timeoutMs }: { readonly probes: readonly string[][]; readonly probeTimeoutMs: number },
): Promise<string[]> {
  const environment = { ...environmentOf(ctx), REKEY_DATABASE: name };
  const { signal, commands } = ctx;
  const ends = await Promise.all(probes.map((argv) => runCommand({ argv, environment, timeoutMs, signal, commands })));
  return ends.flatMap((end, index) =>
    end.exit === 0 ? [] : [`probe ${printable(probes[index]?.join(' ') ?? '', 100)} ${describeEnd(end)}`],
  );
}
