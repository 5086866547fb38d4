import type { AwsError } from '../../wire/message.ts';
import type { World } from '../../world.ts';
import type { BackupsOf, Resource, SnapshotOf } from '../parts.ts';

/**
 * What differs between a DB instance and a DB cluster in what RDS does alike with both. Where the two differ without
 * AWS saying so, the difference has a name here and a line in docs/SIMULATOR.md.
 */
export interface Kind<T extends Resource> {
  all(world: World): Map<string, T>;
  snapshots(world: World): Map<string, SnapshotOf<T['settings']>>;
  backups(world: World): Map<string, BackupsOf<T>>;
  arn(world: World, identifier: string): string;
  snapshotArn(world: World, id: string): string;
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
  /** Has DescribeEvents tell of it, or of a snapshot of it. */
  tell(world: World, one: T, message: string, ...categories: string[]): void;
  tellOfSnapshot(world: World, snapshot: SnapshotOf<T['settings']>, message: string, ...categories: string[]): void;
}
