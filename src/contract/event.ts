import type { GateStep } from './plan.ts';
import type { Entry, Key } from './record.ts';

/** What a run tells while it goes: every journal record, and what is not worth a record. */
export type RunEvent =
  | { readonly type: 'record'; readonly entry: Entry; readonly at: number }
  | {
      readonly type: 'step.started';
      readonly plan: string;
      readonly step: string;
      readonly uses: string;
      readonly items: number;
    }
  | { readonly type: 'step.finished'; readonly plan: string; readonly step: string }
  | { readonly type: 'effect.started'; readonly key: Key; readonly uses: string; readonly title: string }
  | { readonly type: 'effect.progress'; readonly key: Key; readonly progress: number }
  | {
      readonly type: 'effect.retried';
      readonly key: Key;
      readonly code: string;
      readonly message: string;
      readonly inMs: number;
    }
  /** A question that AWS has not answered for long, and that is asked again because nothing else is left. */
  | {
      readonly type: 'question.retried';
      readonly plan: string;
      readonly title: string;
      readonly code: string;
      readonly message: string;
      readonly inMs: number;
    }
  | {
      readonly type: 'gate.waiting';
      readonly plan: string;
      readonly step: string;
      /** `take-over`: a runner that was silent may still have a call on its way. */
      readonly gate: GateStep['gate'] | 'take-over';
      readonly until: number;
    };

export type Emit = (event: RunEvent) => void;
