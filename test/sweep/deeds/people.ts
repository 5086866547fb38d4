import type { World } from '../../support/world.ts';
import type { Choices } from '../choices.ts';
import { type Planned, plannedOf, type WideDeed } from '../wide.ts';
import { elsewhere, type Moving, target } from './ec2.ts';

type Act = Parameters<World['account']['act']>[0];
const books = (world: World) => world.account.world;
const volumesOf = (world: World) => [...books(world).volumes.values()];
const stateOf = (world: World, id: string) => books(world).volumes.get(id)?.state;
const isReplacement = (one: { readonly tags: { readonly now: ReadonlyMap<string, string> } }) =>
  one.tags.now.has('rekey:original');

/** A volume of others that is attached to nothing, and one under another key that hangs on the target. */
export const spare = 'vol-00000000000000007';
export const besides = 'vol-00000000000000008';

/** What other people have made of the run's snapshots, by id. */
const made = new WeakMap<World, Set<string>>();
export function madeByPeople(world: World): ReadonlySet<string> {
  return made.get(world) ?? new Set();
}

/** Later and by itself: who began it goes on with it, if the account lets him. */
function later(world: World, afterMs: number, act: () => Act): void {
  world.account.schedule(Date.now() + afterMs, () => world.attempt(() => world.account.act(act())));
}

const fates = ['keeps it', 'deletes it', 'attaches it to the target', 'attaches it elsewhere'] as const;

function makesVolumes(choices: Choices): WideDeed {
  const fate = choices.one(fates);
  const key = choices.one(['that of the snapshot', 'alias/new', 'alias/other']);
  const tags = choices.one(['none', 'of the snapshot', 'of a replacement'] as const);
  const laterMs = choices.one([60_000, 120_000, 1_800_000]);
  const tagsOf = (world: World, snapshot: string): ReadonlyMap<string, string> => {
    if (tags === 'none') return new Map();
    const copied = tags === 'of a replacement' && volumesOf(world).find(isReplacement)?.tags.now;
    return copied || (books(world).snapshots.get(snapshot)?.tags.now ?? new Map());
  };
  return {
    name: `somebody makes a volume of a snapshot and ${fate}`,
    hostile: false,
    on: (world) =>
      [...books(world).snapshots.values()].flatMap((one) =>
        one.state === 'completed' && one.copyOf === undefined && one.tags.now.has('rekey:run') ? [one.id] : [],
      ),
    act: (world, snapshot) => {
      const before = new Set(books(world).volumes.keys());
      const given = Object.fromEntries(tagsOf(world, snapshot));
      world.account.act({ do: 'create-volume', snapshot, tags: given, ...(key.startsWith('alias/') && { key }) });
      // What somebody does at the same moment may come before it.
      const volume = [...books(world).volumes.keys()].filter((id) => !before.has(id)).at(-1);
      if (volume === undefined) return;
      made.set(world, new Set([...madeByPeople(world), volume]));
      if (fate === 'deletes it') later(world, laterMs, () => ({ do: 'delete-volume', volume }));
      const instance = fate === 'attaches it to the target' ? target : elsewhere;
      const device = `/dev/sd${'klmnop'[madeByPeople(world).size % 6]}`;
      if (/attaches/.test(fate)) later(world, laterMs, () => ({ do: 'attach-volume', volume, instance, device }));
    },
  };
}

/** Moments of a volume that is moved: at any time, while the target is stopped, or when the original is out of its place. */
function moments(choices: Choices, id: string): Pick<WideDeed, 'on'> {
  return choices.one([
    {},
    { on: (world: World) => (books(world).instances.get(target)?.state === 'stopped' ? [id] : []) },
    {
      on: (world: World) =>
        volumesOf(world).some(isReplacement) && stateOf(world, id) === 'available' && standing(world) ? [id] : [],
    },
  ]);
}

const standing = (world: World) => books(world).instances.get(target)?.state === 'running';

const changes = [
  { iops: 5_000 },
  { throughput: 400 },
  { size: 90 },
  { type: 'gp3' },
  { type: 'io2', iops: 4_000 },
  { type: 'gp2' },
] as const;

