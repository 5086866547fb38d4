import { randomBytes } from 'node:crypto';
import type { PlanSource } from '../contract/plan.ts';
import { submission } from '../engine/execute.ts';
import { newRunId } from '../journal/run-id.ts';
import { type Driving, drive } from './drive.ts';
import { loadPlans } from './plans.ts';
import type { RunEnd } from './run-end.ts';
import type { Settings } from './settings.ts';
import { version } from './version.ts';

export interface RunOptions extends Driving {
  /** The id of the new run; a fresh one is taken when none is given. */
  readonly runId?: string | undefined;
}

/** An id for a new run. */
export function freshRunId({ clock }: Pick<Settings, 'clock'>): string {
  return newRunId(clock.now(), randomBytes(8));
}

/**
 * Begins a run of these plans, side by side, and takes it as far as it goes. Throws, and has begun nothing: `plan-invalid`,
 * `plans-differ`, what `openSession` throws, `state-dir-unwritable`.
 */
export async function run(sources: readonly PlanSource[], options: RunOptions): Promise<RunEnd> {
  const sourced = await loadPlans(sources);
  return drive({
    ...options,
    plans: sourced.map(({ plan }) => plan),
    command: { command: 'run' },
    options: { wait: options.wait === true },
    own(store) {
      const id = options.runId ?? freshRunId(options.settings);
      const frozen = sourced.map(({ source }) => source);
      return store.create(id, submission(id, version(), frozen));
    },
  });
}
