import type {
  RebootInstancesRequest,
  StartInstancesRequest,
  StopInstancesRequest,
  TerminateInstancesRequest,
} from '@aws-sdk/client-ec2';
import type { Instance } from '../model.ts';
import { type Operations, operation } from '../operation.ts';
import { AwsError } from '../wire/message.ts';
import type { World } from '../world.ts';
import { close, letGo, openFor, release } from './attachments.ts';
import { instanceOf } from './find.ts';
import { vCpusOf } from './instance-types.ts';
import { addressOf, publicIp } from './network.ts';
import { required } from './select.ts';
import { deleteVolume } from './volumes.ts';

const stateCodes: Readonly<Record<Instance['state'], number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

export function stateView(state: Instance['state']) {
  return { Code: stateCodes[state], Name: state };
}

function instancesAsked(world: World, ids: readonly string[] | undefined): Instance[] {
  return required(ids?.length ? ids : undefined, 'InstanceId').map((id) => instanceOf(world, id));
}

function userInitiated(world: World): string {
  return `User initiated (${new Date(world.time).toISOString().slice(0, 19).replace('T', ' ')} GMT)`;
}

// All are checked before any is changed.
function changed(
  instances: readonly Instance[],
  check: (instance: Instance) => void,
  change: (instance: Instance) => void,
): object[] {
  for (const instance of instances) check(instance);
  return instances.map((instance) => {
    const before = stateView(instance.state);
    change(instance);
    return { InstanceId: instance.id, PreviousState: before, CurrentState: stateView(instance.state) };
  });
}

function checkStoppable(instance: Instance): void {
  if (instance.state === 'stopped' || instance.state === 'stopping') return;
  if (instance.state !== 'running') {
    throw new AwsError(
      'IncorrectInstanceState',
      `This instance '${instance.id}' is not in a state from which it can be stopped.`,
    );
  }
  if (instance.attributes.disableApiStop) {
    throw new AwsError(
      'OperationNotPermitted',
      `The instance '${instance.id}' may not be stopped. Modify its 'disableApiStop' instance attribute and try again.`,
    );
  }
  if (instance.lifecycle === 'spot') {
    throw new AwsError(
      'UnsupportedOperation',
      `You can't stop the Spot Instance '${instance.id}' because it is associated with a one-time Spot Instance request. You can only stop Spot Instances associated with persistent Spot Instance requests.`,
    );
  }
}

function stop(world: World, instance: Instance): void {
  if (instance.state !== 'running') return;
  world.writeUp(instance);
  instance.state = 'stopping';
  instance.transitionReason = userInitiated(world);
  instance.stateReason = {
    code: 'Client.UserInitiatedShutdown',
    message: 'Client.UserInitiatedShutdown: User initiated shutdown',
  };
  world.after(world.seconds(20, 60), () => {
    if (!instance.hangs) comeDown(world, instance);
  });
}

/** The operating system has shut down, with what it flushed. */
export function comeDown(world: World, instance: Instance): void {
  if (instance.state !== 'stopping') return;
  world.flush(instance);
  halt(world, instance);
}

/** What its operating system would still have flushed is lost; what was acknowledged is on disk (docs/SIMULATOR.md). */
function force(world: World, instance: Instance): void {
  world.after(world.seconds(2, 10), () => {
    if (instance.state === 'stopping') halt(world, instance);
  });
}

/** The host lets go of the instance: its own disks, its auto-assigned address and the data keys in memory are gone. */
function halt(world: World, instance: Instance): void {
  instance.state = 'stopped';
  instance.hangs = false;
  instance.publicIp = undefined;
  instance.instanceStoreWipes += 1;
  for (const { volume, attachment } of world.attachmentsOf(instance)) {
    attachment.dataKey = undefined;
    attachment.mounted = false;
    if (attachment.state === 'busy') letGo(world, volume, attachment);
  }
}

function checkStartable(world: World, instance: Instance): void {
  if (instance.state === 'running' || instance.state === 'pending') return;
  if (instance.state !== 'stopped') {
    throw new AwsError(
      'IncorrectInstanceState',
      `The instance '${instance.id}' is not in a state from which it can be started.`,
    );
  }
  const root = world.attachmentsOf(instance).find(({ attachment }) => attachment.device === instance.rootDevice);
  if (root?.attachment.state !== 'attached') {
    throw new AwsError(
      'InvalidParameterValue',
      `Invalid value '${instance.id}' for instanceId. Instance does not have a volume attached at root (${instance.rootDevice})`,
    );
  }
}

