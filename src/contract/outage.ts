/**
 * What an answer that is an error means for a mutating call (facts §7). Unknown means permanent.
 * - `retry`: it did not happen; send it again after a pause
 * - `in-doubt`: it may have happened; look first
 * - `wait`: a slot or a state has to come; look, then send it again
 * - `already`: what was asked for is so; look
 * - `permanent`: it did not happen and will not
 * - `stop-run`: nothing sent from here can succeed (credentials)
 */
export type OutageClass = 'retry' | 'in-doubt' | 'wait' | 'already' | 'permanent' | 'stop-run';

/**
 * What has to come before the same call can succeed, where it is known to come and go: room in AWS or in a quota that others can
 * free (`capacity`), what people have taken away and can give back, a permission or the use of a key (`right`), or a part of the
 * target that has to be in its place (`part`).
 */
export type Want = 'capacity' | 'right' | 'part';

/** An error of the outside world, told in the operator's terms. */
export interface Outage {
  readonly class: OutageClass;
  readonly wants?: Want;
  readonly code: string;
  readonly message: string;
}

/** Names an error that a call threw. An error that is not from AWS or the transport (a bug of ours) is not classified: `undefined`. */
export type Classify = (error: unknown) => Outage | undefined;
