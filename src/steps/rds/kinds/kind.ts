import type { DBClusterEndpoint, DBInstance, Tag } from '@aws-sdk/client-rds';
import * as z from 'zod';
import type { AwsContext } from '../../../aws/services.ts';
import type { DatabaseAddress } from '../../../contract/databases.ts';
import type { Json } from '../../../contract/json.ts';
import type { ServiceCall, Upkeep } from '../../../contract/step.ts';
import type { Refusals } from '../../refusals.ts';
import type {
  AcceptedOfDatabase,
  Database,
  DatabaseRole,
  DatabaseVerdict,
  FencedDatabase,
  FenceProof,
  FinalDatabaseVerdict,
  MadeDatabase,
  Member,
  MemberPair,
  PlacedDatabaseVerdict,
  RestartedDatabase,
} from '../domain.ts';
import type { LogPosition } from '../fence/position.ts';
import type { Asked, Login, Reading } from '../read/reading.ts';
import type { Described, DescribedSnapshot } from '../status.ts';

/** The types of the steps that both kinds have. Above each stands what docs/STEPS.md says of it. */
interface StepsOfKind {
  readonly read: string;
  readonly claim: string;
  readonly release: string;
  readonly createSnapshot: string;
  readonly fence: string;
  readonly verifyFence: string;
  readonly restore: string;
  readonly modify: string;
  readonly addRole: string;
  readonly compare: string;
  readonly checkSql: string;
  readonly rename: string;
  readonly verify: string;
  readonly admit: string;
  readonly verifyServing: string;
  readonly clearProtection: string;
  readonly setProtection: string;
  readonly delete: string;
  readonly discard: string;
  readonly discardSnapshot: string;
  readonly start: string;
  readonly fenceReplacement: string;
}

type Settings = Readonly<Record<string, unknown>>;

/** What both kinds have of an original before anything was touched. */
export type Original = Omit<Database, 'masterUserSecret'>;

/** A snapshot of either that this run has made. */
export interface MadeSnapshot {
  readonly id: string;
  readonly after: string | null;
  readonly position?: LogPosition | undefined;
  readonly storageGiB?: number | undefined;
}

/** A copy of one, under the new key. */
export interface SnapshotCopy {
  readonly id: string;
  readonly source: string | null;
}

/** What a modification is asked for, in the words that both calls have. */
interface Change {
  readonly VpcSecurityGroupIds?: string[];
  readonly DeletionProtection?: boolean;
  readonly ApplyImmediately: true;
}

/** What a replacement is restored from and how. */
interface Restored {
  readonly settings: Settings;
  readonly snapshot: string;
  /** The new key, where the snapshot is not under it already. */
  readonly key: string | undefined;
  readonly fence: string;
  readonly tags: Tag[];
}

/** What becomes of it when it is deleted, in the words that both calls have. */
export interface Remains {
  readonly SkipFinalSnapshot: boolean;
  readonly FinalDBSnapshotIdentifier?: string;
  readonly DeleteAutomatedBackups: boolean;
}

/** One with its parts, which all have to be well: an instance is its own. */
export interface Whole<D extends Described = Described> {
  readonly found: D;
  readonly parts: readonly DBInstance[];
}

/** Original and replacement as AWS shows them now. Only clusters have instances and endpoints besides: all of the account. */
export interface Pair<D extends Described = Described> {
  readonly original: D | undefined;
  readonly replacement: D | undefined;
  readonly instances: readonly DBInstance[];
  readonly endpoints: readonly DBClusterEndpoint[];
}

/** A pair of which both are there. */
export type BothThere = Omit<Pair, 'endpoints'> & { readonly original: Described; readonly replacement: Described };

/** All of the kind. Only clusters have instances and endpoints besides: all of the account. */
export interface AllSeen {
  readonly all: readonly Described[];
  readonly instances: readonly DBInstance[];
  readonly endpoints: readonly DBClusterEndpoint[];
}

interface Ids {
  readonly original: string;
  readonly replacement: string;
}

/**
 * What is moved: a DB instance or an Aurora cluster. An instance is the cluster of one part. Steps that both have are defined
 * once, as functions of this, and there is no other difference between the two than what AWS asks for.
 */
export interface Kind {
  readonly steps: StepsOfKind;
  /** AWS's word for it, in names of calls. */
  readonly resource: 'DBInstance' | 'DBCluster';
  /** AWS's word for a snapshot of it, in names of calls. */
  readonly snapshot: 'DBSnapshot' | 'DBClusterSnapshot';
  /** The permissions to look at it and its parts. */
  readonly describes: readonly string[];
  /** The same with all else that belongs to it. */
  readonly describesAll: readonly string[];
  /** What a read looks at of its own, and around it. */
  readonly describesToRead: readonly string[];
  readonly describesAround: readonly string[];
  /** What it is called in a sentence. */
  readonly noun: string;
  /** The error of the service that means: there is none of this name. */
  readonly notFound: string;
  /** What is asked in SQL. */
  readonly asked: string;
  readonly restoreCall: ServiceCall;
  /** The command that frees its name, as far as the name. */
  readonly deleteCommand: string;

