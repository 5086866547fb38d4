import type { Instance } from '@aws-sdk/client-ec2';
import * as z from 'zod';
import { defineEffect } from '../../aws/services.ts';
import { settleWithinMs } from '../deadlines.ts';
import { InstanceId, StoppedInstance } from '../domain.ts';
import { iso } from '../moment.ts';
import { livingState } from './standing.ts';

const minute = 60_000;
const minutes = z.int().min(1).max(1_440);

/** Stops the instance. AWS's answer says in which state it was: if it was stopped already, somebody else has stopped it, and it stays stopped. */
export const stopInstance = defineEffect({
  type: 'ec2.stop-instance',
  hazard: 'disruptive',
  call: 'ec2:StopInstances',
  repeat: 'convergent',
  ordered: true,
  settleWithinMs: settleWithinMs.instanceState,
  permissions: ['ec2:StopInstances', 'ec2:DescribeInstances'],
  input: z.strictObject({
    instance: InstanceId.meta({ description: 'the instance to stop' }),
    withinMinutes: minutes
      .optional()
      .meta({ description: 'how long a stop may take, in minutes; omitted: half an hour' }),
    forceAfterMinutes: minutes.optional().meta({
      description:
        'after how many minutes a stop that is not over is forced: what the operating system has not written to disk yet is lost, and its file systems may need a check; omitted: it never is',
    }),
  }),
  output: StoppedInstance,
  title: (input) => `stop ${input.instance}`,
  async look(ctx, input, known) {
    const instance = await ctx.aws.sight.instance(input.instance);
    const state = livingState(instance);
    if (!instance || state === undefined)
      return { is: 'failed', reason: `${input.instance} is gone or being terminated` };
    if (state === 'stopped') return { is: 'done', output: stopped(input.instance, instance, known?.was) };
    if (state === 'stopping') return { is: 'pending', output: stopped(input.instance, instance, known?.was) };
    return { is: 'absent', before: { state } };
  },
  withinMs: ({ withinMinutes, forceAfterMinutes }) =>
    withinMinutes === undefined && forceAfterMinutes === undefined
      ? undefined
      : Math.max((withinMinutes ?? 0) * minute, (forceAfterMinutes ?? 0) * minute + settleWithinMs.instanceState),
  insistAfterMs: ({ forceAfterMinutes }) => (forceAfterMinutes === undefined ? undefined : forceAfterMinutes * minute),
  async run(ctx, input) {
    if (ctx.insists)
      ctx.announce(
        `the stop of ${input.instance} hung and was forced: what its operating system had not written to disk is lost, check its file systems`,
      );
    const answer = await ctx.aws.ec2.stopInstances({
      InstanceIds: [input.instance],
      ...(ctx.insists && { Force: true }),
    });
    const was = answer.StoppingInstances?.[0]?.PreviousState?.Name;
    // One send is this one; an earlier one without an answer may have been the first.
    if (was === 'stopping' && !ctx.insists && ctx.unanswered.length <= 1)
      ctx.announce(
        `${input.instance} was already being stopped when this run stopped it: whoever did that may not want this run to start it again`,
      );
    return stopped(input.instance, {}, was);
  },
  // One that stood still by the look before the call, and by the answer to it where there was one, was stopped by somebody else.
  changed: (output, before) => before !== null || (output.was ?? 'stopped') !== 'stopped',
  // Of a stop in doubt nobody knows the standstill.
  undo: (input, output) => [
    { uses: 'ec2.start-instance', with: { instance: input.instance, ...(output && { stop: output }) } },
  ],
  expect: (observation, _input, output) => ({
    ...observation,
    life: { state: 'stopped', launchTime: output.launchTime, stateTransitionReason: output.stateTransitionReason },
  }),
});

function stopped(id: string, instance: Instance, was: string | undefined): StoppedInstance {
  return {
    instance: id,
    launchTime: iso(instance.LaunchTime),
    stateTransitionReason: instance.StateTransitionReason ?? '',
    ...(was !== undefined && { was }),
  };
}
