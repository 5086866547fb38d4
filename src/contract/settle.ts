/** One answer of a look in a settle: an end, or "again" with how far it is (0 to 1) when AWS tells. */
export type Check<T> = { readonly done: T } | { readonly again: true; readonly progress?: number | undefined };

/** The port through which everything waits: callers that wait for the same kind of thing are asked on one beat, so their reads go out as one call. */
export interface Settle {
  /** Calls `check` until it is done; at once if it `mayBeSo` already, since nothing was asked of AWS. Rejects with what `check` throws; resolves `'expired'` past `deadlineAt` and `'aborted'` on the signal. */
  until<T>(
    wait: { kind: string; deadlineAt: number; signal: AbortSignal; mayBeSo?: boolean },
    check: () => Promise<Check<T>>,
  ): Promise<{ done: T } | 'expired' | 'aborted'>;
}

/** How long AWS may show the past, in ms: until then a NotFound proves nothing (facts §1.6). */
export const unseenMs = 5 * 60_000;