function start(world: World, instance: Instance): void {
  if (instance.state !== 'stopped') return;
  instance.state = 'pending';
  instance.launched = world.time;
  instance.transitionReason = '';
  instance.stateReason = undefined;
  world.after(world.seconds(8, 25), () => {
    if (instance.state !== 'pending') return;
    if (openAll(world, instance)) run(world, instance);
    // The code is not documented; see docs/SIMULATOR.md.
    else
      fallBack(world, instance, 'Client.InvalidKMSKey.InvalidState', 'The KMS key provided is in an incorrect state');
  });
}

/** Ends a start that was accepted, for a reason of AWS's. */
export function fallBack(world: World, instance: Instance, code: string, message: string): void {
  halt(world, instance);
  instance.transitionReason = code;
  instance.stateReason = { code, message: `${code}: ${message}` };
}

// Only what runs or is about to counts.
function checkVCpus(world: World, asked: readonly Instance[]): void {
  const { runningVCpus } = world.limits;
  if (runningVCpus === undefined) return;
  const starting = asked.filter((one) => one.state === 'stopped');
  const running = [...world.instances.values()].filter((one) => ['pending', 'running', 'stopping'].includes(one.state));
  const used = [...starting, ...running].reduce((sum, one) => sum + vCpusOf(one.type), 0);
  if (starting.length > 0 && used > runningVCpus) {
    throw new AwsError(
      'VcpuLimitExceeded',
      `You have requested more vCPU capacity than your current vCPU limit of ${runningVCpus} allows.`,
    );
  }
}

function startInstances(world: World, input: StartInstancesRequest): object {
  const asked = instancesAsked(world, input.InstanceIds);
  checkVCpus(world, asked);
  const check = (one: Instance) => checkStartable(world, one);
  return { StartingInstances: changed(asked, check, (one) => start(world, one)) };
}

function openAll(world: World, instance: Instance): boolean {
  const attached = world.attachmentsOf(instance);
  const unusable = attached.some(
    ({ volume }) => volume.keyArn !== undefined && !world.usable(world.findKey(volume.keyArn)),
  );
  if (unusable) return false;
  for (const { volume, attachment } of attached) {
    close(world, volume, attachment);
    Object.assign(attachment, openFor(world, instance, volume));
  }
  return true;
}

function run(world: World, instance: Instance): void {
  instance.state = 'running';
  instance.checksOkAt = world.time + world.seconds(60, 180);
  if (instance.autoPublicIp) instance.publicIp = publicIp(world);
  if (instance.workload) instance.workload.nextAt = world.time + instance.workload.everyMs;
}

function terminate(world: World, instance: Instance): void {
  if (instance.state === 'terminated' || instance.state === 'shutting-down') return;
  world.writeUp(instance);
  instance.state = 'shutting-down';
  instance.transitionReason = userInitiated(world);
  instance.stateReason = {
    code: 'Client.UserInitiatedShutdown',
    message: 'Client.UserInitiatedShutdown: User initiated shutdown',
  };
  world.after(world.seconds(20, 60), () => {
    instance.state = 'terminated';
    instance.publicIp = undefined;
    const elastic = addressOf(world, instance);
    if (elastic) {
      elastic.instanceId = undefined;
      elastic.associationId = undefined;
    }
    for (const { volume, attachment } of world.attachmentsOf(instance)) {
      release(world, volume, attachment);
      if (attachment.deleteOnTermination && volume.attachments.length === 0) deleteVolume(world, volume);
    }
    world.after(3_600_000, () => world.instances.delete(instance.id));
  });
}

function checkTerminable(instance: Instance): void {
  if (instance.attributes.disableApiTermination) {
    throw new AwsError(
      'OperationNotPermitted',
      `The instance '${instance.id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
    );
  }
}

export const instanceOperations: Operations = {
  StopInstances: operation<StopInstancesRequest>(['InstanceIds', 'Force'], (world, input) => ({
    StoppingInstances: changed(instancesAsked(world, input.InstanceIds), checkStoppable, (one) => {
      if (input.Force && one.state === 'stopping') force(world, one);
      else stop(world, one);
    }),
  })),
  StartInstances: operation<StartInstancesRequest>(['InstanceIds'], startInstances),
  TerminateInstances: operation<TerminateInstancesRequest>(['InstanceIds'], (world, input) => ({
    TerminatingInstances: changed(instancesAsked(world, input.InstanceIds), checkTerminable, (one) =>
      terminate(world, one),
    ),
  })),
  RebootInstances: operation<RebootInstancesRequest>(['InstanceIds'], (world, input) => {
    for (const instance of instancesAsked(world, input.InstanceIds)) {
      if (instance.state !== 'running') {
        throw new AwsError(
          'IncorrectInstanceState',
          `The instance '${instance.id}' is not in a state from which it can be rebooted.`,
        );
      }
      instance.checksOkAt = world.time + world.seconds(60, 180);
    }
    return {};
  }),
};