function changesVolumes(choices: Choices, { originals }: Moving): readonly WideDeed[] {
  const original = choices.one(originals);
  const change = choices.one(changes);
  const on = choices.chance(0.5);
  const when = moments(choices, original);
  const replacements = (world: World) => volumesOf(world).flatMap((one) => (isReplacement(one) ? [one.id] : []));
  const modify = (world: World, volume: string) => world.account.act({ do: 'modify-volume', volume, ...change });
  const setIO = (world: World, volume: string) => world.account.act({ do: 'set-auto-enable-io', volume, on });
  return [
    { name: 'somebody modifies an original', hostile: true, ...when, act: (world) => modify(world, original) },
    { name: 'somebody modifies a replacement', hostile: true, on: replacements, act: modify },
    {
      name: 'somebody sets auto-enable-io of an original',
      hostile: true,
      ...when,
      act: (world) => setIO(world, original),
    },
    { name: 'somebody sets auto-enable-io of a replacement', hostile: true, on: replacements, act: setIO },
  ];
}

function failures(choices: Choices, { originals }: Moving): readonly WideDeed[] {
  const original = choices.one(originals);
  const attached = (world: World) => (stateOf(world, original) === 'in-use' ? [original] : []);
  return [
    {
      name: 'the hardware under an original fails',
      hostile: true,
      ...(choices.chance(0.7) && {
        on: (world: World) => (stateOf(world, original) === 'available' ? [original] : []),
      }),
      act: (world) => world.account.act({ do: 'fail-volume', volume: original }),
    },
    {
      name: 'an original is impaired',
      hostile: false,
      ...(choices.chance(0.3) && { on: attached }),
      act: (world) => world.account.act({ do: 'impair-volume', volume: original }),
    },
    {
      name: 'a replacement is impaired',
      hostile: false,
      on: (world) => volumesOf(world).flatMap((one) => (isReplacement(one) && one.state === 'in-use' ? [one.id] : [])),
      act: (world, volume) => world.account.act({ do: 'impair-volume', volume }),
    },
    {
      name: 'the hardware under a volume of others fails',
      hostile: false,
      act: (world) => world.account.act({ do: 'fail-volume', volume: spare }),
    },
    {
      name: 'a volume of others is impaired',
      hostile: false,
      act: (world) => world.account.act({ do: 'impair-volume', volume: besides }),
    },
  ];
}

/** At any time, or when the target stops, or in the hold. */
function atTheTarget(choices: Choices): readonly WideDeed[] {
  const stopped = { on: (world: World) => (books(world).instances.get(target)?.state === 'stopped' ? [target] : []) };
  const held = {
    on: (world: World) =>
      standing(world) && volumesOf(world).some((one) => isReplacement(one) && one.state === 'in-use') ? [target] : [],
  };
  const [attaching, detaching, address] = [0, 1, 2].map(() => choices.one([{}, stopped, held]));
  return [
    {
      name: 'somebody attaches a volume to the target',
      hostile: false,
      ...attaching,
      act: (world) => world.account.act({ do: 'attach-volume', volume: spare, instance: target, device: '/dev/sdj' }),
    },
    {
      name: 'somebody detaches a volume that is not of the plan',
      hostile: false,
      ...detaching,
      act: (world) => world.account.act({ do: 'detach-volume', volume: besides }),
    },
    {
      name: 'somebody takes the Elastic IP off the target',
      hostile: true,
      ...address,
      act: (world) => world.account.act({ do: 'disassociate-address', instance: target }),
    },
    {
      name: 'somebody gives the target an Elastic IP',
      hostile: false,
      ...address,
      act: (world) => world.account.act({ do: 'associate-address', instance: target }),
    },
  ];
}

/** What seeds from `firstPeopleSeed` on have besides: people who are less kind, to the run's snapshots, volumes and neighbours. */
export interface People {
  readonly deeds: readonly Planned[];
  scenario(text: string): string;
}

/** The volumes, and now and then the address, that such people need. */
function withTheirs(text: string, elastic: boolean): string {
  const hanging = `\n      - { device: /dev/sdi, id: ${besides}, size: 6, type: gp3, key: alias/other }`;
  const loose = `\n  - { id: ${spare}, size: 4, type: gp3, key: alias/other, data: theirs }`;
  return text
    .replace(/(?=\n {2}- id: i-0aaaaaaaaaaaaaaa1\n)/, hanging)
    .replace('\nvolumes:\n', `\nvolumes:${loose}\n`)
    .replace('\n    type: m5.large\n', `\n    type: m5.large\n${elastic ? '    publicIp: eip\n' : ''}`);
}

export function peopleOfEc2(choices: Choices, moving: Moving, lateMs: number): People {
  const elastic = choices.chance(0.5);
  const ofVolumes = [
    makesVolumes(choices),
    makesVolumes(choices),
    ...changesVolumes(choices, moving),
    ...failures(choices, moving),
  ];
  const deeds = moving.attached ? [...ofVolumes, ...atTheTarget(choices)] : ofVolumes;
  return { deeds: plannedOf(choices, deeds, lateMs), scenario: (text) => withTheirs(text, elastic) };
}
