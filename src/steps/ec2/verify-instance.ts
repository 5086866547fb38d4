import type { Instance } from '@aws-sdk/client-ec2';
import * as z from 'zod';
import { printable } from '../../aws/printable.ts';
import { type AwsContext, defineVerify } from '../../aws/services.ts';
import type { Proof, Seen } from '../../contract/step.ts';
import { type VerdictStatus, worst } from '../../contract/verdict.ts';
import { describeEnd, environmentOf, runCommand } from '../control/command.ts';
import { settleWithinMs } from '../deadlines.ts';
import { FinalVerdict, InstanceBefore, VolumeVerdict } from '../domain.ts';
import { stillStandsIn } from '../ebs/stand-in.ts';
import { lostInterfaces } from './addresses.ts';
import { livingState, standsAt } from './standing.ts';

const input = z.strictObject({
  before: InstanceBefore,
  verdicts: z
    .array(VolumeVerdict)
    .min(1)
    .meta({ description: 'one for each pair, as the step that verified them yields it' }),
  probes: z
    .array(z.array(z.string()).min(1).meta({ description: 'a program with its arguments' }))
    .default([])
    .meta({ description: 'commands of yours, each a program with its arguments, that must exit 0; no shell' }),
  probeTimeoutMs: z.int().positive().default(60_000).meta({ description: 'how long each of them may take, in ms' }),
});
type Input = z.infer<typeof input>;
const output = z.strictObject({ verdicts: z.array(FinalVerdict) });
type Output = z.infer<typeof output>;

// A booting machine fails its checks and probes for a while, and that says nothing yet.
const bootMs = 10 * 60_000;

/** Judges the instance on its new volumes and makes, with the earlier verdicts, one final verdict for each pair. */
export const verifyInstance = defineVerify({
  type: 'ec2.verify-instance',
  settleWithinMs: settleWithinMs.statusChecks,
  permissions: [
    'ec2:DescribeInstances',
    'ec2:DescribeInstanceStatus',
    'ec2:DescribeVolumes',
    'ec2:DescribeVolumeStatus',
    'kms:DescribeKey',
    'kms:GenerateDataKeyWithoutPlaintext',
  ],
  input,
  output,
  title: (input) => `verify that ${input.before.id} serves as before`,
  async check(ctx, input) {
    // While AWS still checks, nothing else has to be asked.
    const asked: Health = input.before.state === 'running' ? await statusChecks(ctx, input.before.id) : noChecks;
    if (asked.is === 'pending') return pending(input);
    const instance = await ctx.aws.sight.instance(input.before.id);
    if (!instance || livingState(instance) === undefined) return judged(input, [`${input.before.id} is gone`]);
    const state = instance.State?.Name ?? 'in no state';
    const findings = [...differences(input.before, instance), ...(await volumeFaults(ctx, input, instance))];
    const started = input.before.state === 'stopped' && state !== 'stopped';
    if (started) ctx.announce(`${input.before.id} was found stopped and is ${state} now: somebody started it`);
    if (started && state !== 'running') return pending(input);
    if (!started && state !== input.before.state) {
      findings.unshift(`${input.before.id} is ${state}, it was ${input.before.state}`);
      return state === 'pending' ? pending(input) : judged(input, findings);
    }
    if (state !== 'running') {
      if (input.probes.length > 0) ctx.announce(`${input.before.id} is stopped, as it was: its probes were not run`);
      return judged(input, findings);
    }
    const health = started ? await statusChecks(ctx, input.before.id) : asked;
    if (health.is === 'none' || health.is === 'pending') return pending(input);
    const booting = isBooting(ctx, instance);
    if (health.is === 'bad' && booting) return pending(input);
    if (health.is === 'bad') findings.push(health.finding);
    const failed = findings.length > 0 ? [] : await probe(ctx, input);
    if (failed.length > 0 && booting) return pending(input);
    return judged(input, [...findings, ...failed]);
  },
  conclude: (input, status, reason) => conclusion(input, status, [reason]),
  verdicts: (output) => output.verdicts,
  still: { pair: stillStandsIn, all: stillServes },
});

