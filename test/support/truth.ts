import type { Account } from '../../src/simulator/account.ts';
import { digestOf, unseal } from '../../src/simulator/bytes.ts';
import { contentBytes } from '../../src/simulator/content.ts';
import type { Snapshot, Volume } from '../../src/simulator/model.ts';
import { AwsError } from '../../src/simulator/wire/message.ts';

/** What of a volume has to be on its replacement, by the name under which an operator would miss it. */
export type Attributes = Readonly<Record<string, string>>;

/** The true state of an account, as nobody who works on it can see it. */
export class Truth {
  /** Volumes and snapshots that were there before anybody did anything. */
  readonly preexisting: ReadonlySet<string>;
  private readonly account: Account;
  private readonly looseDigests = new Map<string, string>();
  private readonly countsAtBirth = new Map<string, number>();

  constructor(account: Account) {
    this.account = account;
    const { world } = account;
    this.preexisting = new Set([...world.volumes.keys(), ...world.snapshots.keys()]);
    for (const volume of world.volumes.values()) {
      if (volume.attachments.length === 0) this.looseDigests.set(volume.id, this.digest(volume) ?? '');
    }
  }

  /**
   * The lines of data (a device with its acknowledged writes, a loose volume's first bytes) of which a complete copy can be read,
   * on a volume or in a completed snapshot.
   */
  completeLines(): Set<string> {
    const { world } = this.account;
    for (const instance of world.instances.values()) world.writeUp(instance);
    const digests = new Set([
      ...[...world.volumes.values()].filter((one) => one.state !== 'deleting').map((one) => this.digest(one)),
      ...[...world.snapshots.values()].filter((one) => one.state === 'completed').map((one) => this.stored(one)),
    ]);
    const complete = new Set<string>();
    for (const instance of world.instances.values()) {
      for (const [device, acknowledged] of instance.workload?.ledger ?? []) {
        if (digests.has(digestOf(contentBytes(acknowledged)))) complete.add(`${instance.id} ${device}`);
      }
    }
    for (const [id, digest] of this.looseDigests) {
      const original = world.volumes.get(id);
      // As long as it is there it says itself what is complete: its owner may go on writing on it.
      const now = original && original.state !== 'deleting' ? (this.digest(original) ?? digest) : digest;
      this.looseDigests.set(id, now);
      if (digests.has(now)) complete.add(id);
    }
    return complete;
  }

  /** The volumes made since the beginning on which a workload has written. */
  written(): ReadonlySet<string> {
    return new Set([...this.account.world.volumes.values()].filter((one) => this.isWritten(one)).map((one) => one.id));
  }

  tagsOf(id: string): ReadonlyMap<string, string> | undefined {
    const { volumes, snapshots, instances, rds } = this.account.world;
    const { databases, clusters, clusterSnapshots } = rds;
    const held = [volumes, snapshots, instances, databases, clusters, rds.snapshots, clusterSnapshots];
    return held.map((books) => books.get(id)).find((one) => one !== undefined)?.tags.now;
  }

  /** Of every volume that is there. */
  attributes(): ReadonlyMap<string, Attributes> {
    return new Map([...this.account.world.volumes.values()].map((volume) => [volume.id, attributesOf(volume)]));
  }

  private isWritten(volume: Volume): boolean {
    if (this.preexisting.has(volume.id)) return false;
    const count = this.read(volume, () => this.account.world.contentOf(volume).count);
    if (count === undefined) return false;
    const birth = this.countsAtBirth.get(volume.id) ?? count;
    this.countsAtBirth.set(volume.id, birth);
    return count > birth;
  }

  private digest(volume: Volume): string | undefined {
    return this.read(volume, () => digestOf(this.account.world.plaintextOf(volume)));
  }

  private stored({ sealed }: Snapshot): string | undefined {
    return this.read({ sealed }, () => sealed && digestOf(unseal(sealed, this.account.world.dataKeyOf(sealed))));
  }

  private read<T>({ sealed }: Pick<Volume, 'sealed'>, reading: () => T): T | undefined {
    if (!sealed) return undefined;
    try {
      return reading();
    } catch (error) {
      // Unreadable is an answer: its key is gone.
      if (error instanceof AwsError) return undefined;
      throw error;
    }
  }
}

function attributesOf(volume: Volume): Attributes {
  const { size, type, iops, throughput, zone, autoEnableIO, multiAttach } = volume;
  const own = { size, type, iops, throughput, zone, autoEnableIO, multiAttach };
  // Tags of ours mark a copy, tags of AWS can't be set by anybody else.
  const tags = [...volume.tags.now].filter(([key]) => !/^(rekey|aws):/.test(key));
  const places = volume.attachments.map(
    ({ instanceId, device, deleteOnTermination }) =>
      `${instanceId} ${device} DeleteOnTermination=${deleteOnTermination}`,
  );
  return {
    ...Object.fromEntries(Object.entries(own).map(([name, value]) => [name, String(value)])),
    ...Object.fromEntries(tags.map(([key, value]) => [`tag ${key}`, value])),
    ...(places.length > 0 && { place: places.join(', ') }),
  };
}
