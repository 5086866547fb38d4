import * as z from 'zod';
import { printable } from '../../../aws/printable.ts';
import type { AwsContext } from '../../../aws/services.ts';
import { describeEnd, environmentOf, runCommand } from '../../control/command.ts';

/** What a step takes that runs commands of the user's. */
export const probing = {
  probes: z
    .array(z.array(z.string()).min(1))
    .default([])
    .meta({ description: 'commands of yours, each a program with its arguments, that must exit 0; no shell' }),
  probeTimeoutMs: z.int().positive().default(60_000),
} as const;

/** What the user's own commands say against the database of this name, which they get as REKEY_DATABASE. */
export async function faultsOfProbes(
  ctx: AwsContext,
  name: string,
  { probes, probeTimeoutMs: timeoutMs }: { readonly probes: readonly string[][]; readonly probeTimeoutMs: number },
): Promise<string[]> {
  const environment = { ...environmentOf(ctx), REKEY_DATABASE: name };
  const ends = await Promise.all(
    probes.map((argv) => runCommand({ argv, environment, timeoutMs, signal: ctx.signal })),
  );
  return ends.flatMap((end, index) =>
    end.exit === 0 ? [] : [`probe ${printable(probes[index]?.join(' ') ?? '', 100)} ${describeEnd(end)}`],
  );
}
