/** Where and how the simulated account and moto differ, for one reason. */
export interface Difference {
  /** The reason, and where AWS says so: [D], [T], [3P] as in docs/SIMULATOR.md. */
  readonly why: string;
  /** Whose answer AWS gives. */
  readonly aws: 'ours' | 'moto' | 'unknown';
  /** Operation and path, as compare.ts writes them: our answer and moto's, `*` being any. Each has to occur. */
  readonly places: Readonly<Record<string, readonly [ours: string, moto: string]>>;
}
