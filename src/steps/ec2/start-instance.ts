import type { Instance } from '@aws-sdk/client-ec2';
import * as z from 'zod';
import { wantOf } from '../../aws/outage.ts';
import { printable } from '../../aws/printable.ts';
import { type AwsContext, defineEffect } from '../../aws/services.ts';
import { settleWithinMs } from '../deadlines.ts';
import { InstanceBefore, InstanceId, StartedInstance, StoppedInstance } from '../domain.ts';
import { iso } from '../moment.ts';
import { livingState } from './standing.ts';

// By these codes AWS says that the launch itself failed, so nothing on the volumes was run.
const neverRanCodes =
  /^(Client\.InternalError|Client\.InvalidKMSKey|Client\.Volume|Client\.InvalidSnapshot|Server\.Insufficient\w*Capacity)/;
// A look right after the call may still show the state before it.
const visibleWithinMs = 15_000;
// An accepted start that leaves LaunchTime as it was for this long has come to nothing.
const launchedWithinMs = 120_000;

/** Starts the instance, unless the run found it stopped: then it stays so. */
export const startInstance = defineEffect({
  type: 'ec2.start-instance',
  hazard: 'disruptive',
  call: 'ec2:StartInstances',
  repeat: 'convergent',
  serves: true,
  settleWithinMs: settleWithinMs.instanceState,
  permissions: ['ec2:StartInstances', 'ec2:DescribeInstances', 'kms:CreateGrant'],
  input: z.strictObject({
    instance: InstanceId,
    before: InstanceBefore.optional().meta({ description: 'how the run found it; omitted: it ran' }),
    stop: StoppedInstance.optional().meta({ description: 'the standstill it is started from' }),
  }),
  output: StartedInstance,
  title: (input) =>
    input.before?.state === 'stopped' ? `leave ${input.instance} stopped, as it was` : `start ${input.instance}`,
  writePoint: (input) => input.before?.state !== 'stopped',
  async look(ctx, input, known) {
    const instance = await ctx.aws.sight.instance(input.instance);
    const state = livingState(instance);
    if (!instance || state === undefined)
      return { is: 'failed', reason: `${input.instance} is gone or being terminated` };
    const output = seen(input.instance, instance);
    if (input.before?.state === 'stopped' && ctx.sentAt === undefined) return { is: 'done', output };
    if (state === 'running') return { is: 'done', output };
    if (state === 'pending') return { is: 'pending', output };
    if (ctx.sentAt === undefined || known === undefined) return { is: 'absent', before: { state } };
    return fellBack(ctx, instance, input.stop, ctx.sentAt) ?? { is: 'absent' };
  },
  async run(ctx, input) {
    const answer = await ctx.aws.ec2.startInstances({ InstanceIds: [input.instance] });
    const state = answer.StartingInstances?.[0]?.CurrentState?.Name ?? 'pending';
    return { instance: input.instance, state, launchTime: '', stateTransitionReason: '' };
  },
  undo: (input) => [{ uses: 'ec2.stop-instance', with: { instance: input.instance } }],
  expect: (observation, _input, output) => ({
    ...observation,
    life: {
      state: output.state,
      launchTime: output.launchTime,
      stateTransitionReason: output.stateTransitionReason,
    },
  }),
});

function seen(id: string, instance: Instance): StartedInstance {
  return {
    instance: id,
    state: instance.State?.Name ?? '',
    launchTime: iso(instance.LaunchTime),
    stateTransitionReason: instance.StateTransitionReason ?? '',
  };
}

/** An accepted start of an instance that is not running: why it failed, or undefined while that is not certain. */
function fellBack(ctx: AwsContext, instance: Instance, stop: StoppedInstance | undefined, sentAt: number) {
  const now = ctx.clock.now();
  if (now - sentAt < visibleWithinMs) return undefined;
  // Never by our clock, which need not be AWS's: each start gives a new LaunchTime.
  const launched = stop === undefined || iso(instance.LaunchTime) !== stop.launchTime;
  const code = instance.StateReason?.Code ?? '';
  const why = printable(`${code} ${instance.StateReason?.Message ?? instance.StateTransitionReason ?? ''}`.trim(), 300);
  // The reason is that of the last launch: only who has watched knows that it was this one.
  if (neverRanCodes.test(code) && (ctx.sentHere || !launched)) {
    const wants = wantOf(code);
    return { is: 'failed', neverRan: true, wants, reason: `AWS accepted the start and took it back: ${why}` } as const;
  }
  if (launched) {
    return {
      is: 'failed',
      neverRan: false,
      reason: `it was started and is ${instance.State?.Name} again: ${why}`,
    } as const;
  }
  if (now - sentAt < launchedWithinMs) return undefined;
  return { is: 'failed', neverRan: true, reason: `AWS accepted the start, but never launched it: ${why}` } as const;
}
