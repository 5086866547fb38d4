/**
 * How an attribute of something that AWS describes (`D`) comes to its replacement. `P`: by name, the calls that have
 * parameters for it, with what each takes.
 */
export type CarryOf<D, P> =
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
  | { readonly by: 'identity'; readonly tell?: string }
  /** Not carried; what has it is refused unless the plan accepts that. `mend`: how to set it up anew. */
  | { readonly by: 'hand'; readonly has: (described: D) => boolean; readonly mend: string }
  /** It says how the thing is doing, not how it is set. */
  | { readonly by: 'nothing' };

/** A table that says of every attribute of `D` how it is carried over. The compiler keeps it whole. */
export type TableOf<D, P> = { readonly [K in keyof Required<D>]: CarryOf<D, P> };

type Row = { readonly by: PropertyKey; readonly read?: (described: never) => unknown; give?(value: never): object };
type Rows = Readonly<Record<string, Row>>;
type Settings = Readonly<Record<string, unknown>>;

/** Attribute by attribute what is carried over, without what is not there. */
export function settingsBy(table: object, described: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(table as Rows).flatMap(([name, one]) => {
      const value = one.read?.(described as never);
      return value === undefined || value === null ? [] : [[name, value] as const];
    }),
  );
}

/** The parameters of the call `by` that carry these settings over. */
export function parametersBy(table: object, by: PropertyKey, settings: Settings): object {
  return Object.assign(
    {},
    ...Object.entries(table as Rows).map(([name, one]) => {
      const value = settings[name];
      return one.by === by && value !== undefined ? one.give?.(value as never) : {};
    }),
  ) as object;
}

/** The attributes that come over in this way. */
export function namesBy(table: object, by: PropertyKey): readonly string[] {
  return Object.entries(table as Rows).flatMap(([name, one]) => (one.by === by ? [name] : []));
}
