import type { AwsError } from '../../wire/message.ts';
import type { World } from '../../world.ts';
import type { BackupsOf, Resource, SnapshotBy } from '../parts.ts';

interface SnapshotDifferences<T extends Resource> {
  /** How many manual ones the account may have, and how many copies may be under way. */
  limits(world: World): { readonly manual: number; readonly copiesAtOnce: number };
  /** In characters. The doc comments of the two Create messages give both numbers. */
  readonly longestId: number;
  /** The filters of Describe, and what each looks at. */
  filters(world: World): Readonly<Record<string, (one: SnapshotBy<T>) => string | undefined | readonly string[]>>;
  view(world: World, one: SnapshotBy<T>): object;
  /** Throws for one of which no snapshot can be taken by itself: a member of a cluster. */
  refuse?(one: T): void;
  /** Throws for a copy that can't be made under a key. */
  refuseKey?(source: SnapshotBy<T>, key: string | undefined): void;
  /** The end of a backup, in the words of its event. */
  readonly finished: string;
  /** How many automated ones are kept where the settings give no retention. */
  readonly keptByDefault: number;
  /** The status that the answer of its delete shows (the AWS CLI's examples of both). */
  readonly deletedShows: string;
}

/**
 * What differs between a DB instance and a DB cluster in what RDS does alike with both. Where the two differ without
 * AWS saying so, the difference has a name here and a line in docs/SIMULATOR.md.
 */
export interface Kind<T extends Resource> {
  all(world: World): Map<string, T>;
  snapshots(world: World): Map<string, SnapshotBy<T>>;
  backups(world: World): Map<string, BackupsOf<T>>;
  arn(world: World, identifier: string): string;
  snapshotArn(world: World, id: string): string;
  /** As AWS writes it in events and refusals. */
  readonly noun: string;
  /** The parameters of operations by which it and its snapshots are named. */
  readonly parameters: { readonly identifier: string; readonly snapshot: string };
  readonly refusals: {
    missing(name: string): AwsError;
    exists(): AwsError;
    state(message: string): AwsError;
    noSnapshot(id: string): AwsError;
    snapshotExists(id: string): AwsError;
    snapshotState(message: string): AwsError;
  };
  /** Throws its state unless it is free for a change: `doing` says which. */
  requireFree(world: World, one: T, doing: string): void;
  readonly snapshot: SnapshotDifferences<T>;
  /** Has DescribeEvents tell of it, or of a snapshot of it. */
  tell(world: World, one: T, message: string, ...categories: string[]): void;
  tellOfSnapshot(world: World, snapshot: SnapshotBy<T>, message: string, ...categories: string[]): void;
}