  /** Under what name steps take and give its id. */
  readonly idField: 'database' | 'cluster';
  readonly targetType: string;
  /** What its ids look like. */
  readonly idPattern: RegExp;
  /** Does this id name a part of one, which is claimed with it? */
  isPart(id: string): boolean;
  /** Under what name an observation has the name that clients connect to. */
  readonly targetField: 'target' | 'cluster';
  /** Under what name steps take what was read of the original. */
  readonly originalField: 'instance' | 'cluster';
  readonly Id: z.ZodType<string>;
  readonly Name: z.ZodType<string>;
  readonly SnapshotName: z.ZodType<string>;
  readonly ReadOutput: z.ZodType<object>;
  readonly Original: z.ZodType<Original>;
  readonly Made: z.ZodType<MadeDatabase>;
  readonly MadeSnapshot: z.ZodType<MadeSnapshot>;
  readonly Role: z.ZodType<DatabaseRole>;
  readonly Fenced: z.ZodType<object>;
  readonly FenceProof: z.ZodType<FenceProof>;
  /** The proof after which a final snapshot is taken; undefined where one may be taken before. */
  readonly After: z.ZodType<FenceProof | undefined>;
  readonly Verdict: z.ZodType<DatabaseVerdict>;
  readonly PlacedVerdict: z.ZodType<PlacedDatabaseVerdict>;
  readonly FinalVerdict: z.ZodType<FinalDatabaseVerdict>;
  /** What says that each part was restarted behind the fence. */
  readonly restartsShape: z.ZodRawShape;
  /** The new members that a comparison takes, and the copy of the final snapshot that a verification takes: each is one kind's alone. */
  readonly membersShape: object;
  readonly copyShape: object;
  /** The key that a restore takes, where the snapshot is not under it already. */
  readonly keyShape: object;
  /** The attributes that DescribeDBInstances, or DescribeDBClusters with it, has, and what it means to name some. */
  readonly attributes: readonly string[];
  readonly mayDiffer: string;
  /** The settings of an original that must not change behind a run's back. */
  readonly carried: readonly string[];
  /** The settings that a restore gives a replacement, those that a modification does, and those that only go together. */
  readonly restored: readonly string[];
  readonly modified: readonly string[];
  readonly together: readonly (readonly string[])[];

  /** By the id that a rename leaves alone. */
  find(ctx: AwsContext, id: string): Promise<Described | undefined>;
  all(ctx: AwsContext): Promise<readonly Described[]>;
  /** All as the last look showed them, without asking. */
  lastSeen(ctx: AwsContext): readonly Described[];
  findSnapshot(ctx: AwsContext, name: string): Promise<DescribedSnapshot | undefined>;
  /** What of it serves, the writer first. */
  parts(ctx: AwsContext, found: Described): Promise<readonly DBInstance[]>;
  /** It and its parts, looked for at once. */
  whole(ctx: AwsContext, id: string): Promise<Whole | undefined>;
  partsAmong(found: Described, instances: readonly DBInstance[]): readonly DBInstance[];
  /** Both at once. The endpoints are asked for only by name. */
  pair(ctx: AwsContext, ids: Ids): Promise<Pair>;
  pairWithEndpoints(ctx: AwsContext, ids: Ids): Promise<Pair>;

  /** All that an observation is made of, looked for at once. */
  allSeen(ctx: AwsContext): Promise<AllSeen>;
  /** How the parts of the original are set. */
  partsAsSet(
    original: Described,
    seen: AllSeen,
    read: Original | undefined,
    run: string,
  ): { readonly [attribute: string]: Json };

  /** Begins to read one; undefined when there is none of this name. */
  read(ctx: AwsContext, asked: Asked, refusals: Refusals<AcceptedOfDatabase>): Promise<Reading | undefined>;
  /** What a read says is to be claimed, the original as its target type looks for it. */
  claimsIn(output: object): readonly string[];

