import type { Json } from './json.ts';
import type { PlanSource } from './plan.ts';
import type { Observation } from './step.ts';

/** The format of the journals that this rekey writes (docs/decisions/0010). */
export const journalFormat = 2;

/** A thing done is known by this. `undo` counts the calls that take it back. */
export interface Key {
  readonly plan: string;
  readonly step: string;
  /** The item's id; null for a step without `each`. */
  readonly item: string | null;
  readonly generation: number;
  readonly undo?: number;
}

/** A process, as one that writes a journal segment; enough to see whether it still lives. */
export interface Owner {
  readonly host: string;
  readonly machine: string;
  readonly boot: string;
  readonly pidNamespace: string;
  readonly pid: number;
  readonly started: string;
}

/** Why a plan stopped: an error of the catalogue, as it was told. */
export interface Stop {
  readonly error: string;
  readonly message: string;
  readonly hint: string;
  readonly exit: number;
}

/** What the journal holds. Every record also gets `at`, ISO time of the run's clock, when it is appended. */
export type Entry =
  | {
      readonly t: 'open';
      /** Of the records from here to the next `open`. Without one it is 1: those journals had no number. */
      readonly format?: number;
      readonly epoch: number;
      readonly by: Owner;
      readonly sealed: { readonly [epoch: string]: number };
      /** From a runner of which nobody knew whether it still lived: it may be asleep, with a call on its way. */
      readonly tookOver?: true;
    }
  | {
      readonly t: 'submitted';
      readonly run: string;
      readonly version: string;
      readonly plans: readonly (PlanSource & { readonly hash: string })[];
    }
  | {
      readonly t: 'command';
      readonly command: 'run' | 'resume' | 'rollback';
      readonly options: { readonly [name: string]: Json };
    }
  | {
      readonly t: 'observed';
      readonly plan: string;
      readonly observation: Observation;
      /** The highest that was seen of the target, in the platform's order: what shows less is an answer of the past. */
      readonly sightings?: Json;
    }
  /** How the target was when a process looked at it before it ended, or why that could not be told. Nothing is decided by it. */
  | {
      readonly t: 'looked';
      readonly plan: string;
      readonly observation: Observation | null;
      readonly why?: string;
    }
  | {
      readonly t: 'intent';
      readonly key: Key;
      readonly uses: string;
      readonly token: string;
      readonly input: Json;
      readonly before: Json;
      /** When it was sent, in ms by the clock of whoever is called; left out where that is the runner's own. */
      readonly sentAt?: number;
      /** The send before this one was refused, and has made nothing. */
      readonly afterRefusal?: true;
    }
  /** A command of the operator's was started; `until`: when it would be ended, in ms by the wall clock of its machine. */
  | {
      readonly t: 'spawned';
      readonly key: Key;
      readonly process: Owner;
      readonly until: number;
    }
  | { readonly t: 'answered'; readonly key: Key; readonly output: Json }
  | { readonly t: 'surplus'; readonly key: Key; readonly output: Json }
  | {
      readonly t: 'done';
      readonly key: Key;
      readonly uses: string;
      readonly input: Json;
      readonly output: Json;
      readonly changed: boolean;
      /** Of a disruptive effect: how the target is expected to look from now on. */
      readonly expected?: Observation;
      readonly sightings?: Json;
    }
  | {
      readonly t: 'failed';
      readonly key: Key;
      readonly uses: string;
      readonly reason: string;
      readonly neverRan: boolean;
    }
  /** What has failed and may have happened all the same is in flight again: looked for, and sent again where it is not there. */
  | { readonly t: 'reopened'; readonly key: Key }
  | {
      readonly t: 'retired';
      readonly plan: string;
      readonly step: string;
      readonly item: string | null;
      readonly reason: string;
    }
  /** `untilByAws`: the same by AWS's clock, as its answers told it; a gate that opens by both. */
  | {
      readonly t: 'gate';
      readonly plan: string;
      readonly step: string;
      readonly until: number;
      readonly untilByAws?: number;
    }
  | { readonly t: 'passed'; readonly plan: string; readonly step: string }
  | {
      readonly t: 'announced';
      readonly plan: string;
      readonly step: string;
      readonly text: string;
      readonly sightings?: Json;
    }
  /** `key`: the effect that was about to open it; null when somebody else's start has. */
  | { readonly t: 'write-point'; readonly plan: string; readonly key: Key | null; readonly reason: string }
  /** `stop` is why; null for a rollback, which the operator asked for. `happened`: what is to be taken back, settled once: a rollback that takes over an unwinding says the same. */
  | {
      readonly t: 'unwinding';
      readonly plan: string;
      readonly stop: Stop | null;
      readonly happened: readonly { readonly key: Key; readonly output: Json }[];
      /** As of an `observed`. */
      readonly sightings?: Json;
    }
  /** Not to be discarded by any later walk: a workload may have written on it, or it is the last copy. */
  | { readonly t: 'kept'; readonly key: Key; readonly id: string; readonly reason: string }
  /** The original was seen where it may have been written to: its replacement no longer stands for it. */
  | { readonly t: 'stale'; readonly plan: string; readonly original: string; readonly findings: readonly string[] }
  /** The target was seen to run, or to have run, on what this run made: it may hold writes, and is never discarded by rekey. */
  | { readonly t: 'lived'; readonly plan: string; readonly ids: readonly string[]; readonly reason: string }
  /** The target was seen changed in the middle of a cut-over: that it looks right again later says nothing of what happened meanwhile. */
  | { readonly t: 'drifted'; readonly plan: string; readonly differences: readonly string[] }
  /** `turned`: not to its end, which it can't come to; why. It goes forward. */
  | { readonly t: 'unwound'; readonly plan: string; readonly turned?: string }
  | { readonly t: 'stopped'; readonly plan: string; readonly stop: Stop }
  | { readonly t: 'finished'; readonly plan: string; readonly status: 'done' | 'rolled-back' }
  | { readonly t: 'interrupted'; readonly signal: string };

/** The format of the records that follow an `open` record. */
export function formatOf(open: { readonly format?: number }): number {
  return open.format ?? 1;
}

export type JournalRecord = Entry & { readonly at: string };
