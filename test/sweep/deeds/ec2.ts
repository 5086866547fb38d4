import type { FaultRule } from '../../../src/simulator/faults.ts';
import type { World } from '../../support/world.ts';
import { Choices } from '../choices.ts';
import { plannedOf, type Wide, type WideDeed, without } from '../wide.ts';
import { aroundTheRunner } from './runner.ts';

/** The instance that is moved, and another one. */
export const target = 'i-0123456789abcdef0';
const instance = target;
export const elsewhere = 'i-0aaaaaaaaaaaaaaa1';

type Act = Parameters<World['account']['act']>[0];
const did = (world: World, act: Act) => world.account.act(act);

/** The account's own books: to look at them costs nothing, and `state` reads every byte. */
const books = (world: World) => world.account.world;
const volumesOf = (world: World) => [...books(world).volumes.values()];
const snapshotsOf = (world: World) => [...books(world).snapshots.values()];
const originalOf = (tags: ReadonlyMap<string, string>) => tags.get('rekey:original');

/** What the plan moves. */
export interface Moving {
  readonly originals: readonly string[];
  /** They are volumes of the target instance. */
  readonly attached: boolean;
}

const isMade = (volume: { readonly tags: { readonly now: ReadonlyMap<string, string> } }) =>
  originalOf(volume.tags.now) !== undefined;

/** What other people and their programs do to volumes, snapshots and instances. */
export function deedsOfEc2(choices: Choices, { originals }: Moving): readonly WideDeed[] {
  const original = choices.one(originals);
  const loose = (world: World) =>
    volumesOf(world)
      .filter((one) => one.state === 'available')
      .map((one) => one.id);
  const replacementsLoose = (world: World) =>
    volumesOf(world).flatMap((one) => (isMade(one) && one.state === 'available' ? [one.id] : []));
  return [
    {
      name: 'a tagger tags new volumes',
      hostile: false,
      on: (world) => volumesOf(world).flatMap((one) => (isMade(one) ? [one.id] : [])),
      act: (world, resource) => did(world, { do: 'create-tags', resource, tags: { CreatorName: 'rekey-role' } }),
    },
    {
      name: 'a tagger tags new snapshots',
      hostile: false,
      on: (world) => snapshotsOf(world).map((one) => one.id),
      act: (world, resource) => did(world, { do: 'create-tags', resource, tags: { CreatorName: 'rekey-role' } }),
    },
    {
      name: 'a copier copies snapshots with their tags',
      hostile: false,
      on: (world) =>
        snapshotsOf(world).flatMap((one) =>
          one.state === 'completed' && one.copyOf === undefined && one.tags.now.has('rekey:run') ? [one.id] : [],
        ),
      act: (world, snapshot) => did(world, { do: 'copy-snapshot', snapshot, key: 'alias/new' }),
    },
    {
      name: 'a cleaner deletes unattached volumes',
      hostile: true,
      on: loose,
      act: (world, volume) => did(world, { do: 'delete-volume', volume }),
    },
    {
      name: 'an owner terminates what stops',
      hostile: true,
      on: (world) => (books(world).instances.get(instance)?.state === 'stopped' ? [instance] : []),
      act: (world) => did(world, { do: 'terminate-instance', instance }),
    },
    {
      name: 'an owner starts what stops',
      hostile: false,
      on: (world) => (books(world).instances.get(instance)?.state === 'stopped' ? [instance] : []),
      act: (world) => did(world, { do: 'start-instance', instance }),
    },
    {
      name: 'somebody attaches an original elsewhere',
      hostile: true,
      on: (world) =>
        volumesOf(world).some((one) => one.id === original && one.state === 'available') ? [original] : [],
      act: (world, volume) => did(world, { do: 'attach-volume', volume, instance: elsewhere, device: '/dev/sdz' }),
    },
    {
      name: 'somebody attaches a replacement elsewhere',
      hostile: true,
      on: replacementsLoose,
      act: (world, volume) => did(world, { do: 'attach-volume', volume, instance: elsewhere, device: '/dev/sdy' }),
    },
    {
      name: 'somebody attaches and detaches an original elsewhere',
      hostile: true,
      on: (world) =>
        volumesOf(world).some((one) => one.id === original && one.state === 'available') ? [original] : [],
      act: (world, volume) => {
        did(world, { do: 'attach-volume', volume, instance: elsewhere, device: '/dev/sdx' });
        // By a source of its own: who has only looked at it has changed nothing.
        if (new Choices(Date.now()).chance(0.5))
          world.account.schedule(Date.now() + 60_000, () =>
            world.attempt(() => did(world, { do: 'write-volume', volume })),
          );
        world.account.schedule(Date.now() + 120_000, () =>
          world.attempt(() => did(world, { do: 'detach-volume', volume })),
        );
      },
    },
    {
      name: 'the key of a neighbour is disabled',
      hostile: false,
      act: (world) => did(world, { do: 'disable-key', key: 'alias/other' }),
    },
    {
      name: 'the key of a neighbour is pending deletion',
      hostile: false,
      act: (world) => did(world, { do: 'schedule-key-deletion', key: 'alias/other' }),
    },
    {
      name: 'both volumes of a pair are deleted',
      hostile: true,
      on: (world) => {
        const pair = volumesOf(world).filter((one) => one.id === original || originalOf(one.tags.now) === original);
        return pair.length === 2 && pair.every((one) => one.state === 'available') ? [original] : [];
      },
      act: (world) => {
        // The original last: of a replacement that AWS does not show yet nobody knows, and then nothing is deleted.
        for (const one of volumesOf(world))
          if (originalOf(one.tags.now) === original) did(world, { do: 'delete-volume', volume: one.id });
        did(world, { do: 'delete-volume', volume: original });
      },
    },
    {
      name: 'the tags of a replacement are stripped',
      hostile: false,
      on: (world) => volumesOf(world).flatMap((one) => (isMade(one) ? [one.id] : [])),
      act: (world, resource) => {
        const keys = [...(books(world).volumes.get(resource)?.tags.now.keys() ?? [])];
        did(world, { do: 'delete-tags', resource, keys });
      },
    },
    {
      name: 'the tags of a snapshot are stripped',
      hostile: false,
      on: (world) => snapshotsOf(world).flatMap((one) => (one.tags.now.size > 0 ? [one.id] : [])),
      act: (world, resource) => {
        const keys = [...(books(world).snapshots.get(resource)?.tags.now.keys() ?? [])];
        did(world, { do: 'delete-tags', resource, keys });
      },
    },
    {
      name: 'the claim is stripped',
      hostile: false,
      act: (world) => {
        const keys = [...(books(world).instances.get(instance)?.tags.now.keys() ?? [])];
        did(world, { do: 'delete-tags', resource: instance, keys: keys.filter((key) => key.startsWith('rekey:')) });
      },
    },
  ];
}

