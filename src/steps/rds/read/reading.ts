import type { z } from 'zod';
import { carried } from '../../../aws/tags.ts';
import { type CheckedKeys, KeyArn } from '../../domain.ts';
import type { AcceptedOfDatabase, Database, Fence } from '../domain.ts';
import { type Described, groupsOf, idIn, rolesIn } from '../status.ts';
import type { Moved } from './refusals-around.ts';

/** What a plan asks of a read. */
export interface Asked {
  readonly name: string;
  readonly keys: CheckedKeys;
  readonly fence: z.infer<typeof Fence>;
  readonly writers: 'none' | 'hook';
  readonly credentials?: { readonly secret: string } | undefined;
  readonly accept: readonly AcceptedOfDatabase[];
}

/** How a database answers SQL, and by which login. */
export type Login = Pick<Database, 'engine' | 'database' | 'secret'>;

/** The same, with whether clients were seen connected by it. */
export type Heard = Login & Pick<Database, 'connected'>;

/** A read that is under way, of an instance or a cluster that is there: what each has of its own, in the order in which it is asked. */
export interface Reading {
  readonly found: Described;
  readonly vpc: string | undefined;
  readonly engine: Database['engine'] | undefined;
  /** The database that was made with it. */
  readonly database: string | undefined;
  /** Collects what AWS shows of it that speaks against moving it. */
  refuseItself(): void;
  /** Settles what else moves, under which names, and refuses names that are taken. */
  refuseNames(): Promise<void>;
  surroundings(): Moved;
  /** Collects what only one of this kind can have around it. */
  refuseMore(): Promise<void>;
  /** Tells what changes with its identity, and the command that mends it. */
  announce(): void;
  result(heard: Heard): object;
}

/** What the replacement of one is made like, and compared with. */
export function originalAs(
  found: Described,
  { keys, fence }: Asked,
  given: { readonly name: string; readonly oldName: string; readonly settings: Readonly<Record<string, unknown>> },
  heard: Heard,
) {
  const key = KeyArn.safeParse(found.KmsKeyId);
  return {
    id: idIn(found),
    ...given,
    key: key.success ? key.data : null,
    fence: fence.securityGroup,
    letThrough: { inbound: fence.inbound, outbound: fence.outbound },
    securityGroups: groupsOf(found),
    moved: movedTo(given.settings, found.KmsKeyId, keys.to),
    deletionProtection: found.DeletionProtection ?? false,
    roles: rolesIn(found),
    tags: carried(found.TagList),
    ...heard,
  };
}

/** The key of Performance Insights can't be changed later: what is under the old data key goes over with it. */
export function movedTo(settings: Readonly<Record<string, unknown>>, from: string | undefined, to: KeyArn) {
  const same = settings['PerformanceInsightsKMSKeyId'] === from && from !== undefined;
  return same ? { PerformanceInsightsKMSKeyId: to } : {};
}

/** Which of its databases answers SQL. */
export function loginAs(engine: Database['engine'], made: string | undefined, asked: Asked): Login {
  const database = made ?? (engine === 'postgres' ? 'postgres' : undefined);
  return { engine, ...(database === undefined ? {} : { database }), ...asked.credentials };
}
