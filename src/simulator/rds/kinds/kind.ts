import type { AwsError } from '../../wire/message.ts';
import type { World } from '../../world.ts';
import type { Stage } from '../life/lifecycle.ts';
import type { BackupsOf, Resource, SnapshotBy } from '../model/alike.ts';
import type { Database, ParameterGroup } from '../model/model.ts';

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
  /** Throws for one that can't be stopped as it is. */
  refuse?(world: World, one: T): void;
  readonly stopSeconds: readonly [from: number, to: number];
  readonly longestStartSeconds: number;
  /** Whether an event tells that it has started. */
  tellsOfStart(one: T): boolean;
  /** The event of a start that is asked for, if there is one. */
  readonly startAsked?: string;
  /** The event of a start by itself after seven days, if there is one. */
  readonly weekIsOver?: string;
}

interface DeleteDifferences<T extends Resource> {
  readonly protectedNoun: string;
  /** Throws for one that can't be deleted as it is. */
  refuse?(world: World, one: T): void;
  /** Whether it shows `deleting` while its last snapshot is taken. */
  readonly showsAtOnce: boolean;
  /** The stages, the last of which calls `remove`. */
  stages(world: World, one: T, remove: () => void): Stage[];
}

interface RoleDifferences {
  /** Whether a role is for one feature; otherwise it may be for none, and goes whatever it was for. */
  readonly needFeature: boolean;
  exists(arn: string, name: string): AwsError;
  full(): AwsError;
  none(arn: string, name: string): AwsError;
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
  /** The same in front of a name. */
  readonly called: string;
  /** How operations name it and its snapshots, and the filters of Describe by its identifier and its resource id. */
  readonly parameters: {
    readonly identifier: string;
    readonly arn: string;
    readonly snapshot: string;
    readonly identifierFilter: string;
    readonly resourceFilter: string;
  };
  /** What else Describe filters by, and what each filter looks at. */
  filters(world: World): Readonly<Record<string, (one: T) => string | undefined | readonly string[]>>;
  /** As all operations show it. */
  view(world: World, one: T): object;
  /** The status as Describe shows it. */
  shownStatus(world: World, one: T): string;
  parameterGroups(world: World): Map<string, ParameterGroup>;
  readonly refusals: {
    noParameterGroup(name: string): AwsError;
    missing(name: string): AwsError;
    exists(): AwsError;
    state(message: string): AwsError;
    noSnapshot(id: string): AwsError;
    snapshotExists(id: string): AwsError;
    snapshotState(message: string): AwsError;
  };
  /** Throws its state unless it is free for a change: `doing` says which. */
  requireFree(world: World, one: T, doing: string): void;
  /** Throws for one whose cluster's call it is. */
  requireOwn?(one: T, doing: string): void;
  /** The engines that are up and down with it: its own, or those of all members. */
  engines(world: World, one: T): Database[];
  readonly snapshot: SnapshotDifferences<T>;
  readonly changes: ChangeDifferences<T>;
  readonly renaming: RenameDifferences<T>;
  readonly stopping: StopDifferences<T>;
  readonly maintenance: MaintenanceDifferences<T>;
  readonly deleting: DeleteDifferences<T>;
  readonly roles: RoleDifferences;
  /** Whether a backup is taken each day. */
  backsUp(one: T): boolean;
  /** What else goes when it is deleted: names, and what hangs on it. */
  removed(world: World, one: T): void;
  /** Has DescribeEvents tell of it, or of a snapshot of it. */
  tell(world: World, one: T, message: string, ...categories: string[]): void;
  tellOfSnapshot(world: World, snapshot: SnapshotBy<T>, message: string, ...categories: string[]): void;
}
