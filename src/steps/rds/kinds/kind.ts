import type { DBClusterEndpoint, DBInstance, Tag } from '@aws-sdk/client-rds';
import * as z from 'zod';
import type { AwsContext } from '../../../aws/services.ts';
import type { DatabaseAddress } from '../../../contract/databases.ts';
import type { Member, MemberPair } from '../cluster-domain.ts';
import type {
  Database,
  DatabaseRole,
  DatabaseVerdict,
  FencedDatabase,
  FenceProof,
  FinalDatabaseVerdict,
  MadeDatabase,
  RestartedDatabase,
} from '../domain.ts';
import type { Described, DescribedSnapshot } from '../status.ts';
import type { Differences } from './differences.ts';

/** The types of the steps that both kinds have. Above each stands what docs/STEPS.md says of it. */
export interface StepsOfKind {
  readonly claim: string;
  readonly release: string;
  readonly createSnapshot: string;
  readonly fence: string;
  readonly verifyFence: string;
  readonly addRole: string;
  readonly compare: string;
  readonly checkSql: string;
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

/** What both kinds have of an original before anything was touched. */
export type Original = Omit<Database, 'masterUserSecret'>;

/** A snapshot of either that this run has made. */
export interface MadeSnapshot {
  readonly id: string;
  readonly after: string | null;
}

/** A copy of one, under the new key. */
export interface SnapshotCopy {
  readonly id: string;
  readonly source: string | null;
}

/** What a modification is asked for, in the words that both calls have. */
export interface Change {
  readonly VpcSecurityGroupIds?: string[];
  readonly DeletionProtection?: boolean;
  readonly ApplyImmediately: true;
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

interface Ids {
  readonly original: string;
  readonly replacement: string;
}

/**
 * What is moved: a DB instance or an Aurora cluster. An instance is the cluster of one part. Steps that both have are defined
 * once, as functions of this; where the two do otherwise and AWS does not ask for it, `differs` names it.
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
  /** The error of the service that means: there is none of this name. */
  readonly notFound: string;
  /** What is asked in SQL. */
  readonly asked: string;
  readonly differs: Differences;

  /** Under what name steps take and give its id. */
  readonly idField: 'database' | 'cluster';
  /** Under what name steps take what was read of the original. */
  readonly originalField: 'instance' | 'cluster';
  readonly Id: z.ZodType<string>;
  readonly SnapshotName: z.ZodType<string>;
  readonly Original: z.ZodType<Original>;
  readonly Made: z.ZodType<MadeDatabase>;
  readonly MadeSnapshot: z.ZodType<MadeSnapshot>;
  readonly Role: z.ZodType<DatabaseRole>;
  readonly Fenced: z.ZodType<object>;
  readonly FenceProof: z.ZodType<FenceProof>;
  /** The proof after which a final snapshot is taken; undefined where one may be taken before. */
  readonly After: z.ZodType<FenceProof | undefined>;
  readonly Verdict: z.ZodType<DatabaseVerdict>;
  readonly FinalVerdict: z.ZodType<FinalDatabaseVerdict>;
  /** What says that each part was restarted behind the fence. */
  readonly restartsShape: z.ZodRawShape;
  /** The new members that a comparison takes, and the copy of the final snapshot that a verification takes: only one kind has each. */
  readonly membersShape: object;
  readonly copyShape: object;
  /** The attributes that DescribeDBInstances, or DescribeDBClusters with it, has, and what it means to name some. */
  readonly attributes: readonly string[];
  readonly mayDiffer: string;

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

  /** Where it answers SQL that writes; undefined while it has no endpoint. */
  addressOf(original: Original, found: Described): DatabaseAddress | undefined;
  hasWriter(found: Described, parts: readonly DBInstance[]): boolean;
  /** Attribute by attribute what is carried over, without what is not there. */
  settings(found: Described): Readonly<Record<string, unknown>>;
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
  start(ctx: AwsContext, name: string): Promise<unknown>;
  addRole(ctx: AwsContext, name: string, role: { RoleArn: string; FeatureName?: string }): Promise<unknown>;
  createSnapshot(ctx: AwsContext, name: string, snapshot: string, Tags: Tag[]): Promise<unknown>;
  delete(ctx: AwsContext, name: string, remains: Remains): Promise<unknown>;
  discardSnapshot(ctx: AwsContext, name: string): Promise<unknown>;
}

type ShapeOf<S extends z.ZodRawShape> = z.ZodType<z.infer<z.ZodObject<S, z.core.$strict>>>;

/** The shape of what names one by its id, besides `rest`. */
export function byId<S extends z.ZodRawShape>(kind: Kind, rest: S): ShapeOf<S> {
  // The compiler can't follow which of the two names the id has: `idOf` reads it.
  return z.strictObject({ [kind.idField]: kind.Id, ...rest }) as never;
}

/** The id in what `byId` has read. */
export function idOf(kind: Kind, given: object): string {
  return (given as Readonly<Record<string, string>>)[kind.idField] ?? '';
}

/** What names one by its id, for a step that reads it with `byId`. */
export function theId(kind: Kind, id: string): { readonly [field: string]: string } {
  return { [kind.idField]: id };
}

/** The shape of what is about an original as it was read, besides `rest`. */
export function byOriginal<S extends z.ZodRawShape>(kind: Kind, rest: S): ShapeOf<S> {
  return z.strictObject({ [kind.originalField]: kind.Original, ...rest }) as never;
}

/** The original in what `byOriginal` has read. */
export function originalOf(kind: Kind, given: object): Original {
  return (given as Readonly<Record<string, Original>>)[kind.originalField] as Original;
}
