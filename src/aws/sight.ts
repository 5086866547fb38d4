import type {
  EC2,
  Filter,
  Instance,
  InstanceStatus,
  InstanceTypeInfo,
  _InstanceType as InstanceTypeName,
  Snapshot,
  Tag,
  Volume,
  VolumeModification,
  VolumeStatusItem,
} from '@aws-sdk/client-ec2';
import type { Clock } from '../contract/clock.ts';
import { Aborted, type Patience, poll } from '../contract/wait.ts';
import type { AwsTime } from './aws-time.ts';
import { classify } from './outage.ts';
import { askInParts, createReader, isOfOne, slices } from './reader.ts';
import type { ClusterSight, DatabaseSight, KeySight, Sight } from './services.ts';
import type { Sightings } from './sightings.ts';
import { marker, tagValue } from './tags.ts';

// EC2 takes 200 values in a filter and gives 1,000 things on a page (facts §6.2).
const valuesPerFilter = 200;
const thingsPerPage = 1_000;
// It takes 100 ids or types in a list (API reference, DescribeInstanceStatus and DescribeInstanceTypes).
const statusesPerCall = 100;

interface Page<T> {
  readonly things: readonly T[] | undefined;
  readonly next: string | undefined;
}
type Find<T> = (filter: Filter, next: string | undefined) => Promise<Page<T>>;
interface Made {
  readonly Tags?: Tag[] | undefined;
}

/** What it takes to tell an answer of the past, and to ask again. */
export interface Order {
  readonly clock: Clock;
  /** AWS's own, right whenever it has just answered: that of the machine may be set at any time. */
  readonly time: Pick<AwsTime, 'now'>;
  readonly signal: AbortSignal;
  readonly sightings: Sightings;
}

/**
 * Reads that go out together. By filters and never by lists of ids, since a list fails whole when one of it is gone. Where AWS gives
 * an order (instances, attachments), an answer of the past is none: it is asked again until it shows the present.
 */
export function createSight(
  ec2: EC2,
  order: Order,
): Omit<Sight, keyof DatabaseSight | keyof ClusterSight | keyof KeySight> {
  const findVolumes: Find<Volume> = async (filter, NextToken) => {
    const answer = await ec2.describeVolumes({
      Filters: [filter],
      MaxResults: thingsPerPage,
      ...(NextToken && { NextToken }),
    });
    return { things: answer.Volumes, next: answer.NextToken };
  };
  const findSnapshots: Find<Snapshot> = async (filter, NextToken) => {
    const answer = await ec2.describeSnapshots({
      OwnerIds: ['self'],
      Filters: [filter],
      MaxResults: thingsPerPage,
      ...(NextToken && { NextToken }),
    });
    return { things: answer.Snapshots, next: answer.NextToken };
  };
  const findInstances: Find<Instance> = async (filter, NextToken) => {
    const answer = await ec2.describeInstances({
      Filters: [filter],
      MaxResults: thingsPerPage,
      ...(NextToken && { NextToken }),
    });
    return { things: answer.Reservations?.flatMap(({ Instances }) => Instances ?? []), next: answer.NextToken };
  };
  const instances = byId(order, 'instance-id', findInstances, (one) => one.InstanceId);
  const volumes = byId(order, 'volume-id', findVolumes, (one) => one.VolumeId);
  const snapshots = byId(order, 'snapshot-id', findSnapshots, (one) => one.SnapshotId);
  const statuses = byList<VolumeStatusItem>(
    order,
    { most: valuesPerFilter, gone: 'InvalidVolume.NotFound' },
    async (VolumeIds) => (await ec2.describeVolumeStatus({ VolumeIds })).VolumeStatuses,
    (one) => one.VolumeId,
  );
  const instanceStatuses = byList<InstanceStatus>(
    order,
    { most: statusesPerCall, gone: 'InvalidInstanceID.NotFound' },
    async (InstanceIds) => (await ec2.describeInstanceStatus({ InstanceIds })).InstanceStatuses,
    (one) => one.InstanceId,
  );
  const types = byList<InstanceTypeInfo>(
    order,
    // Of a type that AWS does not know nobody knows what it has: that is no answer.
    { most: statusesPerCall },
    async (names) => (await ec2.describeInstanceTypes({ InstanceTypes: names as InstanceTypeName[] })).InstanceTypes,
    (one) => one.InstanceType,
  );
  const findModifications: Find<VolumeModification> = async (filter, NextToken) => {
    const answer = await ec2.describeVolumesModifications({ Filters: [filter], ...(NextToken && { NextToken }) });
    return { things: answer.VolumesModifications, next: answer.NextToken };
  };
  const modifications = byValue(
    order,
    'volume-id',
    findModifications,
    (one) => one.VolumeId,
    (one) => one.StartTime,
  );
  const token = (one: Made) => tagValue(one.Tags, marker.token);
  const ofVolume = (one: Volume) => one.CreateTime;
  const ofSnapshot = (one: Snapshot) => one.StartTime;
  const volumesMade = byValue(order, `tag:${marker.token}`, findVolumes, token, ofVolume);
  const volumesFrom = byValue(order, 'snapshot-id', findVolumes, (one) => one.SnapshotId, ofVolume);
  const snapshotsMade = byValue(order, `tag:${marker.token}`, findSnapshots, token, ofSnapshot);
  const snapshotsDescribed = byValue(order, 'description', findSnapshots, (one) => one.Description, ofSnapshot);
  return {
    instance: (id) =>
      present(
        order,
        () => instances(id),
        (seen, askedAt) => order.sightings.instance(id, seen, askedAt),
      ),
    volume: (id) =>
      present(
        order,
        () => volumes(id),
        (seen, askedAt) => order.sightings.volume(id, seen, askedAt),
      ),
    snapshot: (id) => snapshots(id),
    volumeStatus: (id) => statuses(id),
    volumeModifications: (id) => modifications(id),
    instanceStatus: (id) => instanceStatuses(id),
    instanceType: (name) => types(name),
    volumesMade: (token) => volumesMade(token),
    snapshotsMade: (token) => snapshotsMade(token),
    volumesFrom: (snapshot) =>
      present(
        order,
        () => volumesFrom(snapshot),
        (seen, askedAt) => order.sightings.volumesFrom(snapshot, seen, askedAt),
      ),
    snapshotsDescribed: (description) => snapshotsDescribed(description),
  };
}

