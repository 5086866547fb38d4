import { contentBytes, contentOf, firstContent } from './content.ts';
import { openFor } from './ec2/attachments.ts';
import { publicIp } from './ec2/network.ts';
import { shapeOf } from './ec2/volume-rules.ts';
import { zones } from './ec2/volumes.ts';
import { addAlias } from './kms/aliases.ts';
import { addKey } from './kms/keys.ts';
import type { Attachment, Instance, Volume } from './model.ts';
import { foundRds } from './rds/scenario/found.ts';
import { managedKeyAlias, type Scenario } from './scenario.ts';
import { TagSet } from './tag-set.ts';
import { World } from './world.ts';

// What a scenario declares was there long before it begins.
const ageMs = 30 * 86_400_000;

type VolumeDeclared = Scenario['volumes'][number] | Scenario['instances'][number]['volumes'][number];
type InstanceDeclared = Scenario['instances'][number];

/** The account as a scenario describes it. */
export function foundWorld(scenario: Scenario, options: { now: () => number; seed: number }): World {
  const world = new World({ ...scenario, ...options });
  addAlias(
    world,
    managedKeyAlias,
    addKey(world, {
      manager: 'AWS',
      description: 'Default key that protects my EBS volumes',
      created: world.time - ageMs,
    }),
  );
  const states = scenario.keys.map((declared) => {
    const { alias, state, tags, id, ...rest } = declared;
    const key = addKey(world, {
      ...rest,
      ...(id === undefined ? {} : { id }),
      created: world.time - ageMs,
      tags: new TagSet(Object.entries(tags)),
    });
    if (alias !== undefined) addAlias(world, alias, key);
    return { key, state };
  });
  world.ebs.encryptionByDefault = scenario.ebs.encryptionByDefault;
  const defaultKey = scenario.ebs.defaultKey === undefined ? undefined : world.findKey(scenario.ebs.defaultKey);
  if (defaultKey) world.ebs.defaultKey = defaultKey.arn;
  for (const [i, declared] of scenario.instances.entries()) foundInstance(world, declared, i);
  for (const declared of scenario.volumes) {
    foundVolume(world, declared, declared.az ?? zones(world)[0] ?? '').state = declared.state;
  }
  for (const declared of scenario.snapshots) foundSnapshot(world, declared);
  foundRds(world, scenario);
  // Last, so that a volume that is attached under a key since disabled is one that still runs (facts §3.1).
  for (const { key, state } of states) {
    key.state = state;
    if (state === 'PendingDeletion') key.deletionAt = world.time + 30 * 86_400_000;
  }
  return world;
}

function foundVolume(world: World, declared: VolumeDeclared, zone: string): Volume {
  const id = declared.id ?? world.id('vol');
  const key = declared.key === undefined ? undefined : world.findKey(declared.key);
  const usedMiB = Math.round((declared.usedGiB ?? declared.size * 0.4) * 1024);
  const volume: Volume = {
    ...shapeOf(declared),
    id,
    zone,
    created: world.time - ageMs,
    visibleFrom: world.time - ageMs,
    snapshotId: '',
    encrypted: key !== undefined,
    keyArn: key?.arn,
    multiAttach: declared.multiAttach,
    operator: declared.managedBy,
    outpostArn: declared.outpostArn,
    tags: new TagSet(Object.entries(declared.tags)),
    state: 'available',
    attachments: [],
    autoEnableIO: declared.autoEnableIO,
    ioDisabled: false,
    sealed: world.sealed(contentBytes(firstContent(declared.data || `what ${id} held at first`)), key, id),
    usedMiB,
    dirtyMiB: usedMiB,
    lastSnapshotAt: Number.NEGATIVE_INFINITY,
    initialisedAt: world.time - ageMs,
    loadMs: 0,
    loadsUnder: undefined,
    stalledMs: undefined,
    modification: undefined,
  };
  world.volumes.set(id, volume);
  return volume;
}