const mutating = ['CreateSnapshot', 'CreateVolume', 'CreateTags', 'DeleteTags', 'DeleteVolume', 'DeleteSnapshot'];
const ofInstance = ['StopInstances', 'DetachVolume', 'AttachVolume', 'ModifyInstanceAttribute', 'StartInstances'];
const reading = ['DescribeVolumes', 'DescribeInstances', 'DescribeSnapshots', 'DescribeVolumeAttribute'];

/** Volumes under a key that is nobody's business: one that now and then hangs on the target, and one of the other instance. */
export const neighbours: readonly string[] = ['vol-00000000000000005', 'vol-00000000000000006'];

/** Besides the target there is another instance, and a key that is nobody's business; now and then a volume under it on the target. */
function withNeighbours(text: string, beside: boolean): string {
  const volume = '\n      - { device: /dev/sdh, id: vol-00000000000000005, size: 4, type: gp3, key: alias/other }';
  return text.replace('{ alias: alias/new }]', '{ alias: alias/new }, { alias: alias/other }]').replace(
    '\nvolumes:',
    `${beside ? volume : ''}
  - id: ${elsewhere}
    type: m5.large
    volumes:
      - { device: /dev/xvda, id: vol-00000000000000006, size: 8, type: gp3, key: alias/other }
volumes:`,
  );
}

const closings = [
  { code: 'AccessDeniedException', status: 403 },
  { code: 'AccessDeniedException', status: 403 },
  { code: 'UnknownOperationException', status: 404 },
  { code: 'ValidationException', status: 400 },
] as const;

/** Where the EBS direct APIs are not there for the run: not allowed, not in the Region, or nothing that they compare. */
export function closedToEbs(choices: Choices): readonly FaultRule[] {
  return choices.chance(0.3) ? [{ kind: 'error', operation: 'ListChangedBlocks', ...choices.one(closings) }] : [];
}

/** The wider world of EC2 and EBS. */
export function wideOfEc2(choices: Choices, moving: Moving, reach: { calls: number; lateMs: number }): Wide {
  const beside = choices.chance(0.3);
  const dropped = choices.chance(0.2)
    ? choices.one([
        'warm-up',
        'discard-warm-up',
        'auto-enable-io',
        'verify',
        'serve',
        'discard-snapshot',
        'delete-on-termination',
        'soak',
      ])
    : undefined;
  const deeds = choices.chance(0.85) ? plannedOf(choices, deedsOfEc2(choices, moving), reach.lateMs) : [];
  const operations = moving.originals.includes('vol-00000000000000003') ? mutating : [...mutating, ...ofInstance];
  return {
    deeds,
    ...aroundTheRunner(choices, { mutating: operations, reading, denial: 'UnauthorizedOperation' }, reach),
    scenario: (text) => withNeighbours(text, beside),
    plan: (given) => without({ plan: given, names: [] }, dropped),
  };
}
