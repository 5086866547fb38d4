import type { Instance } from '@aws-sdk/client-ec2';
import * as z from 'zod';
import { wantOf } from '../../aws/outage.ts';
import { printable } from '../../aws/printable.ts';
import { defineEffect } from '../../aws/services.ts';
import type { Seen } from '../../contract/step.ts';
import { settleWithinMs } from '../deadlines.ts';
import { InstanceBefore, InstanceId, StartedInstance, StoppedInstance } from '../domain.ts';
import { iso } from '../moment.ts';
import { livingState } from './standing.ts';

// By these codes AWS says that the launch itself failed, so nothing on the volumes was run.
const neverRanCodes =
  /^(Client\.InternalError|Client\.InvalidKMSKey|Client\.Volume|Client\.InvalidSnapshot|Server\.Insufficient\w*Capacity)/;
// LaunchTime is that of the accepted call, by AWS's clock (assumed: AWS says "last launched"). Two launches of one instance are further
// apart, since a stop, or a launch that fails, lies between them.
const sameLaunchMs = 15_000;

/** Starts the instance, unless it was stopped when the run began: then it stays stopped. */
export const startInstance = defineEffect({
  type: 'ec2.start-instance',
  hazard: 'disruptive',
  call: 'ec2:StartInstances',
  repeat: 'convergent',
  ordered: true,
  serves: true,
  settleWithinMs: settleWithinMs.instanceState,
  permissions: ['ec2:StartInstances', 'ec2:DescribeInstances', 'kms:CreateGrant'],
  input: z.strictObject({
    instance: InstanceId.meta({ description: 'the instance to start' }),
    before: InstanceBefore.optional().meta({ description: 'how the run found it; omitted: it ran' }),
    stop: StoppedInstance.optional().meta({ description: 'the stop step that this start follows' }),
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
    const output = { ...seen(input.instance, instance), ...acceptedAt(known?.acceptedAt) };
    if (input.before?.state === 'stopped') return { is: 'done', output };
    if (state === 'running') return { is: 'done', output };
    if (state === 'pending') return { is: 'pending', output };
    if (ctx.sentAt === undefined) return { is: 'absent', before: { state } };
    // An answer that found it started already may tell of an earlier send, whose own answer was lost.
    const sends = [...ctx.unanswered, ...(known?.acceptedAt ? [Date.parse(known.acceptedAt)] : [])];
    return fellBack(instance, input.stop, sends, known !== undefined);
  },
  async run(ctx, input) {
    const answer = await ctx.aws.ec2.startInstances({ InstanceIds: [input.instance] });
    const { CurrentState, PreviousState } = answer.StartingInstances?.[0] ?? {};
    const state = CurrentState?.Name ?? 'pending';
    const ours = PreviousState?.Name === 'stopped' ? iso(new Date(ctx.aws.time.now())) : '';
    return { instance: input.instance, state, launchTime: '', stateTransitionReason: '', ...acceptedAt(ours) };
  },
  leaves: (input) => input.before?.state === 'stopped',
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

const acceptedAt = (at: string | undefined) => (at ? { acceptedAt: at } : {});

/**
 * What has become of an accepted start of an instance that does not run. That AWS shows no launch is certain: a look that shows
 * the standstill before it is taken for one of the past for as long as it may be one.
 */
function fellBack(
  instance: Instance,
  stop: StoppedInstance | undefined,
  sends: readonly number[],
  answered: boolean,
): Seen<StartedInstance> {
  const code = instance.StateReason?.Code ?? '';
  const why = printable(`${code} ${instance.StateReason?.Message ?? instance.StateTransitionReason ?? ''}`.trim(), 300);
  const launchTime = instance.LaunchTime?.getTime() ?? 0;
  // Each start gives a new LaunchTime.
  if (stop !== undefined && iso(instance.LaunchTime) === stop.launchTime) {
    if (!answered) return { is: 'absent' };
    return { is: 'failed', neverRan: true, reason: `AWS accepted the start, but never launched it: ${why}` };
  }
  // The reason is that of the last launch, and it says something of ours only where that was the last one.
  const ours = sends.some((at) => Math.abs(launchTime - at) < sameLaunchMs);
  if (!ours || !neverRanCodes.test(code)) {
    // Whoever has started it, it may have written, and it is still to be started.
    if (!answered) return { is: 'absent', ran: true };
    return { is: 'failed', neverRan: false, reason: `it was started and is ${instance.State?.Name} again: ${why}` };
  }
  if (!answered) return { is: 'absent' };
  const wants = wantOf(code);
  return { is: 'failed', neverRan: true, wants, reason: `AWS accepted the start and took it back: ${why}` };
}
