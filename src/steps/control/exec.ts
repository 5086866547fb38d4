import * as z from 'zod';
import { printable } from '../../aws/printable.ts';
import { type AwsContext, defineEffect } from '../../aws/services.ts';
import { Aborted } from '../../contract/wait.ts';
import { problem } from '../../errors/index.ts';
import { describeEnd, environmentOf, neverRan, runCommand } from './command.ts';

const argv = z.array(z.string()).min(1);
const input = z.strictObject({
  argv: argv.meta({ description: 'the program and its arguments; no shell' }),
  environment: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string())
    .default({})
    .meta({
      description:
        'values for it, in addition to REKEY_RUN, REKEY_PLAN, REKEY_TARGET, REKEY_REGION and REKEY_TOKEN, which is the same when the command runs again',
    }),
  timeoutMs: z.int().positive().max(86_400_000).default(600_000).meta({
    description: 'how long the command, its probe and its undo may each take, in ms',
  }),
  repeatable: z.boolean().default(false).meta({ description: 'running it a second time does no harm' }),
  probe: argv.optional().meta({ description: 'exits 0 if the command has taken effect already' }),
  undo: argv
    .optional()
    .meta({ description: 'reverses it; it must also work if the command did nothing, and may be run more than once' }),
});
type Input = z.infer<typeof input>;

/** Runs a command of yours. If it was interrupted, or did not exit with 0, rekey runs it again only if it is repeatable, its probe says that it did nothing, or its undo has reversed it. */
export const exec = defineEffect({
  type: 'control.exec',
  // Whatever it does to the target is the user's; rekey has nothing to expect of it.
  hazard: 'additive',
  call: 'none',
  creates: 'nothing',
  repeat: 'convergent',
  settleWithinMs: 24 * 60 * 60_000,
  permissions: [],
  input,
  output: z.strictObject({ exit: z.int().nullable(), how: z.string(), neverRan: z.literal(true).optional() }),
  title: (input) => `run ${nameOf(input)}`,
  async look(ctx, input, known) {
    if (known) return known.exit === 0 ? { is: 'done', output: known } : failed(known);
    // What an earlier process has started may still be at it.
    if (ctx.sentAt !== undefined) await ctx.commands.alone();
    const probed = input.probe && (await run(ctx, input, input.probe));
    if (probed?.exit === 0) return { is: 'done', output: { exit: 0, how: 'its probe says so' } };
    // Only a probe that ran and ended by itself says "did nothing": one that was killed or is not there says nothing at all.
    if (probed?.exit !== undefined || ctx.sentAt === undefined || input.repeatable) return { is: 'absent' };
    if (ctx.signal.aborted) throw new Aborted('the probe was interrupted');
    throw problem('command-in-doubt', { command: nameOf(input) });
  },
  async run(ctx, input) {
    await ctx.commands.alone();
    await ctx.stillOurs();
    const end = await run(ctx, input, input.argv);
    if (ctx.signal.aborted && end.exit !== 0) throw new Aborted('the command was interrupted');
    return { exit: end.exit ?? null, how: describeEnd(end), ...(neverRan(end) && { neverRan: true as const }) };
  },
  undo: (input) =>
    input.undo
      ? [
          {
            uses: 'control.exec',
            with: { ...input, argv: input.undo, probe: undefined, undo: undefined, repeatable: true },
          },
        ]
      : [],
});

const failed = ({ how, neverRan }: { readonly how: string; readonly neverRan?: true | undefined }) =>
  ({ is: 'failed', reason: how, neverRan: neverRan === true }) as const;

function run(ctx: AwsContext, { environment, timeoutMs }: Input, command: readonly string[]) {
  return runCommand({
    argv: command,
    environment: { ...environment, ...environmentOf(ctx) },
    timeoutMs,
    signal: ctx.signal,
    commands: ctx.commands,
  });
}

/** Arguments may hold what nobody else is to read, so only the program is named. */
function nameOf(input: Input): string {
  return printable(input.argv[0] ?? '', 100);
}