/** Whether it serves now as it did when it was judged: its status checks, and the probes. */
async function stillServes(ctx: AwsContext, input: Input): Promise<Proof> {
  const { id } = input.before;
  const instance = await ctx.aws.sight.instance(id);
  // Found stopped, it has been judged without them; that it runs where it ran is asked with each pair.
  if (instance?.State?.Name !== 'running') return { findings: [] };
  const booting = isBooting(ctx, instance);
  const health = await statusChecks(ctx, id);
  const waiting = { why: `${id} is still being checked by AWS`, withinMs: settleWithinMs.statusChecks };
  if (health.is === 'bad') return booting ? { findings: [], pending: waiting } : { findings: [health.finding] };
  if (health.is !== 'ok') return { findings: [], pending: waiting };
  const failed = await probe(ctx, input);
  const trying = { why: `${id} has booted, and its probes fail`, withinMs: bootMs };
  return failed.length > 0 && booting ? { findings: [], pending: trying } : { findings: failed };
}

function isBooting(ctx: AwsContext, instance: Instance): boolean {
  // Both by AWS's clock.
  return ctx.aws.time.now() - (instance.LaunchTime?.getTime() ?? 0) < bootMs;
}

function conclusion(input: Input, status: VerdictStatus, findings: readonly string[]): Output {
  const verdicts = input.verdicts.map((earlier) => ({
    ...earlier,
    status: worst(earlier.status, status),
    findings: [...earlier.findings, ...findings],
  }));
  return { verdicts };
}

function judged(input: Input, findings: readonly string[]): Seen<Output> {
  return { is: 'done', output: conclusion(input, findings.length === 0 ? 'SUCCESSFUL' : 'FAILED', findings) };
}

function pending(input: Input): Seen<Output> {
  return { is: 'pending', output: conclusion(input, 'TIMED_OUT', ['still being checked']) };
}

function differences(before: InstanceBefore, instance: Instance): string[] {
  const faults: string[] = [];
  if (instance.InstanceType !== before.type)
    faults.push(`${before.id} is a ${instance.InstanceType}, it was a ${before.type}`);
  return [...faults, ...lostInterfaces(before.interfaces, instance)];
}

async function volumeFaults(ctx: AwsContext, input: Input, instance: Instance): Promise<string[]> {
  const faults = await Promise.all(
    input.verdicts.map(async ({ replacement, place }) => {
      if (!place) return [];
      const volume = await ctx.aws.sight.volume(replacement);
      if (standsAt(place, volume, instance) === 'attached') return [];
      return [`${replacement} is not attached to ${place.instance} at ${place.device}`];
    }),
  );
  return faults.flat();
}

type Health = { is: 'ok' } | { is: 'pending' } | { is: 'none' } | { is: 'bad'; finding: string };

const noChecks: Health = { is: 'none' };

/** The checks have no order by which those of before the start could be told from those of now: until AWS shows the past no more, none counts. */
async function statusChecks(ctx: AwsContext, id: string): Promise<Health> {
  if (ctx.aws.sightings.mayTellOfLifeBefore(id)) return { is: 'pending' };
  const found = await ctx.aws.sight.instanceStatus(id);
  if (!found) return noChecks;
  const checks = {
    instance: found.InstanceStatus?.Status,
    system: found.SystemStatus?.Status,
    // Only instances on Nitro have this one.
    'attached-EBS': found.AttachedEbsStatus?.Status ?? 'not-applicable',
  };
  const bad = Object.entries(checks).filter(([, status]) => status === 'impaired');
  if (bad.length > 0) {
    return { is: 'bad', finding: `${id} fails its ${bad.map(([name]) => name).join(', ')} status check` };
  }
  const passed = (status: string | undefined) => status === 'ok' || status === 'not-applicable';
  return Object.values(checks).every(passed) ? { is: 'ok' } : { is: 'pending' };
}

async function probe(ctx: AwsContext, input: Input): Promise<string[]> {
  const environment = { ...environmentOf(ctx), REKEY_INSTANCE: input.before.id };
  const { signal, commands } = ctx;
  const ends = await Promise.all(
    input.probes.map((argv) => runCommand({ argv, environment, timeoutMs: input.probeTimeoutMs, signal, commands })),
  );
  return ends.flatMap((end, index) =>
    end.exit === 0 ? [] : [`probe ${printable(input.probes[index]?.join(' ') ?? '', 100)} ${describeEnd(end)}`],
  );
}
