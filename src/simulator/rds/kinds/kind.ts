import type { AwsError } from '../../wire/message.ts';
import type { World } from '../../world.ts';
import type { Stage } from '../lifecycle.ts';
import type { Database } from '../model.ts';
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

interface ChangeDifferences<T extends Resource> {
  /** Those that restart the engines. */
  readonly disruptive: readonly (keyof T['settings'] & string)[];
  /** What Describe shows of them at once. */
  begin(world: World, one: T, settings: Partial<T['settings']>): void;
  /** What members show while nothing restarts. */
  meanwhile?(world: World, one: T): void;
  /** What else is so when they are in force, before engines come up again. */
  inForce(world: World, one: T, settings: Partial<T['settings']>): void;
  /** Whether events tell of them before the engines are up again, or after. */
  readonly toldBeforeRestart: boolean;
  after?(world: World, one: T, settings: Partial<T['settings']>): void;
}

interface RenameDifferences<T extends Resource> {
  /** In the words of its event. */
  readonly noun: string;
  readonly restarts: boolean;
  /** Between how many seconds the stages take: until the new name is there, then until it is available, then the host name. */
  readonly seconds: readonly [from: number, to: number];
  readonly lastSeconds: readonly [from: number, to: number];
  readonly dnsSeconds: readonly [from: number, to: number];
  /** Takes the old host names away, shows the new ones, has them lead somewhere. */
  unname(world: World, one: T, old: string): void;
  show(world: World, one: T): void;
  name(world: World, one: T): void;
}

interface StopDifferences<T extends Resource> {
  readonly stopSeconds: readonly [from: number, to: number];
  readonly longestStartSeconds: number;
  /** Whether an event tells that it has started. */
  tellsOfStart(one: T): boolean;
  /** The event of a start by itself after seven days, if there is one. */
  readonly weekIsOver?: string;
}

interface MaintenanceDifferences<T extends Resource> {
  /** Whether what has a time begins at that time; otherwise it does not happen at all. */
  mayBegin(one: T): boolean;
  /** The stages, the last of which calls `finished`. */
  stages(world: World, one: T, finished: () => void): Stage[];
  /** Whether what waits is applied when maintenance is over. */
  takesPending(one: T): boolean;
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
  /** The engines that are up and down with it: its own, or those of all members. */
  engines(world: World, one: T): Database[];
  readonly snapshot: SnapshotDifferences<T>;
  readonly changes: ChangeDifferences<T>;
  readonly renaming: RenameDifferences<T>;
  readonly stopping: StopDifferences<T>;
  readonly maintenance: MaintenanceDifferences<T>;
  /** Whether a backup is taken each day. */
  backsUp(one: T): boolean;
  /** What else goes when it is deleted: names, and what hangs on it. */
  removed(world: World, one: T): void;
  /** Has DescribeEvents tell of it, or of a snapshot of it. */
  tell(world: World, one: T, message: string, ...categories: string[]): void;
  tellOfSnapshot(world: World, snapshot: SnapshotBy<T>, message: string, ...categories: string[]): void;
}
