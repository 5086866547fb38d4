import type { RunEvent } from '../../contract/event.ts';
import type { Plan } from '../../contract/plan.ts';

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
  /** Does a step of this type change the target? */
  readonly isDisruptive: (uses: string) => boolean;
  /** Does a step of this type make the target serve? */
  readonly serves: (uses: string) => boolean;
  /** What a plan's originals come to if they are kept until then; undefined when none is. */
  readonly costUntil: (plan: string, until: number) => string | undefined;
  /** Since when a plan's target has been down, of an earlier process, in ms. */
  readonly downSince: (plan: string) => number | undefined;
}