  /** Where it answers SQL that writes; undefined while it has no endpoint. */
  addressOf(login: Login, found: Described): DatabaseAddress | undefined;
  /** The endpoints that follow its name. */
  ownNames(found: Described): readonly (string | undefined)[];
  /** None of its parts is hidden by a rename. */
  isWhole(found: Described, parts: readonly DBInstance[]): boolean;
  hasWriter(found: Described, parts: readonly DBInstance[]): boolean;
  /** Attribute by attribute what is carried over, without what is not there. */
  settings(found: Described): Settings;
  /** What a modification is asked for to give these settings, of all that are wanted. */
  changes(settings: Settings, wanted: Settings): object;
  /** What the original goes on costing until it is deleted. */
  keeps(original: Original, snapshot: MadeSnapshot): Upkeep;
  /** The members of an original as they were read, those made for them, and which of these replaces which. */
  members(original: Original): readonly Member[];
  membersMade(input: object): readonly MadeDatabase[];
  pairs(original: Original, made: readonly MadeDatabase[]): readonly MemberPair[];
  pairsIn(verdict: DatabaseVerdict): readonly MemberPair[];
  /** What of it stands in a verdict. */
  inVerdict(pairs: readonly MemberPair[]): object;
  copyIn(input: object): SnapshotCopy | undefined;
  /** The names besides its own that have to answer. */
  otherNames(whole: Whole, endpoints: readonly DBClusterEndpoint[]): readonly string[];
  fenced(id: string, parts: readonly FencedDatabase[]): object;
  restartsOf(input: object): readonly RestartedDatabase[];
  /** All restarts behind the fence in one text. */
  restartedAt(restarts: readonly RestartedDatabase[]): string;
  /** A snapshot of this name, as the journal keeps it. `seen`: as AWS shows it, once it does. */
  madeSnapshot(id: string, original: string, after: FenceProof | undefined, seen?: DescribedSnapshot): MadeSnapshot;
  /** What speaks against the replacement holding what the original has grown to. */
  faultsOfSize(name: string, original: Described, replacement: Described): string[];
  /** What speaks against its being what the original was, besides its key, name and fence. */
  faultsOfPlace(
    verdict: DatabaseVerdict,
    original: Original,
    made: Whole,
    endpoints: readonly DBClusterEndpoint[],
  ): string[];
  /** What speaks against its serving as the original did that only one of this kind can have. */
  faultsOfServing(original: Original, found: Described): string[];
  /** What speaks against deleting the original that only one of this kind can have. */
  faultsOfPair(verdict: FinalDatabaseVerdict, pair: Pair): string[];

  modify(ctx: AwsContext, name: string, change: Change): Promise<unknown>;
  rename(ctx: AwsContext, name: string, to: string): Promise<unknown>;
  /** Gives the id of what it makes. */
  restore(ctx: AwsContext, name: string, as: Restored): Promise<string | undefined>;
  start(ctx: AwsContext, name: string): Promise<unknown>;
  addRole(ctx: AwsContext, name: string, role: DatabaseRole): Promise<unknown>;
  createSnapshot(ctx: AwsContext, name: string, snapshot: string, Tags: Tag[]): Promise<unknown>;
  delete(ctx: AwsContext, name: string, remains: Remains): Promise<unknown>;
  discardSnapshot(ctx: AwsContext, name: string): Promise<unknown>;
}

type ShapeOf<S extends z.ZodRawShape> = z.ZodType<z.infer<z.ZodObject<S, z.core.$strict>>>;

/** The shape of what names one by its id, besides `rest`. */
export function byId<S extends z.ZodRawShape>(kind: Kind, rest: S): ShapeOf<S> {
  // The compiler can't follow which of the two names the id has: `idOf` reads it.
  const Id = kind.Id.meta({ description: `the ${kind.noun} that this is about, by its resource id` });
  return z.strictObject({ [kind.idField]: Id, ...rest }) as never;
}

/** The id in what `byId` has read. */
export function idOf(kind: Kind, given: object): string {
  return (given as Readonly<Record<string, string>>)[kind.idField] ?? '';
}

/** What names one by its id, for a step that reads it with `byId`. */
export function theId(kind: Kind, id: string): { readonly [field: string]: string } {
  return { [kind.idField]: id };
}

/** The shape of what names one by the name that clients connect to, besides `rest`. */
export function byName<S extends z.ZodRawShape>(kind: Kind, rest: S): ShapeOf<S> {
  const Name = kind.Name.meta({ description: `the ${kind.noun} that this is about, by its name, as target.id` });
  return z.strictObject({ [kind.originalField]: Name, ...rest }) as never;
}

/** The name in what `byName` has read. */
export function nameGiven(kind: Kind, given: object): string {
  return (given as Readonly<Record<string, string>>)[kind.originalField] ?? '';
}

/** The shape of what is about an original as it was read, besides `rest`. */
export function byOriginal<S extends z.ZodRawShape>(kind: Kind, rest: S): ShapeOf<S> {
  return z.strictObject({ [kind.originalField]: kind.Original, ...rest }) as never;
}

/** The original in what `byOriginal` has read. */
export function originalOf(kind: Kind, given: object): Original {
  return (given as Readonly<Record<string, Original>>)[kind.originalField] as Original;
}
