/**
 * How an attribute of something that AWS describes (`D`) comes to its replacement. `P`: by name, the calls that have
 * parameters for it, with what each takes.
 */
type CarryOf<D, P> =
  | {
      [B in keyof P]: {
        readonly by: B;
        /** What of it is carried over, as the journal keeps it; undefined when there is nothing. */
        readonly read: (described: D) => unknown;
        give(value: never): Partial<P[B]>;
      };
    }[keyof P]
  /** A step of its own. */
  | { readonly by: 'step'; readonly step: string }
  /** It is in the snapshot. */
  | { readonly by: 'snapshot'; readonly read?: (described: D) => unknown }
  /** It is the cluster's, and a member only shows it. */
  | { readonly by: 'cluster' }
  /** The run is about changing it. */
  | { readonly by: 'key' }
  /** What has it is refused. */
  | { readonly by: 'refused' }
  /** It belongs to the one thing and is another for its replacement. `tell`: what the operator has to change for it. */
  | Identity
  /** Not carried; what has it is refused unless the plan accepts that. `mend`: how to set it up anew. */
  | ByHand<D>
  /** It says how the thing is doing, not how it is set. */
  | { readonly by: 'nothing' };

interface Identity {
  readonly by: 'identity';
  readonly tell?: string;
}

interface ByHand<D> {
  readonly by: 'hand';
  readonly has: (described: D) => boolean;
  readonly mend: string;
}

interface Other {
  readonly by: 'nothing';
}

/** Streams of database activity, which begin anew for another database. */
export const activityStream: ByHand<{ readonly ActivityStreamStatus?: string | undefined }> = {
  by: 'hand',
  has: ({ ActivityStreamStatus }) => ActivityStreamStatus !== undefined && ActivityStreamStatus !== 'stopped',
  mend: 'aws rds start-activity-stream',
};

/** A plan of AWS Backup that names it by its ARN, or has made a recovery point of it for continuous backup. */
export const recoveryPoint: ByHand<{ readonly AwsBackupRecoveryPointArn?: string | undefined }> = {
  by: 'hand',
  has: ({ AwsBackupRecoveryPointArn }) => AwsBackupRecoveryPointArn !== undefined,
  mend: 'its assignment to a plan of AWS Backup',
};

/** A table that says of every attribute of `D` how it is carried over. The compiler keeps it whole. */
export type TableOf<D, P> = { readonly [K in keyof Required<D>]: CarryOf<D, P> };

/** Rows of such a table that say no more than under which name something is shown, and under which it is given. */
export function rowsOf<D, P>() {
  return {
    /** Given by this call; `absent`: what it means that nothing is shown. */
    givenBy:
      <B extends keyof P>(call: B) =>
      <K extends keyof D>(name: K, parameter: keyof P[B], absent?: NonNullable<D[K]>) =>
        ({
          by: call,
          read: (described: D) => described[name] ?? absent,
          give: (value: never) => ({ [parameter]: value }),
        }) as unknown as CarryOf<D, P>,
    inSnapshot: <K extends keyof D>(name: K): CarryOf<D, P> => ({
      by: 'snapshot',
      read: (described: D) => described[name],
    }),
  };
}
export const nothing = { by: 'nothing' } as const;
export const refused = { by: 'refused' } as const;
export const identity = { by: 'identity' } as const;

/** The attributes with which a role is handed to RDS. */
const roles = ['MonitoringRoleArn', 'DomainMemberships'];

/** What a call that carries these attributes takes besides its own permission: RDS asks for iam:PassRole with each role. */
export function permissionsToCarry(names: readonly string[]): readonly string[] {
  return names.some((name) => roles.includes(name)) ? ['iam:PassRole'] : [];
}

/** What a table is asked. */
export function carriedAs<D extends object, P>(table: TableOf<D, P>) {
  return {
    /** Attribute by attribute what is carried over, without what is not there. */
    settings: (described: D) => settingsBy(table, described),
    /** The parameters of this call that carry these settings over. */
    parameters: <B extends keyof P>(call: B, settings: Settings) =>
      parametersBy(table, call, settings) as Partial<P[B]>,
    /** The attributes that come over in this way. */
    names: (by: CarryOf<D, P>['by']) => namesBy(table, by),
  };
}

/** The attributes of `described` that have to be set up anew by hand, and how. */
export function byHandIn<D extends object, P>(
  table: TableOf<D, P>,
  described: D,
): readonly { readonly attribute: string; readonly mend: string }[] {
  return Object.entries(table as Readonly<Record<string, ByHand<D> | Other>>).flatMap(([attribute, one]) =>
    one.by === 'hand' && one.has(described) ? [{ attribute, mend: one.mend }] : [],
  );
}

/** What the operator has to know of attributes that `described` has and its replacement can't have. */
export function toldIn<D extends object, P>(table: TableOf<D, P>, described: D): readonly string[] {
  return Object.entries(table as Readonly<Record<string, Identity | Other>>).flatMap(([attribute, one]) =>
    one.by === 'identity' && described[attribute as keyof D] !== undefined ? (one.tell ?? []) : [],
  );
}

type Row = { readonly by: PropertyKey; readonly read?: (described: never) => unknown; give?(value: never): object };
type Rows = Readonly<Record<string, Row>>;
type Settings = Readonly<Record<string, unknown>>;

function settingsBy(table: object, described: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(table as Rows).flatMap(([name, one]) => {
      const value = one.read?.(described as never);
      return value === undefined || value === null ? [] : [[name, value] as const];
    }),
  );
}

function parametersBy(table: object, by: PropertyKey, settings: Settings): object {
  return Object.assign(
    {},
    ...Object.entries(table as Rows).map(([name, one]) => {
      const value = settings[name];
      return one.by === by && value !== undefined ? one.give?.(value as never) : {};
    }),
  ) as object;
}

function namesBy(table: object, by: PropertyKey): readonly string[] {
  return Object.entries(table as Rows).flatMap(([name, one]) => (one.by === by ? [name] : []));
}
