import type { RunEvent } from '../../contract/event.ts';
import type { Plan } from '../../contract/plan.ts';
import type { PlanStatus } from '../../report/plan-status.ts';

/** Where the events of a run become visible. */
export interface View {
  show(event: RunEvent): void;
  /** Tells people something while the view is up. */
  note(text: string): void;
  /** Resolves when the view has let go of the screen; what is printed before may be overdrawn. */
  end(): Promise<void>;
  /** Leaves the terminal usable, at once: the process is about to exit. */
  abandon(): void;
}

/** What a view has to know beforehand. */
export interface Scene {
  readonly run: string;
  readonly plans: readonly Plan[];
  /** ms of the run's clock. */
  readonly now: () => number;
  /** Does a step of this type usually take minutes? */
  readonly isLong: (uses: string) => boolean;
  /** How the plan of this name stands now. */
  readonly status: (plan: string) => PlanStatus;
}
