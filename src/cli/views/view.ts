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
}

/** What stands first, and is there whatever becomes of this process: which run it is, and the command that goes on with it; on a line of its own where it has no room. */
export function firstLine({ run, goesOn }: Pick<Scene, 'run' | 'goesOn'>, columns = 0): string {
  const line = `run ${run}; whatever ends this process, go on with: ${goesOn}`;
  // What is to be pasted is not broken.
  return columns === 0 || line.length <= columns ? line : line.replace(': ', ':\n  ');
}

/** What a view has to know beforehand. */
export interface Scene {
  readonly run: string;
  /** The command that goes on with the run, whatever ends this process: it stands first. */
  readonly goesOn: string;
  readonly plans: readonly Plan[];
  /** ms of the run's clock. */
  readonly now: () => number;
  /** Does a step of this type usually take minutes? */
  readonly isLong: (uses: string) => boolean;
  /** How the plan of this name stands now. */
  readonly status: (plan: string) => PlanStatus;
}