const pastPauseMs = 5_000;

/** Asks until the answer is not one of the past. Throws Aborted on the signal. */
async function present<T>(
  { clock, signal, time }: Order,
  ask: () => Promise<T>,
  isPresent: (seen: T, askedAt: number) => boolean,
): Promise<T> {
  const end = await poll({ clock, signal }, pastPauseMs, async (askedAt) => {
    const seen = await ask();
    const askedThere = time.now() - Math.max(0, clock.now() - askedAt);
    return isPresent(seen, askedThere) ? { done: seen } : { again: true };
  });
  if (end === 'aborted') throw new Aborted('this process is ending: what AWS shows is from the past');
  return end.done;
}

function byId<T extends Made>(
  patience: Patience,
  filter: string,
  find: Find<T>,
  idOf: (thing: T) => string | undefined,
) {
  const ours = new OwnRuns();
  return createReader<string, T | undefined>(patience, async (asked) => {
    const found = new Map<string, T>();
    const take = (things: readonly T[]) => {
      for (const thing of things) {
        const id = idOf(thing);
        if (id === undefined) continue;
        found.set(id, thing);
        ours.note(id, tagValue(thing.Tags, marker.run));
      }
    };
    const ids = [...new Set(asked)];
    const run = ids.length > valuesPerFilter ? ours.worthAsking(ids) : undefined;
    if (run !== undefined) take(await all(find, `tag:${marker.run}`, [run]));
    const missing = ids.filter((id) => !found.has(id));
    const batches = slices(missing, valuesPerFilter).map((values) => all(find, filter, values));
    for (const things of await Promise.all(batches)) take(things);
    return asked.map((id) => found.get(id));
  });
}

/** What has no filter by id is listed. `gone`: by this AWS says that one of a list is not there. */
function byList<T>(
  patience: Patience,
  { most, gone }: { readonly most: number; readonly gone?: string },
  list: (ids: string[]) => Promise<readonly T[] | undefined>,
  idOf: (thing: T) => string | undefined,
) {
  // Whether it may be listed at all is a matter of the call: IAM knows no single resource here.
  const mayBeOfOne = (error: unknown) => isOfOne(error) && classify(error)?.wants !== 'right';
  return createReader<string, T | undefined>(patience, async (asked) => {
    const parts = slices([...new Set(asked)], most).map((ids) => askInParts(ids, list, mayBeOfOne));
    const answers = new Map((await Promise.all(parts)).flat());
    return asked.map((id) => {
      const answer = answers.get(id);
      if (!(answer instanceof Error)) return answer?.find((one) => idOf(one) === id);
      return answer.name === gone ? undefined : answer;
    });
  });
}

/** All that have a value, oldest first. */
function byValue<T>(
  patience: Patience,
  filter: string,
  find: Find<T>,
  value: (thing: T) => string | undefined,
  timeOf: (thing: T) => Date | undefined,
) {
  return createReader<string, readonly T[]>(patience, async (asked) => {
    const batches = slices([...new Set(asked)], valuesPerFilter).map((values) => all(find, filter, values));
    const made = (await Promise.all(batches)).flat();
    made.sort((a, b) => (timeOf(a)?.getTime() ?? 0) - (timeOf(b)?.getTime() ?? 0));
    const found = new Map<string | undefined, T[]>();
    for (const thing of made) found.set(value(thing), [...(found.get(value(thing)) ?? []), thing]);
    return asked.map((one) => found.get(one) ?? []);
  });
}

/** All pages. A page may be empty and still name a next one. */
async function all<T>(find: Find<T>, Name: string, Values: string[]): Promise<T[]> {
  const things: T[] = [];
  let next: string | undefined;
  do {
    const page = await find({ Name, Values }, next);
    things.push(...(page.things ?? []));
    next = page.next;
  } while (next);
  return things;
}

/** Which things were seen with which run's tag: a whole run's come in pages of 1,000, instead of 200 a call by id. */
class OwnRuns {
  readonly #runOf = new Map<string, string>();

  note(id: string, run: string | undefined): void {
    if (run !== undefined) this.#runOf.set(id, run);
  }

  /** The run whose pages hold these ids in fewer calls than asking by id takes. */
  worthAsking(ids: readonly string[]): string | undefined {
    const run = this.#runOf.get(ids.find((id) => this.#runOf.has(id)) ?? '');
    if (run === undefined) return undefined;
    const asked = ids.filter((id) => this.#runOf.get(id) === run).length;
    const known = [...this.#runOf.values()].filter((one) => one === run).length;
    return Math.ceil(known / thingsPerPage) < Math.ceil(asked / valuesPerFilter) ? run : undefined;
  }
}
