import type { DBInstance } from '@aws-sdk/client-rds';
import type { Sealed } from '../../bytes.ts';
import type { TagSet } from '../../tag-set.ts';

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
  /** How many transactions of its clients have written to it. */
  readonly written: number;
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

/** What an operator sets on an instance and on a cluster alike, by the names that Describe has for it. */
export interface SharedSettings
  extends Pick<
    DBInstance,
    | 'AutoMinorVersionUpgrade'
    | 'BackupRetentionPeriod'
    | 'CopyTagsToSnapshot'
    | 'DatabaseInsightsMode'
    | 'DeletionProtection'
    | 'EnabledCloudwatchLogsExports'
    | 'EngineLifecycleSupport'
    | 'EngineVersion'
    | 'IAMDatabaseAuthenticationEnabled'
    | 'Iops'
    | 'MonitoringInterval'
    | 'MonitoringRoleArn'
    | 'NetworkType'
    | 'PerformanceInsightsEnabled'
    | 'PerformanceInsightsKMSKeyId'
    | 'PerformanceInsightsRetentionPeriod'
    | 'PreferredBackupWindow'
    | 'PreferredMaintenanceWindow'
    | 'StorageType'
  > {
  readonly Port: number;
  readonly SecurityGroupIds: readonly string[];
  readonly SubnetGroup: string;
  readonly ParameterGroup: string;
  readonly OptionGroup: string;
}

/** What a modification can change: settings, the name, and whether AWS keeps the master password. */
export type ChangesOf<S> = Partial<S> & { readonly identifier?: string; readonly masterPassword?: boolean };

/** What a DB instance and a DB cluster have alike. The resource id is for life; identifier, ARN and address change with a rename. */
export interface Resource<S extends SharedSettings = SharedSettings> {
  readonly resourceId: string;
  identifier: string;
  /** The name it is about to have, which nobody else can take meanwhile. */
  renamingTo: string | undefined;
  /** By which names Describe finds it: none, one or two while it is being renamed. */
  answersTo: readonly string[];
  readonly engine: string;
  readonly masterUsername: string;
  readonly keyArn: string | undefined;
  readonly created: number;
  readonly visibleFrom: number;
  readonly tags: TagSet;
  /** The snapshot it was restored from: RDS does not tell. */
  readonly restoredFrom: string | undefined;
  settings: S;
  pending: ChangesOf<S>;
  status: string;
  /** Raised with each thing that begins with it, so that what was due for an earlier one does not happen any more. */
  task: number;
  /** Something has been accepted and not finished, whatever the status shows. */
  busy: boolean;
  /** Security groups in force: they follow the settings after a while. */
  groupsInForce: readonly string[];
  roles: DatabaseRole[];
  secret: MasterSecret | undefined;
  readonly storage: Storage;
  restartAt: number | undefined;
  maintenance: { readonly action: string; readonly description: string; readonly at: number | undefined }[];
}

/** The automated backups of an instance or a cluster, which may outlive it. */
export interface BackupsOf<T> {
  readonly id: string;
  readonly resourceId: string;
  identifier: string;
  readonly of: T;
  retained: boolean;
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

/** A snapshot of what `T` is. */
export type SnapshotBy<T extends Resource> = SnapshotOf<T['settings']>;
