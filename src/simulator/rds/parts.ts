import type { Sealed } from '../bytes.ts';
import type { TagSet } from '../tag-set.ts';

export type ParameterApplyStatus = 'in-sync' | 'applying' | 'pending-reboot';

export interface DatabaseRole {
  readonly arn: string;
  readonly feature: string;
  status: 'PENDING' | 'ACTIVE' | 'INVALID';
}

export interface MasterSecret {
  readonly arn: string;
  readonly keyArn: string;
  status: 'active' | 'rotating' | 'creating';
}

/** What a real engine keeps of a database: it comes along in snapshots, and is another one from then on. */
export interface Disk {
  /** The same as it is now, for a snapshot or a restore. */
  fork(): Disk;
}

/** Something inside the database that writes, whoever is let in: it travels with the data. */
export interface InsideWriter {
  readonly name: string;
  readonly everyMs: number;
  nextAt: number;
  sequence: number;
}

/** What is stored, and how much of it. The members of a cluster have it in common. */
export interface Storage {
  sealed: Sealed | undefined;
  /** Undefined where no real engine is asked for. */
  disk: Disk | undefined;
  /** Jobs in the database that write by themselves. */
  inside: InsideWriter[];
  usedMiB: number;
  /** MiB written since the last snapshot of it. */
  dirtyMiB: number;
}

/** A snapshot of a DB instance or of a cluster, whose settings are `S`. */
export interface SnapshotOf<S> {
  readonly id: string;
  readonly databaseIdentifier: string;
  readonly resourceId: string;
  readonly type: 'manual' | 'automated';
  readonly engine: string;
  readonly masterUsername: string;
  readonly databaseCreated: number;
  readonly keyArn: string | undefined;
  readonly visibleFrom: number;
  readonly tags: TagSet;
  /** Its tags at the time: what a restore without tags of its own takes. */
  readonly databaseTags: ReadonlyMap<string, string>;
  readonly copyOf: string | undefined;
  /** When it was asked for, when the work began and when it will be done; copies wait for one another. */
  readonly asked: number;
  began: number | undefined;
  endsAt: number | undefined;
  settings: S;
  /** The point in time of the data; a copy has a time of its own beside it. */
  takenAt: number | undefined;
  createdAt: number | undefined;
  usedMiB: number;
  inside: readonly InsideWriter[];
  /** Accounts that may restore it, besides its own. */
  readonly sharedWith: readonly string[];
  disk: Disk | undefined;
  sealed: Sealed | undefined;
  status: 'creating' | 'copying' | 'available' | 'deleting' | 'failed';
}
