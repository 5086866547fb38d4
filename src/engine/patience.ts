import type { Outage } from '../contract/outage.ts';

/**
 * Errors that are waited for alike. `slow`: AWS has taken it, and it is not over yet;
 * `credentials`: they have ended, could not be had, or were taken for wrong by a clock that was set; `final`: the same call is refused again
 * whatever time passes.
 */
export type Family =
  | 'throttled'
  | 'unreachable'
  | 'state'
  | 'capacity'
  | 'right'
  | 'part'
  | 'slow'
  | 'credentials'
  | 'final';

/**
 * Where a plan stands when it meets an error.
 * - `serving`: nothing of the target has been touched, or it serves again
 * - `cut-over`: between the stop and the start, forward: the other set can still come up
 * - `start`: the start of the cut-over
 * - `back`: the target is being brought back, and is down until it is
 * - `start back`: the start that brings it back
 */
export type Moment = 'serving' | 'cut-over' | 'start' | 'back' | 'start back';

const halfAnHour = 30 * 60_000;
const tenMinutes = () => 10 * 60_000;
const day = 24 * 60 * 60_000;

const own = (ownMs: number) => ownMs;
const bounded = (ownMs: number) => Math.min(ownMs, halfAnHour);
const endless = () => Number.POSITIVE_INFINITY;
const never = () => 0;
const aDay = () => day;

/**
 * How long an error is waited for, by what it is and where the plan stands; `ownMs` is what the call has by itself. Forward in a
 * cut-over a wait is bounded, since the other set can come up. It is without end only where no other set can: both want the
 * same capacity, and the same AWS. What only people can give back has a day, and then the process says what is down.
 */
const table: { readonly [F in Family]: { readonly [M in Moment]: (ownMs: number) => number } } = {
  throttled: { serving: own, 'cut-over': bounded, start: endless, back: endless, 'start back': endless },
  unreachable: { serving: own, 'cut-over': bounded, start: endless, back: endless, 'start back': endless },
  capacity: { serving: own, 'cut-over': bounded, start: endless, back: endless, 'start back': endless },
  state: { serving: own, 'cut-over': bounded, start: endless, back: bounded, 'start back': endless },
  // What has just been attached counts soon; what somebody has taken off, a person has to put back.
  part: { serving: bounded, 'cut-over': bounded, start: bounded, back: bounded, 'start back': bounded },
  // What hangs for a day is ended by people only; forward the other set comes up, which hangs less.
  slow: { serving: own, 'cut-over': own, start: own, back: aDay, 'start back': aDay },
  right: { serving: never, 'cut-over': never, start: never, back: aDay, 'start back': aDay },
  // By the refusal the SDK sets its clock right, and what gives out credentials fails for a moment like anything else. Those that have
  // ended for good come back only with another process, which is not to be kept waiting.
  credentials: {
    serving: never,
    'cut-over': tenMinutes,
    start: tenMinutes,
    back: tenMinutes,
    'start back': tenMinutes,
  },
  final: { serving: never, 'cut-over': never, start: never, back: never, 'start back': never },
};

/** How long to wait for this error to pass, in ms from the first try. */
export function patienceMs(family: Family, moment: Moment, ownMs: number): number {
  return table[family][moment](ownMs);
}

/** What becomes of a plan whose patience is over: it is taken back, or stays as it is and says so. */
export function courseAfter(moment: Moment): 'unwind' | 'leave' {
  return moment === 'cut-over' || moment === 'start' ? 'unwind' : 'leave';
}

/** The family of an error of a call. */
export function familyOf(error: Outage): Family {
  if (error.wants) return error.wants;
  if (error.class === 'retry') return 'throttled';
  if (error.class === 'in-doubt') return 'unreachable';
  if (error.class === 'stop-run') return 'credentials';
  return error.class === 'wait' ? 'state' : 'final';
}
