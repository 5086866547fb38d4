import { type ProcessOptions, volumePlan, type World } from '../support/world.ts';

export const instance = 'i-0123456789abcdef0';
export const loose = 'vol-00000000000000003';
export const denied = { times: 1, kind: 'error', code: 'UnauthorizedOperation', status: 403 } as const;
const hour = 3_600_000;

/** Calls `act` before the nth call of an operation. */
export function onCall(operation: string, nth: number, act: () => void): ProcessOptions {
  let seen = 0;
  return {
    beforeCall: (name) => {
      if (name === `ec2:${operation}` && ++seen === nth) act();
    },
  };
}

/** Lets time pass, and all happen in the account that is due by then. */
function pass(world: World, ms: number): void {
  world.pass(ms);
  world.account.world.settle();
}

/** Somebody starts the instance, and has it running a minute later. */
function started(world: World): void {
  world.account.act({ do: 'start-instance', instance });
  pass(world, 60_000);
}

/** Short histories of an instance with two volumes, or of an unattached one, that come to the rows of the table. */
export const scenes: Readonly<Record<string, (world: World) => Promise<void>>> = {
  'a run from its beginning to its end': async (world) => void (await world.process()),
  'a run whose start AWS refuses': async (world) => {
    world.account.faults.add({ operation: 'StartInstances', ...denied });
    await world.process();
  },
  'a replacement that loses its tags before it is verified': async (world) => {
    const strip = () => {
      for (const { id, tags } of world.account.world.volumes.values())
        if (tags.now.has('rekey:original'))
          world.account.act({ do: 'delete-tags', resource: id, keys: [...tags.now.keys()] });
    };
    await world.process([], onCall('ModifyInstanceAttribute', 1, strip));
  },
  'a run that is killed in the middle of the swap': async (world) => {
    const killed = await world.process([], { diesAfter: (operation) => operation === 'ec2:AttachVolume' });
    await world.process(killed.disk);
  },
  'a run that is killed before it verifies': async (world) => {
    const { disk } = await world.process([], { diesAfter: (operation) => operation === 'ec2:ModifyInstanceAttribute' });
    // Until all blocks have come.
    pass(world, hour / 2);
    const again = await world.process(disk, { diesOn: () => true });
    await world.process(again.disk);
  },
  'the new key is disabled while it still runs': async (world) => {
    const diesOn: ProcessOptions['diesOn'] = (record) => record.t === 'done' && record.uses === 'ebs.create-snapshot';
    const { disk } = await world.process([], { diesOn });
    world.account.act({ do: 'disable-key', key: 'alias/new' });
    pass(world, hour / 4);
    await world.process(disk, { diesOn: () => true });
  },
  'an owner who terminates what stops': async (world) => {
    const terminate = () => world.account.act({ do: 'terminate-instance', instance });
    await world.process([], onCall('DetachVolume', 1, terminate));
  },
  'somebody who starts the instance before the swap, and stops it again': async (world) => {
    const restart = () => {
      started(world);
      world.account.act({ do: 'stop-instance', instance });
      pass(world, 300_000);
    };
    const { disk } = await world.process([], { diesAfter: (operation) => operation === 'ec2:ModifyVolumeAttribute' });
    pass(world, hour / 4);
    restart();
    const killed = await world.process(disk, { diesOn: () => true });
    await world.process(killed.disk);
  },
  'somebody who starts the instance before the swap': async (world) => {
    const { disk } = await world.process([], { diesAfter: (operation) => operation === 'ec2:ModifyVolumeAttribute' });
    pass(world, hour / 4);
    started(world);
    const killed = await world.process(disk, { diesOn: () => true });
    await world.process(killed.disk);
  },
  'somebody who starts the instance in the middle of the swap': async (world) => {
    const { disk } = await world.process([], {
      diesOn: (record) => record.t === 'done' && record.uses === 'ebs.attach-volume',
    });
    started(world);
    await world.process(disk);
  },
  'somebody who starts the instance while it is taken back': async (world) => {
    world.account.faults.add({ operation: 'StartInstances', ...denied });
    const { disk } = await world.process([], { diesOn: (record) => record.t === 'unwinding' });
    started(world);
    await world.process(disk);
  },
  'somebody who stops the instance in the hold, and disables the new key': async (world) => {
    const { disk } = await world.process([], { wait: false });
    pass(world, hour / 2);
    world.account.act({ do: 'stop-instance', instance });
    pass(world, hour / 4);
    const paused = await world.process(disk, { wait: false });
    world.account.act({ do: 'disable-key', key: 'alias/new' });
    pass(world, hour / 4);
    await world.process(paused.disk, { wait: false });
  },
  'a key that is disabled while the original is held': async (world) => {
    const { disk } = await world.process([], { plans: [volumePlan], wait: false });
    world.account.act({ do: 'disable-key', key: 'alias/new' });
    pass(world, 3 * hour);
    await world.process(disk, { plans: [volumePlan], wait: false });
  },
  'a key that is disabled when nothing is left to be deleted': async (world) => {
    const disable = () => world.account.act({ do: 'disable-key', key: 'alias/new' });
    const late = () => {
      world.account.schedule(Date.now() + 5_000, disable);
      world.account.faults.add({ operation: 'DescribeSnapshots', kind: 'throttle', when: 'before', times: 8 });
    };
    const { result } = await world.process([], { plans: [volumePlan], ...onCall('DeleteSnapshot', 2, late) });
    if (result === 'died' || result.status !== 'done') throw new Error('it has not come to its end');
  },
  'somebody who uses an original elsewhere in the hold': async (world) => {
    const { disk } = await world.process([], { plans: [volumePlan], wait: false });
    world.account.act({ do: 'attach-volume', volume: loose, instance, device: '/dev/sdz' });
    pass(world, hour / 4);
    await world.process(disk, { plans: [volumePlan], wait: false });
  },
  'a rollback when somebody has deleted an original in the hold': async (world) => {
    const { disk } = await world.process([], { wait: false });
    world.account.act({ do: 'delete-volume', volume: 'vol-00000000000000002' });
    pass(world, hour / 4);
    await world.process(disk, { command: { command: 'rollback', discardWrites: true } });
  },
  'a rollback when somebody has deleted the volume before there was a replacement': async (world) => {
    world.account.faults.add({ operation: 'CreateVolume', ...denied });
    const { disk } = await world.process([], { plans: [volumePlan] });
    world.account.act({ do: 'delete-volume', volume: loose });
    pass(world, hour / 4);
    await world.process(disk, { plans: [volumePlan], command: { command: 'rollback', discardWrites: false } });
  },
  'a typed rollback in the hold': async (world) => {
    const { disk } = await world.process([], { wait: false });
    await world.process(disk, { command: { command: 'rollback', discardWrites: true } });
  },
};