function foundInstance(world: World, declared: InstanceDeclared, index: number): void {
  const id = declared.id ?? world.id('i');
  const running = declared.state === 'running';
  const stoppedAt = new Date(world.time - ageMs / 2).toISOString().slice(0, 19).replace('T', ' ');
  const low = (index % 250) + 4;
  const instance: Instance = {
    id,
    type: declared.type,
    zone: declared.az ?? zones(world)[0] ?? '',
    rootDevice: declared.rootDevice ?? declared.volumes[0]?.device ?? '/dev/xvda',
    lifecycle: declared.lifecycle,
    hibernation: declared.hibernation,
    outpostArn: declared.outpostArn,
    operator: declared.managedBy,
    privateIp: `10.0.${Math.floor(index / 250) % 256}.${low}`,
    interfaceId: world.id('eni'),
    macAddress: `06:${world.ids.hex(10).replace(/(..)(?!$)/g, '$1:')}`,
    autoPublicIp: declared.publicIp === 'auto',
    tags: new TagSet(
      Object.entries(declared.name === undefined ? declared.tags : { Name: declared.name, ...declared.tags }),
    ),
    workload: declared.workload && {
      everyMs: declared.workload.everySeconds * 1000,
      nextAt: world.time + declared.workload.everySeconds * 1000,
      sequence: 0,
      ledger: new Map(),
    },
    volumeIds: new Set(),
    released: [],
    state: declared.state,
    launched: world.time - ageMs,
    transitionReason: running ? '' : `User initiated (${stoppedAt} GMT)`,
    stateReason: running
      ? undefined
      : { code: 'Client.UserInitiatedShutdown', message: 'Client.UserInitiatedShutdown: User initiated shutdown' },
    publicIp: running && declared.publicIp === 'auto' ? publicIp(world) : undefined,
    instanceStoreWipes: 0,
    checksOkAt: world.time - ageMs,
    attributes: {
      disableApiStop: declared.stopProtection,
      disableApiTermination: declared.terminationProtection,
      shutdownBehavior: 'stop',
    },
  };
  world.instances.set(id, instance);
  for (const one of declared.volumes) foundAttachment(world, instance, one);
  if (declared.publicIp === 'eip') {
    const allocationId = world.id('eipalloc');
    const associationId = world.id('eipassoc');
    world.addresses.set(allocationId, {
      allocationId,
      publicIp: publicIp(world),
      tags: new TagSet(),
      associationId,
      instanceId: id,
    });
  }
}

function foundAttachment(world: World, instance: Instance, declared: InstanceDeclared['volumes'][number]): void {
  const volume = foundVolume(world, declared, instance.zone);
  const attachment: Attachment = {
    instanceId: instance.id,
    device: declared.device,
    attachTime: world.time - ageMs,
    ebsCardIndex: declared.ebsCardIndex,
    state: 'attached',
    mounted: false,
    before: undefined,
    changedAt: world.time - ageMs,
    deleteOnTermination: declared.deleteOnTermination ?? declared.device === instance.rootDevice,
    ...openFor(world, instance, volume),
  };
  if (instance.workload && volume.sealed)
    instance.workload.ledger.set(attachment.device, contentOf(world.plaintextOf(volume)));
  if (instance.state !== 'running') attachment.dataKey = undefined;
  volume.attachments.push(attachment);
  volume.state = 'in-use';
  instance.volumeIds.add(volume.id);
}

function foundSnapshot(world: World, declared: Scenario['snapshots'][number]): void {
  const volume = world.volumes.get(declared.volume);
  if (!volume) return;
  const id = declared.id ?? world.id('snap');
  const started = world.time - ageMs / 2;
  world.snapshots.set(id, {
    id,
    volumeId: volume.id,
    size: volume.size,
    description: declared.description,
    encrypted: volume.encrypted,
    keyArn: volume.keyArn,
    started,
    endsAt: started + 600_000,
    visibleFrom: started,
    usedMiB: volume.usedMiB,
    tags: new TagSet(Object.entries(declared.tags)),
    copyOf: undefined,
    sealed: volume.sealed,
    state: declared.state,
    stateMessage: declared.state === 'error' ? 'The snapshot failed' : '',
    completed: declared.state === 'completed' ? started + 600_000 : undefined,
  });
  volume.dirtyMiB = Math.round(volume.usedMiB / 10);
}
