import type { DBClusterEndpoint, DBInstance, Tag } from '@aws-sdk/client-rds';
import * as z from 'zod';
import type { AwsContext } from '../../../aws/services.ts';
import type { DatabaseRole, FinalDatabaseVerdict, MadeDatabase } from '../domain.ts';
import type { Described } from '../status.ts';
import type { Differences } from './differences.ts';

/** The types of the steps that both kinds have. Above each stands what docs/STEPS.md says of it. */
export interface StepsOfKind {
  readonly claim: string;
  readonly release: string;
  readonly addRole: string;
  readonly start: string;
  readonly setProtection: string;
  readonly clearProtection: string;
  readonly discard: string;
  readonly discardSnapshot: string;
}

/** What a modification is asked for, in the words that both calls have. */
export interface Change {
  readonly VpcSecurityGroupIds?: string[];
  readonly DeletionProtection?: boolean;
  readonly ApplyImmediately: true;
}

interface Snapshot {
  readonly Status?: string | undefined;
  readonly TagList?: Tag[] | undefined;
}

/** Original and replacement as AWS shows them now. Only clusters have instances and endpoints besides: all of the account. */
export interface Pair<D extends Described = Described> {
  readonly original: D | undefined;
  readonly replacement: D | undefined;
  readonly instances: readonly DBInstance[];
  readonly endpoints: readonly DBClusterEndpoint[];
}

/**
 * What is moved: a DB instance or an Aurora cluster. An instance is the cluster of one part. Steps that both have are defined
 * once, as functions of this; where the two do otherwise for no reason of AWS's, `differs` names it.
 */
export interface Kind {
  readonly steps: StepsOfKind;
  /** AWS's word for it, in names of calls. */
  readonly resource: 'DBInstance' | 'DBCluster';
  /** AWS's word for a snapshot of it, in names of calls. */
  readonly snapshot: 'DBSnapshot' | 'DBClusterSnapshot';
  /** Under what name steps take and give its id. */
  readonly idField: 'database' | 'cluster';
  readonly Id: z.ZodType<string>;
  readonly SnapshotName: z.ZodType<string>;
  readonly Made: z.ZodType<MadeDatabase>;
  readonly Role: z.ZodType<DatabaseRole>;
  readonly FinalVerdict: z.ZodType<FinalDatabaseVerdict>;
  /** The error of the service that means: there is none of this name. */
  readonly notFound: string;
  /** The permissions to look at all that belongs to it, itself first. */
  readonly describesAll: readonly string[];
  readonly differs: Differences;

  /** By the id that a rename leaves alone. */
  find(ctx: AwsContext, id: string): Promise<Described | undefined>;
  all(ctx: AwsContext): Promise<readonly Described[]>;
  /** All as the last look showed them, without asking. */
  lastSeen(ctx: AwsContext): readonly Described[];
  findSnapshot(ctx: AwsContext, name: string): Promise<Snapshot | undefined>;

  pair(ctx: AwsContext, ids: { readonly original: string; readonly replacement: string }): Promise<Pair>;
  /** Attribute by attribute what is carried over, without what is not there. */
  settings(found: Described): Readonly<Record<string, unknown>>;
  /** What speaks against deleting the original that only one of this kind can have. */
  faultsOfPair(verdict: FinalDatabaseVerdict, pair: Pair): string[];

  modify(ctx: AwsContext, name: string, change: Change): Promise<unknown>;
  start(ctx: AwsContext, name: string): Promise<unknown>;
  addRole(ctx: AwsContext, name: string, role: { RoleArn: string; FeatureName?: string }): Promise<unknown>;
  /** Deletes what this run made, with nothing left of it. */
  discard(ctx: AwsContext, name: string): Promise<unknown>;
  discardSnapshot(ctx: AwsContext, name: string): Promise<unknown>;
}

/** The shape of what names one by its id, besides `rest`. */
export function byId<S extends z.ZodRawShape>(kind: Kind, rest: S): z.ZodType<z.infer<z.ZodObject<S, z.core.$strict>>> {
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
