import type { Instance } from '@aws-sdk/client-ec2';
import * as z from 'zod';
import { defineEffect } from '../../aws/services.ts';
import { settleWithinMs } from '../deadlines.ts';
import { InstanceId, StoppedInstance } from '../domain.ts';
import { iso } from '../moment.ts';
import { livingState } from './standing.ts';

/** Stops the instance; one that is found stopped is left so. */
export const stopInstance = defineEffect({
  type: 'ec2.stop-instance',
  hazard: 'disruptive',
  call: 'ec2:StopInstances',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.instanceState,
  permissions: ['ec2:StopInstances', 'ec2:DescribeInstances', 'kms:DescribeKey', 'kms:GenerateDataKeyWithoutPlaintext'],
  input: z.strictObject({ instance: InstanceId }),
  output: StoppedInstance,
  title: (input) => `stop ${input.instance}`,
  // It holds its data keys in memory: with a key closed it serves on, and can't start again once it stands (facts §3.1).
  restarts: (input) => input.instance,
  async look(ctx, input) {
    const instance = await ctx.aws.sight.instance(input.instance);
    const state = livingState(instance);
    if (!instance || state === undefined)
      return { is: 'failed', reason: `${input.instance} is gone or being terminated` };
    if (state === 'stopped') return { is: 'done', output: stopped(input.instance, instance) };
    if (state === 'stopping') return { is: 'pending', output: stopped(input.instance, instance) };
    return { is: 'absent', before: { state } };
  },
  async run(ctx, input) {
    await ctx.aws.ec2.stopInstances({ InstanceIds: [input.instance] });
    return undefined;
  },
  // Of a stop in doubt nobody knows the standstill.
  undo: (input, output) => [
    { uses: 'ec2.start-instance', with: { instance: input.instance, ...(output && { stop: output }) } },
  ],
  expect: (observation, _input, output) => ({
    ...observation,
    life: { state: 'stopped', launchTime: output.launchTime, stateTransitionReason: output.stateTransitionReason },
  }),
});

function stopped(id: string, instance: Instance): StoppedInstance {
  return {
    instance: id,
    launchTime: iso(instance.LaunchTime),
    stateTransitionReason: instance.StateTransitionReason ?? '',
  };
}
